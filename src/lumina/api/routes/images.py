"""Images: lists, one image's facts, and its pictures, by id alone."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Path, Query, Request
from starlette.responses import FileResponse, Response

from lumina.api import caching, cursor
from lumina.api.context import Context
from lumina.api.problems import documented
from lumina.api.schemas.filters import Filters, PageQuery
from lumina.api.schemas.images import Attention, Facets, ImageFacts, ImagePage, ImageSummary, Ungrouped
from lumina.api.schemas.images import Facet as FacetAnswer
from lumina.domain.values import RenditionKind
from lumina.domain.work import Priority
from lumina.errors import NotFound
from lumina.services import browse, grouping, originals
from lumina.services import facts as knowledge
from lumina.store.browse import Facet

router = APIRouter(tags=["images"])
MEDIA_TYPES = {
    RenditionKind.THUMBNAIL: "image/webp",
    RenditionKind.PROXY: "image/jpeg",
    RenditionKind.CUTOUT: "image/webp",
}
ImageId = Annotated[int, Path(ge=1, lt=2**63)]
Version = Annotated[str | None, Query(pattern="^[0-9a-f]{2,64}$", description="The key; makes the answer immutable.")]
PICTURE: dict[int, dict[str, Any]] = {
    200: {"description": "The picture.", "content": {"image/webp": {}, "image/jpeg": {}}},
    304: {"description": "The client has it already."},
}
MASTER: dict[int, dict[str, Any]] = {
    200: {"description": "The master.", "content": {"application/octet-stream": {}}},
    206: {"description": "The part that was asked for.", "content": {"application/octet-stream": {}}},
}


@router.get("/images", responses=documented(404, 422, 503))
def listed(context: Context, query: Annotated[PageQuery, Query()]) -> ImagePage:
    """Images of a view, newest first, undated ones last."""
    with context.store.transaction() as tx:
        page = browse.page(tx, query.selection(), after=cursor.to_position(query.cursor), limit=query.limit)
    items = [ImageSummary.model_validate(item) for item in page.items]
    return ImagePage(items=items, next=cursor.of_position(page.next))


@router.get("/facets", responses=documented(404, 422, 503))
def facets(context: Context, query: Annotated[Filters, Query()]) -> Facets:
    """What a view can be narrowed by."""
    selection = query.selection()

    def count() -> dict[str, list[Facet]]:
        with context.store.transaction() as tx:
            return browse.facets(tx, selection)

    found = context.shared.get(("facets", selection), count)
    return Facets(**{name: [FacetAnswer.model_validate(facet) for facet in values] for name, values in found.items()})


@router.get("/images/{image_id}", responses=documented(404, 422, 503))
def image(context: Context, image_id: ImageId, query: Annotated[Filters, Query()]) -> ImageFacts:
    """Everything known about one image, where it comes from, and its neighbours in the view."""
    with context.store.transaction() as tx:
        found = knowledge.of_image(tx, image_id, query.selection(), context.stages)
    return ImageFacts.model_validate(knowledge.flat(found))


@router.get("/images/{image_id}/thumbnail", response_class=Response, responses=documented(404, 422, 503, more=PICTURE))
def thumbnail(request: Request, context: Context, image_id: ImageId, v: Version = None) -> Response:
    """The small picture, WebP."""
    return _picture(request, context, image_id, RenditionKind.THUMBNAIL, v)


@router.get("/images/{image_id}/proxy", response_class=Response, responses=documented(404, 422, 503, more=PICTURE))
def proxy(request: Request, context: Context, image_id: ImageId, v: Version = None) -> Response:
    """The picture at screen size, JPEG."""
    return _picture(request, context, image_id, RenditionKind.PROXY, v)


@router.get("/images/{image_id}/cutout", response_class=Response, responses=documented(404, 422, 503, more=PICTURE))
def cutout(request: Request, context: Context, image_id: ImageId, v: Version = None) -> Response:
    """The picture of a marketplace without its background, WebP with transparency."""
    with context.store.transaction() as tx:
        key = browse.cutout_key(tx, image_id)
    return _file(request, context, image_id, RenditionKind.CUTOUT, key, v)


@router.get(
    "/images/{image_id}/original",
    response_class=Response,
    responses=documented(404, 416, 422, 503, more=MASTER),
)
def original(context: Context, image_id: ImageId) -> Response:
    """The master as it is, for download; ranges are served."""
    with context.store.transaction() as tx:
        original = originals.of_image(tx, image_id, context.vault(tx))
    headers = {"Cache-Control": caching.REVALIDATE}
    if original.checksum is not None:
        headers["ETag"] = f'"{original.checksum.hex()}"'
    return FileResponse(
        original.path,
        headers=headers,
        media_type=original.media_type,
        filename=original.name,
        stat_result=original.stat,
    )


@router.post("/images/{image_id}/ungroup", responses=documented(404, 409, 422, 503))
def ungroup(context: Context, image_id: ImageId) -> Ungrouped:
    """Make each of an image's pictures an image of its own; scans respect it."""
    with context.store.transaction() as tx:
        images = grouping.ungroup(tx, image_id)
    context.work.run_stages(images=images, priority=Priority.LOOKING)
    return Ungrouped(images=images)


@router.post("/attention", status_code=204, responses=documented(422, 503))
def attention(context: Context, body: Attention) -> None:
    """What a person looks at is processed first."""
    context.work.look_at(body.images)


def _picture(request: Request, context: Context, image_id: int, kind: RenditionKind, version: str | None) -> Response:
    with context.store.transaction() as tx:
        key = browse.picture_key(tx, image_id, kind)
    if key is None:
        context.work.look_at([image_id])
        raise NotFound(f"There is no {kind} of image {image_id} yet.")
    return _file(request, context, image_id, kind, key, version)


def _file(
    request: Request, context: Context, image_id: int, kind: RenditionKind, key: bytes, version: str | None
) -> Response:
    etag = f'"{key.hex()}"'
    control = caching.IMMUTABLE if version == key.hex() else caching.REVALIDATE
    headers = {"ETag": etag, "Cache-Control": control}
    if caching.matches(request, etag):
        return Response(status_code=304, headers=headers)
    path = context.derived.path(kind, key)
    try:
        found = path.stat()
    except FileNotFoundError:
        raise NotFound(f"The {kind} of image {image_id} has been removed from the disk; run its stage again.") from None
    return FileResponse(path, headers=headers, media_type=MEDIA_TYPES[kind], stat_result=found)

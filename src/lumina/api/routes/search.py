"""One search over words and pictures."""

from __future__ import annotations

import time
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Request

from lumina.api import multipart, walks
from lumina.api.context import Context, Lumina
from lumina.api.problems import documented
from lumina.api.routes.images import ImageId
from lumina.api.schemas.search import SearchAnswer, SearchForm, Suggestion, Suggestions, answer
from lumina.domain.region import region
from lumina.domain.searching import Example
from lumina.errors import BadInput

router = APIRouter(tags=["search"])
Limit = Annotated[int, Query(ge=1, le=200)]
Model = Annotated[str | None, Query(max_length=100, description="Instead of the model that searches use.")]
FORM: dict[str, Any] = {
    "requestBody": {"required": True, "content": {"multipart/form-data": {"schema": SearchForm.model_json_schema()}}}
}


async def _form(request: Request) -> SearchForm:
    return await multipart.form(request, SearchForm)


@router.get("/search", responses=documented(404, 422, 503))
def by_words(
    context: Context,
    q: Annotated[str, Query(description="Words and filters; blank is everything, newest first.")] = "",
    catalog: UUID | None = None,
    limit: Limit = 50,
    cursor: Annotated[str | None, Query(max_length=walks.LONGEST)] = None,
    model: Model = None,
) -> SearchAnswer:
    """Images that words and filters mean, and images that look like them, best first. Goes on with any search."""
    return _found(context, q, catalog=catalog, limit=limit, model=model, cursor=cursor)


@router.post("/search", responses=documented(404, 422, 503), openapi_extra=FORM)
def by_picture(context: Context, form: Annotated[SearchForm, Depends(_form)]) -> SearchAnswer:
    """Images that look like a picture, or a region of one. `GET /api/search` with its cursor goes on."""
    return _found(
        context, form.q, example=_example(form), catalog=form.catalog, limit=form.limit, model=form.model, cursor=None
    )


@router.get("/search/suggest", responses=documented(404, 422, 503))
def suggest(context: Context, q: str = "", catalog: UUID | None = None) -> Suggestions:
    """What a query that is being typed may become."""
    found = context.app.search.suggest(q, catalog)
    return Suggestions(items=[Suggestion.model_validate(each) for each in found])


@router.get("/images/{image_id}/similar", responses=documented(404, 422, 503))
def similar(
    context: Context, image_id: ImageId, catalog: UUID | None = None, limit: Limit = 50, model: Model = None
) -> SearchAnswer:
    """Images that look like one of the catalog, most alike first, without itself."""
    example = Example(image_id=image_id)
    return _found(context, "", example=example, catalog=catalog, limit=limit, model=model, cursor=None)


def _example(form: SearchForm) -> Example | None:
    if form.image is None and form.image_id is None:
        if form.region is not None:
            raise BadInput("region: of what? An image or image_id goes with it.")
        return None
    if form.image is not None and form.image_id is not None:
        raise BadInput("image, image_id: one of them, not both.")
    part = None if form.region is None else region(form.region)
    return Example(form.image, form.image_id, part)


def _found(context: Lumina, text: str, *, cursor: str | None, **asked: Any) -> SearchAnswer:
    began = time.perf_counter()
    page = context.app.search.find(text, walk=walks.to_walk(cursor), **asked)
    return answer(page, walks.of_walk(page.next), time.perf_counter() - began)

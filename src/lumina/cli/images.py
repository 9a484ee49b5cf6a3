"""`lumina images`: the images of a view, as the web's timeline shows them."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Annotated

import typer

from lumina.cli.output import emit, emit_json, note, table
from lumina.cli.session import album_id, catalog_id, node_id
from lumina.cli.session import app as open_app

if TYPE_CHECKING:
    from collections.abc import Iterator

    from lumina.bootstrap import App
    from lumina.domain.selection import Selection
    from lumina.domain.summary import ImageSummary

PAGE = 500
Text = str | None


def images(
    context: typer.Context,
    catalog: Annotated[Text, typer.Option(help="Only this catalog (name or id).")] = None,
    start: Annotated[Text, typer.Option("--from", metavar="DATE", help="First day, included.")] = None,
    end: Annotated[Text, typer.Option("--to", metavar="DATE", help="Last day, included.")] = None,
    undated: Annotated[bool | None, typer.Option("--undated/--dated", help="Without a date, or with one.")] = None,
    camera: Annotated[list[str] | None, typer.Option(help="Make and model; repeatable.")] = None,
    image_format: Annotated[list[str] | None, typer.Option("--format", help="Such as jpeg; repeatable.")] = None,
    kind: Annotated[Text, typer.Option(help="photo or video.")] = None,
    place: Annotated[Text, typer.Option(help="Beginning of a geohash.")] = None,
    bbox: Annotated[Text, typer.Option(metavar="W,S,E,N", help="A region, in degrees.")] = None,
    has_gps: Annotated[bool | None, typer.Option("--gps/--no-gps", help="With a place, or without.")] = None,
    source: Annotated[int | None, typer.Option(help="A source's number.")] = None,
    folder: Annotated[Text, typer.Option(help="A folder of the source, and all below.")] = None,
    stage: Annotated[Text, typer.Option(help="A stage, for --stage-state and --code.")] = None,
    stage_state: Annotated[Text, typer.Option(help="missing, done, failed, stale or waiting.")] = None,
    code: Annotated[Text, typer.Option(help="Cause of a failure of the stage.")] = None,
    missing: Annotated[bool, typer.Option("--missing", help="Those whose files are gone, instead.")] = False,
    rating: Annotated[int | None, typer.Option(min=1, max=5, help="So many stars or more.")] = None,
    flag: Annotated[list[str] | None, typer.Option(help="pick, reject or none; repeatable.")] = None,
    label: Annotated[list[str] | None, typer.Option(help="red, yellow, green, blue, purple or none.")] = None,
    favourite: Annotated[bool | None, typer.Option("--favourite/--no-favourite", help="Favourites or others.")] = None,
    album: Annotated[Text, typer.Option(help="An album (name or number).")] = None,
    tag: Annotated[Text, typer.Option(help="A node of the taxonomy (name, path or number), and all below.")] = None,
    shelf: Annotated[Text, typer.Option(help="archive, trash or hidden: those put away there, instead.")] = None,
    q: Annotated[Text, typer.Option(metavar="TEXT", help="Part of a file's name.")] = None,
    limit: Annotated[int, typer.Option(min=1, help="At most so many.")] = 100,
    as_json: Annotated[bool, typer.Option("--json", help="JSON on stdout.")] = False,
) -> None:
    """List images, newest first, chosen as in the web's timeline."""
    filters: dict[str, object] = {
        "from": start,
        "to": end,
        "undated": undated,
        "camera": camera or [],
        "format": image_format or [],
        "kind": kind,
        "place": place,
        "bbox": bbox,
        "has_gps": has_gps,
        "source": source,
        "folder": folder,
        "stage": stage,
        "stage_state": stage_state,
        "code": code,
        "missing": missing,
        "rating": rating,
        "flag": flag or [],
        "label": label or [],
        "favourite": favourite,
        "shelf": shelf,
        "q": q,
    }
    with open_app(context) as app:
        chosen = catalog_id(app, catalog)
        named: dict[str, object] = {"catalog": chosen, "album": album_id(app, album, chosen), "tag": node_id(app, tag)}
        selection = _selection(filters | named)
        found = _take(_every(app, selection), limit)
    if as_json:
        emit_json({"images": [_row(image) for image in found]})
    else:
        _print(found, limit)


def _selection(filters: dict[str, object]) -> Selection:
    from pydantic import ValidationError

    from lumina.api.schemas.filters import Filters
    from lumina.errors import BadInput

    try:
        return Filters.model_validate(filters).selection()
    except ValidationError as error:
        first = error.errors()[0]
        name = ".".join(str(part) for part in first["loc"])
        raise BadInput(f"{name}: {first['msg']}" if name else first["msg"]) from None


def _every(app: App, selection: Selection) -> Iterator[ImageSummary]:
    from lumina.services import browse

    after = None
    while True:
        with app.store.transaction() as tx:
            page = browse.page(tx, selection, after=after, limit=PAGE)
        yield from page.items
        if page.next is None:
            return
        after = page.next


def _take(images: Iterator[ImageSummary], limit: int) -> list[ImageSummary]:
    return [image for _, image in zip(range(limit), images, strict=False)]


def _row(image: ImageSummary) -> dict[str, object]:
    return {
        "id": image.id,
        "catalog_id": image.catalog_id,
        "name": image.name,
        "kind": image.kind,
        "taken_at": image.taken_at,
        "camera": image.camera,
        "format": image.format,
        "width": image.width,
        "height": image.height,
        "state": image.state,
        "rating": image.rating,
        "flag": image.flag,
        "label": image.label,
        "favourite": image.favourite,
        "shelf": image.shelf,
    }


def _print(found: list[ImageSummary], limit: int) -> None:
    if not found:
        emit("No image matches.")
        return
    rows = [[str(i.id), _moment(i.taken_at), i.camera or "", i.format or "", _marks(i), i.name] for i in found]
    emit(table(["id", "taken", "camera", "format", "marks", "name"], rows))
    if len(found) == limit:
        note(f"The first {limit:,}; --limit shows more.")


def _marks(image: ImageSummary) -> str:
    """What has been decided, in short: `4* pick red favourite`."""
    stars = f"{image.rating}*" if image.rating else None
    marks = [stars, image.flag, image.label, "favourite" if image.favourite else None, image.shelf]
    return " ".join(mark for mark in marks if mark)


def _moment(taken: datetime | None) -> str:
    return taken.isoformat(" ", "seconds") if taken else "undated"

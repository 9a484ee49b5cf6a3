"""`lumina search`: images by words, filters and pictures."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from lumina.cli.output import emit, emit_json, note, plain, table
from lumina.cli.session import app as open_app
from lumina.cli.session import catalog_id, existing
from lumina.errors import BadInput

if TYPE_CHECKING:
    from lumina.domain.searching import Example, Result, SearchPage

PART = 200
"""Results that are asked for at once."""
REASONS = 3
"""Reasons of one result that are shown to people."""


def search(
    context: typer.Context,
    query: Annotated[list[str] | None, typer.Argument(metavar="[QUERY]...", help="Words and filters.")] = None,
    image: Annotated[Path | None, typer.Option(metavar="FILE", help="Images that look like this picture.")] = None,
    image_id: Annotated[
        int | None, typer.Option(min=1, max=2**63 - 1, help="Images that look like this one of a catalog.")
    ] = None,
    region: Annotated[
        str | None, typer.Option(metavar="X,Y,W,H", help="Of the picture, fractions from 0 to 1.")
    ] = None,
    filters: Annotated[
        list[str] | None, typer.Option("--filter", metavar="NAME:VALUE", help="As in a query: camera:nikon.")
    ] = None,
    catalog: Annotated[str | None, typer.Option(help="Name or id; by default all.")] = None,
    model: Annotated[str | None, typer.Option(help="Instead of the one that searches use.")] = None,
    limit: Annotated[int, typer.Option(min=1, help="Results.")] = 20,
    as_json: Annotated[bool, typer.Option("--json", help="JSON on stdout.")] = False,
) -> None:
    """Find images by words, by filters and by what they look like, each with the reasons why."""
    text = _asked(" ".join(query or ()), [_filter(each) for each in filters or ()])
    example = _example(image, image_id, region)
    with open_app(context) as app:
        asked: dict[str, Any] = {"catalog": catalog_id(app, catalog), "example": example, "model": model}
        pages = [app.search.find(text, limit=min(limit, PART), **asked)]
        while (walk := pages[-1].next) is not None and (rest := limit - sum(len(page.items) for page in pages)) > 0:
            pages.append(app.search.find(text, limit=min(rest, PART), walk=walk, **asked))
    found = [item for page in pages for item in page.items]
    if as_json:
        emit_json(_document(pages[0], found, more=pages[-1].next is not None))
    else:
        _print(pages[0], found, more=pages[-1].next is not None)


def _asked(words: str, filters: Sequence[str]) -> str:
    """Words and filters as one query: a filter holds for all that is found, whichever of the words an OR lets be."""
    from lumina.domain.query import parse
    from lumina.domain.terms import Or

    words = _readable(words)
    if filters and isinstance(parse(words).root, Or):
        words = f"({words})"
    return " ".join([words, *filters] if words else filters)


def _filter(given: str) -> str:
    """`camera:Canon EOS` as a query has it; the shell has eaten the quotation marks."""
    from lumina.domain.typed import value

    name, colon, text = _readable(given).partition(":")
    if not colon:
        raise BadInput(f"--filter {given}: it should be NAME:VALUE, as in camera:nikon.")
    return value(name, text.strip('"'))


def _readable(text: str) -> str:
    """Without bytes that are no UTF-8, which no name that is searched has."""
    return text.encode("utf-8", "replace").decode()


def _example(image: Path | None, image_id: int | None, part: str | None) -> Example | None:
    from lumina.domain.region import region
    from lumina.domain.searching import Example

    if image is not None and image_id is not None:
        raise BadInput("--image, --image-id: one of them, not both.")
    if image_id is not None:
        return Example(image_id=image_id, region=None if part is None else region(part))
    return example_of(image, part)


def example_of(image: Path | None, part: str | None) -> Example | None:
    """A file, or a region of it, to find others by; None where none was given.

    Raises:
        BadInput: it is no file, too large, or no region.
    """
    from lumina.domain.region import region
    from lumina.domain.searching import Example
    from lumina.services.search.questions import MOST_BYTES

    if image is None:
        if part is not None:
            raise BadInput("--region: of what? --image goes with it.")
        return None
    path = existing(image)
    if not path.is_file():
        raise BadInput(f"{path} is no file.")
    if path.stat().st_size > MOST_BYTES:
        raise BadInput(f"{path} has more than {MOST_BYTES / 1e6:,.0f} MB.")
    return Example(data=path.read_bytes(), region=None if part is None else region(part))


def _document(page: SearchPage, found: list[Result], *, more: bool) -> dict[str, Any]:
    return {
        "query": page.query.text,
        "total": page.total,
        "more": more,
        "ways": plain(page.ways),
        "spelling": page.spelling,
        "items": [
            {
                "id": item.image.id,
                "path": item.image.path,
                "score": round(item.score, 6),
                "reasons": plain(item.reasons),
            }
            for item in found
        ],
    }


def _print(page: SearchPage, found: list[Result], *, more: bool) -> None:
    for way in page.ways:
        if way.state == "unavailable":
            note(f"Not compared with pictures: {way.detail}")
    if not found:
        emit("Nothing matches.")
        if page.spelling:
            note(f"Did you mean: {page.spelling}")
        return
    rows = [[item.image.path, "; ".join(why.text for why in item.reasons[:REASONS])] for item in found]
    emit(table(["path", "why"], rows))
    if more:
        many = f" of {page.total:,}" if page.total is not None else ""
        note(f"The first {len(found):,}{many}; --limit shows more.")

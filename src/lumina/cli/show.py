"""`lumina show IMAGE`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from lumina.cli.images_given import given_image
from lumina.cli.output import emit, emit_json, printable, table
from lumina.cli.session import app as open_app

if TYPE_CHECKING:
    from lumina.services.facts import ImageFacts


def show(
    context: typer.Context,
    image: Annotated[str, typer.Argument(metavar="IMAGE", help="An image's number, or the path of one of its files.")],
    as_json: Annotated[bool, typer.Option("--json", help="JSON on stdout.")] = False,
) -> None:
    """Show everything that is known about one image, and where each fact comes from."""
    from lumina.domain.selection import Selection
    from lumina.services import coverage, facts

    with open_app(context) as app, app.store.transaction() as tx:
        number = given_image(tx, image)
        found = facts.of_image(tx, number, Selection(), coverage.describe(app.shown_stages))
    if as_json:
        emit_json(facts.flat(found))
    else:
        emit(_text(found))


def _text(found: ImageFacts) -> str:
    known = found.known
    lines = [f"Image {known.summary.id} in {known.catalog_name}, {known.source_path}/{known.folder}".rstrip("/"), ""]
    lines.append(table(["file", "role", "format", "bytes"], [[f.path, f.role, f.format, f.size] for f in known.files]))
    lines += ["", table(["", "", "from"], [[fact.label, fact.text, fact.origin or ""] for fact in found.facts])]
    rows = [[stage.stage, stage.state.value, stage.note or ""] for stage in found.stages]
    lines += ["", table(["stage", "state", "note"], rows)]
    lines += [f"Note: {printable(text)}" for text in known.metadata.get("notes") or ()]
    return "\n".join(lines)

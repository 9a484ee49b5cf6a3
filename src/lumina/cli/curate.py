"""`lumina curate`: rate, flag, label, archive, trash and describe images."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from lumina.cli.images_given import given_images
from lumina.cli.output import emit, emit_json, plain
from lumina.cli.session import app as open_app
from lumina.errors import BadInput

if TYPE_CHECKING:
    from lumina.domain.curation import Field
    from lumina.services.curation import Curated
    from lumina.store import Transaction

Text = str | None
Switch = bool | None


def curate(
    context: typer.Context,
    images: Annotated[
        list[str], typer.Argument(metavar="IMAGE...", help="Numbers, paths of files, or folders for all in them.")
    ],
    rating: Annotated[int | None, typer.Option(min=0, max=5, help="Stars; 0 takes them away.")] = None,
    flag: Annotated[Text, typer.Option(help="pick, reject or none.")] = None,
    label: Annotated[Text, typer.Option(help="red, yellow, green, blue, purple or none.")] = None,
    favourite: Annotated[Switch, typer.Option("--favourite/--no-favourite", help="A favourite, or no longer.")] = None,
    archived: Annotated[Switch, typer.Option("--archive/--unarchive", help="Put away, or back.")] = None,
    trashed: Annotated[Switch, typer.Option("--trash/--restore", help="To the trash, or back. Files stay.")] = None,
    title: Annotated[Text, typer.Option(help='Its title; "" for none, "-" for the file\'s own.')] = None,
    caption: Annotated[Text, typer.Option(help='Its caption; "" for none, "-" for the file\'s own.')] = None,
    keyword: Annotated[list[str] | None, typer.Option(help="A keyword to be added; repeatable.")] = None,
    location: Annotated[Text, typer.Option(metavar="LAT,LON", help='Degrees; "-" for the file\'s own.')] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say what would change.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="JSON on stdout.")] = False,
) -> None:
    """Decide about images. `lumina undo` takes it back; what is in the files stays as it is."""
    from lumina.services import curation
    from lumina.services.attempt import attempt

    words = {"rating": rating, "favourite": favourite, "archived": archived, "trashed": trashed}
    texts = {"flag": flag, "label": label, "title": title, "caption": caption, "location": location}
    changes = _changes(words, texts)

    def decide(tx: Transaction) -> Curated:
        return curation.curate(tx, given_images(tx, images), changes, add_keywords=keyword or [])

    with open_app(context) as app:
        done = attempt(app.store, decide, dry_run=dry_run)
    if as_json:
        emit_json({"dry_run": dry_run, **plain(done)})
    elif done.action is None:
        emit(f"Nothing to change: all {done.images:,} are so already." if done.images else "No image is there.")
    else:
        note = "" if done.action.images == done.images else f" ({done.action.images:,} were not so already)"
        emit(f"{'Would have: ' if dry_run else ''}{done.action.title}{note}")


def _changes(words: dict[str, Any], texts: dict[str, str | None]) -> dict[Field, Any]:
    from lumina.domain.curation import Field

    changes = {Field(name): value for name, value in words.items() if value is not None}
    for name, text in texts.items():
        if text is not None:
            changes[Field(name)] = _value(Field(name), text)
    return changes


def _value(field: Field, text: str) -> Any:
    if text == ("none" if field in ("flag", "label") else "-"):
        return None
    if field != "location":
        return text
    try:
        latitude, longitude = map(float, text.split(","))
    except ValueError:
        raise BadInput(f"location: {text!r} should be latitude,longitude in degrees.") from None
    return [latitude, longitude]

"""Sentences that say what somebody did, for the list of actions and the notes of undo."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from lumina.domain.curation import Field


def images(count: int) -> str:
    """`1 image`, `1,204 images`."""
    return f"{count:,} image{'' if count == 1 else 's'}"


def curated(changes: Mapping[Field, Any], count: int) -> str:
    """What one set of changes did to so many images: "Rated 3 images 4 stars and labelled them red"."""
    them = "it" if count == 1 else "them"
    said = [_one(field, value, them if n else images(count)) for n, (field, value) in enumerate(changes.items())]
    first, *others = said[:1] + [f"{one[0].lower()}{one[1:]}" for one in said[1:]]
    return " and ".join([", ".join([first, *others[:-1]]), *others[-1:]])


def _one(field: Field, value: Any, what: str) -> str:
    phrases = {
        Field.RATING: lambda: f"Rated {what} {value} star{'' if value == 1 else 's'}" if value else None,
        Field.FLAG: lambda: {"pick": f"Picked {what}", "reject": f"Rejected {what}"}.get(value),
        Field.LABEL: lambda: f"Labelled {what} {value}" if value else None,
        Field.KEYWORDS: lambda: f"Gave {what} the keywords {', '.join(value)[:200]}" if value else None,
    }
    if field in _SWITCHES:
        return _SWITCHES[field][0 if value else 1].format(what)
    said = phrases[field]() if field in phrases else f"Changed the {field} of {what}" if value else None
    return said or f"Removed the {field} of {what}"


_SWITCHES: Mapping[Field, tuple[str, str]] = {
    Field.FAVOURITE: ("Made {} favourites", "Made {} favourites no longer"),
    Field.ARCHIVED: ("Archived {}", "Brought {} back from the archive"),
    Field.TRASHED: ("Moved {} to the trash", "Restored {} from the trash"),
    Field.HIDDEN: ("Hid {}", "Showed {} again"),
}

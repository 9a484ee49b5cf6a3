"""The end of a query that is being typed."""

from __future__ import annotations

import re
from dataclasses import dataclass

_LAST = re.compile(r"""(?:^|(?<=[\s(]))-?(?:(?P<field>[A-Za-z]+):)?(?P<quote>["“”„‟]?)(?P<text>[^\s()"“”„‟]*)$""")
_QUOTED = re.compile(r"""(?:^|(?<=[\s(-]))(?:(?P<field>[A-Za-z]+):)?["“”„‟](?P<text>[^"“”„‟]*)$""")
_QUOTE = re.compile('["“”„‟]')


@dataclass(frozen=True, slots=True)
class Typed:
    """What may go on: `text` from `start` to the end of the query; `field` where it is a filter's value."""

    field: str | None
    text: str
    start: int


@dataclass(frozen=True, slots=True)
class Suggestion:
    """Something to put in the place of what was typed.

    Attributes:
        text: all that stands in the query from `start` to its end.
        kind: word, spelling, tag, camera, lens, place, album, field, or the name of another filter.
        detail: what it is, for people; empty where there is nothing to say.
    """

    text: str
    kind: str
    detail: str
    start: int


def last(text: str) -> Typed | None:
    """The word, the filter or its value at the end; None behind a blank and where nothing was typed."""
    opened = len(_QUOTE.findall(text)) % 2 == 1
    match = (_QUOTED if opened else _LAST).search(text)
    if match is None or (not match["text"] and not match["field"]):
        return None
    field = match["field"].lower() if match["field"] else None
    start = match.start("field") if field else match.start("text") - opened
    return Typed(field, match["text"], start)


def value(field: str, name: str) -> str:
    """A filter as it is written: with quotation marks where it needs them."""
    name = _QUOTE.sub(" ", name)
    return f"{field}:{name}" if re.fullmatch(r"[^\s()]+", name) else f'{field}:"{name}"'

"""What values the fields of the journal may have, and how they are brought into one form."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from typing import Any

from lumina.domain.curation import Change, Field, Flag, Label
from lumina.domain.taxonomy import MAX_NODE_NAME, NodeKind
from lumina.errors import BadInput

MAX_TITLE, MAX_CAPTION, MAX_NAME = 1_000, 20_000, 200
MAX_KEYWORDS, MAX_KEYWORD = 1_000, 500
MAX_NAMES, MAX_LANGUAGE = 200, 35


def normal(change: Change) -> Any:
    """The change's value as the journal keeps it: JSON-ready, one form for equal values.

    Raises:
        BadInput: the field cannot have this value; the message names both.
    """
    try:
        return _NORMAL[change.field](change.value)
    except ValueError as error:
        raise BadInput(f"{change.field}: {change.value!r} is not possible; {error}.") from None


def words(values: Any) -> list[str]:
    """Keywords without blanks around them, each once, in the order given.

    Raises:
        ValueError: they are no list of texts, or too many or too long.
    """
    if not isinstance(values, list | tuple) or not all(isinstance(value, str) for value in values):
        raise ValueError("keywords are a list of texts")
    found = list(dict.fromkeys(word for value in values if (word := " ".join(value.split()))))
    if len(found) > MAX_KEYWORDS or any(len(word) > MAX_KEYWORD for word in found):
        raise ValueError(f"at most {MAX_KEYWORDS:,} keywords of at most {MAX_KEYWORD} characters")
    for word in found:
        _printable(word)
    return found


def _boolean(value: Any) -> bool:
    if not isinstance(value, bool):
        raise ValueError("it is true or false")
    return value


def _stars(value: Any) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value <= 5:
        raise ValueError("it is a whole number from 0 to 5")
    return value


def _one_of(names: type[Flag] | type[Label]) -> Callable[[Any], str | None]:
    allowed = [name.value for name in names]

    def check(value: Any) -> str | None:
        if value is not None and value not in allowed:
            raise ValueError(f"it is one of {', '.join(allowed)}, or nothing")
        return None if value is None else str(value)

    return check


def _text(limit: int) -> Callable[[Any], str | None]:
    def check(value: Any) -> str | None:
        if value is None:
            return None
        if not isinstance(value, str) or len(value) > limit:
            raise ValueError(f"it is a text of at most {limit:,} characters, or nothing")
        return _printable(value)

    return check


def _printable(text: str) -> str:
    """The text itself, where it is one that can be kept."""
    if not is_text(text):
        raise ValueError("it holds a zero byte or half a character")
    return text


def is_text(text: str) -> bool:
    """Whether a database can keep it: neither zero bytes nor halves of characters are in it."""
    return "\0" not in text and not any("\ud800" <= character <= "\udfff" for character in text)


def _name(value: Any) -> str | None:
    name = _text(MAX_NAME)(value)
    if name is not None and not name.strip():
        raise ValueError("a name is not blank")
    return name if name is None else " ".join(name.split())


def _word(value: Any) -> bool | None:
    return None if value is None else _boolean(value)


def node_name(value: Any) -> str:
    """A node's name without blanks around it.

    Raises:
        ValueError: it is blank, too long, holds `|`, which divides the levels of a path, or stands in brackets.
    """
    name = " ".join(_printable(value).split()) if isinstance(value, str) else ""
    if not name or len(name) > MAX_NODE_NAME:
        raise ValueError(f"a node's name has 1 to {MAX_NODE_NAME} characters")
    if "|" in name:
        raise ValueError("a node's name does not hold '|', which divides the levels of a path")
    if name[0] + name[-1] in ("[]", "{}"):
        raise ValueError("a node's name does not stand in brackets, which have a meaning in lists of keywords")
    return name


def _node(value: Any) -> dict[str, Any]:
    """The state of a node: parent, name, kind, names [[language, name]], threshold, removed, merged_into."""
    if not isinstance(value, Mapping) or value.keys() != _NODE_PARTS:
        raise ValueError(f"it has {', '.join(sorted(_NODE_PARTS))}")
    return {
        **value,
        "name": node_name(value["name"]),
        "kind": NodeKind(value["kind"]).value,
        "names": node_names(value["names"]),
        "threshold": threshold(value["threshold"]),
        "removed": _boolean(value["removed"]),
    }


_NODE_PARTS = {"parent", "name", "kind", "names", "threshold", "removed", "merged_into"}


def node_names(pairs: Any) -> list[list[str]]:
    """Names beside the main one, each once per language, sorted.

    Raises:
        ValueError: they are no pairs of a language and a name, or too many, or a name is none.
    """
    if not isinstance(pairs, list | tuple) or not all(
        isinstance(pair, list | tuple) and len(pair) == 2 for pair in pairs
    ):
        raise ValueError("names are pairs of a language and a name")
    found = sorted({(_language(language), node_name(name)) for language, name in pairs})
    if len(found) > MAX_NAMES:
        raise ValueError(f"a node has at most {MAX_NAMES} names")
    return [list(pair) for pair in found]


def _language(value: Any) -> str:
    if not isinstance(value, str) or len(value) > MAX_LANGUAGE or not all(c.isalnum() or c == "-" for c in value):
        raise ValueError(f"{value!r} is no language such as en, pt-BR, or nothing")
    return value.lower()


def threshold(value: Any) -> float | None:
    """A confidence from 0 to 1 to four digits, or None.

    Raises:
        ValueError: it is neither.
    """
    if value is None:
        return None
    if not _is_number(value) or not 0 <= value <= 1:
        raise ValueError("a threshold is a number from 0 to 1, or nothing")
    return round(float(value), 4)


def _revision(value: Any) -> int | None:
    if value is not None and (isinstance(value, bool) or not isinstance(value, int) or value < 1):
        raise ValueError("a revision is a whole number from 1 on, or nothing")
    return value


def _place(value: Any) -> list[float] | None:
    if value is None:
        return None
    if not isinstance(value, list | tuple) or len(value) != 2 or not all(_is_number(part) for part in value):
        raise ValueError("it is latitude and longitude in degrees, or nothing")
    latitude, longitude = float(value[0]), float(value[1])
    if not (abs(latitude) <= 90 and abs(longitude) <= 180):
        raise ValueError("latitude is -90 to 90 and longitude -180 to 180 degrees")
    return [latitude, longitude]


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)


_NORMAL: Mapping[Field, Callable[[Any], Any]] = {
    Field.RATING: _stars,
    Field.FLAG: _one_of(Flag),
    Field.LABEL: _one_of(Label),
    Field.FAVOURITE: _boolean,
    Field.ARCHIVED: _boolean,
    Field.TRASHED: _boolean,
    Field.HIDDEN: _boolean,
    Field.TITLE: _text(MAX_TITLE),
    Field.CAPTION: _text(MAX_CAPTION),
    Field.KEYWORDS: words,
    Field.LOCATION: _place,
    Field.ALBUM: _boolean,
    Field.ALBUM_NAME: _name,
    Field.DISTINCT: _boolean,
    Field.KEEPER: _boolean,
    Field.VERDICT: _word,
    Field.NODE: _node,
    Field.HEAD: _revision,
    Field.FILE: _text(4_096),
}

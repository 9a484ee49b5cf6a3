"""What people have decided about an image, laid over what its files say, each with its origin."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from lumina.domain.curation import Curation
from lumina.domain.facts import Known

OURS = "Lumina"
"""Origin of what people have decided here."""
Values = dict[str, Any]
Origins = dict[str, str]


def overlaid(known: Known) -> tuple[Values, Origins]:
    """The metadata with what people have decided over it, and where each value comes from."""
    values: Values = dict(known.metadata)
    origins: Origins = dict(known.metadata.get("provenance") or {})
    for name, value, origin in _decided(known.curation, values, origins):
        values[name] = value
        if origin is None:
            origins.pop(name, None)
        else:
            origins[name] = origin
    return values, origins


Decided = tuple[str, Any, str | None]


def _decided(ours: Curation, values: Mapping[str, Any], origins: Mapping[str, str]) -> Iterator[Decided]:
    yield from _marks(ours, values, origins)
    for name, text in (("title", ours.title), ("caption", ours.caption)):
        if text is not None:
            yield name, text or None, OURS
    if ours.keywords:
        filed = list(values.get("keywords") or ())
        words = filed + [word for word in ours.keywords if word not in filed]
        yield "keywords", words, f"{origins['keywords']}, {OURS}" if filed and "keywords" in origins else OURS
    if ours.location is not None:
        yield "latitude", ours.location[0], OURS
        yield "longitude", ours.location[1], OURS
        yield "geohash", None, None


def _marks(ours: Curation, values: Mapping[str, Any], origins: Mapping[str, str]) -> Iterator[Decided]:
    """Rating, flag and label, which were first taken over from the files; `base` tells which were."""
    flag_from = origins.get("rating") if (values.get("rating") or 0) < 0 else None
    if ours.rating or "rating" in ours.base or ours.flag or "flag" in ours.base:
        yield "rating", ours.rating or None, _origin(ours, "rating", ours.rating, origins.get("rating"))
    if ours.flag:
        yield "flag", ours.flag.value, _origin(ours, "flag", ours.flag.value, flag_from)
    if ours.label or "label" in ours.base:
        label = ours.label.value if ours.label else None
        yield "label", label, _origin(ours, "label", label, origins.get("label"))
    if ours.favourite:
        yield "favourite", True, OURS
    if ours.shelf is not None:
        yield "shelf", ours.shelf, OURS


def _origin(ours: Curation, name: str, value: Any, tag: str | None) -> str:
    """The file's tag where the value is the one that was taken over from it."""
    if not value or ours.base.get(name) != value:
        return OURS
    return tag or "file"

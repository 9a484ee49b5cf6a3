"""What the keeper takes over from the copies that leave, so that nothing anybody said about them is lost."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from lumina.domain.curation import Change, Field, Flag

Place = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Said:
    """All that is said about an image: by people (and kept in the database), and by its files.

    Attributes:
        own_title, own_caption, own_keywords, own_location: kept in the database.
        title, caption, keywords, location: by its files.
        albums: ids.
    """

    rating: int = 0
    flag: str | None = None
    label: str | None = None
    favourite: bool = False
    own_title: str | None = None
    own_caption: str | None = None
    own_keywords: tuple[str, ...] = ()
    own_location: Place | None = None
    title: str | None = None
    caption: str | None = None
    keywords: tuple[str, ...] = ()
    location: Place | None = None
    albums: frozenset[int] = frozenset()


def merged(keeper_id: int, keeper: Said, others: Sequence[Said]) -> list[Change]:
    """The changes that give a keeper what it lacks; none where it lacks nothing.

    Ratings: the highest. A pick wins over nothing, a reject of the keeper stays. Favourite, albums, keywords: all
    together. Label, title, caption and place: the first that is known, only where the keeper has none.

    Args:
        keeper_id: the keeper.
        keeper: what is said about it.
        others: the same of those that leave, in the order in which they are asked.
    """
    changes = [Change(keeper_id, field, value) for field, value in _single(keeper, others)]
    albums = sorted(set().union(*(other.albums for other in others)) - keeper.albums)
    return changes + [Change(keeper_id, Field.ALBUM, True, album) for album in albums]


def _single(keeper: Said, others: Sequence[Said]) -> Iterator[tuple[Field, Any]]:
    if (rating := max((other.rating for other in others), default=0)) > keeper.rating:
        yield Field.RATING, rating
    if keeper.flag is None and any(other.flag == Flag.PICK for other in others):
        yield Field.FLAG, Flag.PICK.value
    if keeper.label is None and (label := _first(other.label for other in others)):
        yield Field.LABEL, label
    if not keeper.favourite and any(other.favourite for other in others):
        yield Field.FAVOURITE, True
    yield from _described(keeper, others)


def _described(keeper: Said, others: Sequence[Said]) -> Iterator[tuple[Field, Any]]:
    for field, own in ((Field.TITLE, keeper.own_title), (Field.CAPTION, keeper.own_caption)):
        if own is None and not _told(keeper, field) and (text := _first(_told(other, field) for other in others)):
            yield field, text
    known = dict.fromkeys((*keeper.own_keywords, *keeper.keywords))
    words = dict.fromkeys(word for other in others for word in (*other.own_keywords, *other.keywords))
    if more := [word for word in words if word not in known]:
        yield Field.KEYWORDS, [*keeper.own_keywords, *more]
    if not (keeper.own_location or keeper.location):
        place = next((where for other in others if (where := other.own_location or other.location)), None)
        if place:
            yield Field.LOCATION, list(place)


def _told(said: Said, field: Field) -> str | None:
    """A title or caption; what people say counts for more than what the files say, also that there is none."""
    own, filed = (said.own_title, said.title) if field is Field.TITLE else (said.own_caption, said.caption)
    return filed if own is None else own


def _first(values: Iterable[str | None]) -> str | None:
    return next((value for value in values if value), None)

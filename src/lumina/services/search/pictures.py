"""Images that look like what is asked."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from uuid import UUID

from lumina.domain.query import Query
from lumina.domain.searching import Way, WayKind, WayState
from lumina.errors import Unavailable
from lumina.services.search.background import Backgrounds
from lumina.services.search.questions import Question
from lumina.store import Store, search, searched, vectors
from lumina.store.filters import Names

_KIND = WayKind.PICTURE


@dataclass(frozen=True, slots=True)
class Seen:
    """What was found by looks.

    Attributes:
        strengths: image -> how much it looks like what is asked, most first.
        full: there may be more of them.
    """

    way: Way
    strengths: dict[int, float]
    full: bool = False


def look(
    store: Store,
    backgrounds: Backgrounds,
    ask: Callable[[], Question],
    demanded: Query,
    *,
    picture: bool,
    catalog: UUID | None,
    count: int,
    names: Names,
) -> Seen:
    """The images nearest to a question that meet what is demanded; none that chance alone could have brought up.

    Args:
        store: the database.
        backgrounds: what chance gives.
        ask: makes the question; where it raises `Unavailable`, its sentence is told instead.
        demanded: what every image has to meet.
        picture: the question is a picture, not words.
        catalog: only this one's.
        count: how many at most.
        names: what the names in filters stand for, as far as that was looked up.
    """
    try:
        question = ask()
    except (Unavailable, MemoryError) as error:
        return Seen(Way(_KIND, WayState.UNAVAILABLE, str(error) or "The network does not fit into memory."), {})
    model = question.space.model
    scale = backgrounds.scale(question.space, question.vector, picture=picture)
    if scale is None:
        few = f"Too few images have been embedded by {model} to tell what is alike by chance."
        return Seen(Way(_KIND, WayState.NOTHING, few), {})
    with store.transaction() as tx:
        condition = search.begun(tx, demanded, names)
        if question.itself is not None:
            condition = searched.except_image(condition, question.itself)
        found = vectors.nearest(
            tx, question.space, question.vector, count=count, conditions=condition, catalog=catalog, cut=scale.cut
        )
    kept = scale.cut.kept(found)
    if not kept:
        return Seen(Way(_KIND, WayState.NOTHING, f"To {model}, nothing looks like it."), {})
    strengths = {near.image_id: scale.strength(near.similarity) for near in kept}
    return Seen(Way(_KIND, WayState.USED, f"Compared by {model}."), strengths, len(kept) == count)

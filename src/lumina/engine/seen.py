"""How the stages that follow an encoder are handed images: as vectors."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from lumina.domain.picture import PictureError
from lumina.domain.recognition import Seen
from lumina.domain.vectors import Space, SpaceKind, SpaceState
from lumina.store import Transaction, spaces, vectors
from lumina.store.inputs import Input

EMBED = "embed:"
"""What the name of a stage that embeds begins with."""


def open_seen(tx: Transaction, need: str, image_ids: Sequence[int]) -> Callable[[Input], Seen]:
    """Gives images as the vectors that a stage has made of them: the live version's, or else that of the next one.

    Args:
        tx: the transaction.
        need: name of the stage.
        image_ids: those that will be asked for.
    """
    model = need.removeprefix(EMBED)
    found: dict[int, Seen] = {}
    for space in in_use(tx, model):
        ids, matrix = vectors.load(tx, space, [image for image in image_ids if image not in found])
        found |= {image: Seen(image, space, vector) for image, vector in zip(ids.tolist(), matrix, strict=True)}

    def seen(source: Input) -> Seen:
        if source.image_id not in found:
            raise PictureError("no-vector", f"There is no vector of {model} for it yet.", retryable=True)
        return found[source.image_id]

    return seen


def in_use(tx: Transaction, model: str) -> list[Space]:
    """The spaces of a model's images that have a future: the live one first, then those being built."""
    mine = [space for space in spaces.every(tx) if space.model == model and space.kind is SpaceKind.IMAGE]
    kept = [space for space in mine if space.state is not SpaceState.RETIRED]
    return sorted(kept, key=lambda space: (space.state is not SpaceState.LIVE, -space.id))

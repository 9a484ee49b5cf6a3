"""What the signatures of a group say about who in it was edited; asked for by the policy's rule `original`."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import NamedTuple

import numpy as np

from lumina.domain.consensus import Pair, Stray, Way, comparable, strays, telling
from lumina.domain.duplicates import Candidate
from lumina.domain.policy import Policy
from lumina.store import Transaction, features
from lumina.vision.consensus import Places, Ways, framed, named, ways
from lumina.vision.signature import Signatures

BATCH = 4096
"""Looks that are compared at a time."""
LOSSLESS, LOSSY = frozenset({"png", "tiff", "bmp"}), "jpeg"


class Shown(NamedTuple):
    """An image of a group: what is the same for identical ones, and its face; 0 where it is not compared."""

    image: int
    identity: int
    face: int


@dataclass(frozen=True)
class Consensus:
    """How the looks of groups differ.

    Attributes:
        ways: pairs of faces that were compared and differ.
        framed: faces of pictures within a border of one colour. They are not the whole of what they frame.
    """

    ways: Mapping[Pair, Way] = field(default_factory=dict)
    framed: frozenset[int] = frozenset()

    def judged(self, members: Sequence[Shown], known: Mapping[int, Candidate]) -> list[Candidate]:
        """What a policy looks at, with what the group says about each.

        Args:
            members: of one group, or of a part of one that was compared.
            known: image -> what is known of it alone.
        """
        look = _looks(members)
        apart = strays([look[member.identity] for member in members], self.ways)
        found = {each.image: apart[look[each.identity]] for each in members if look[each.identity] in apart}
        found |= _wrapped(members, known)
        return [
            replace(known[each.image], stray=found[each.image]) if each.image in found else known[each.image]
            for each in members
        ]


def consensus(
    tx: Transaction, policy: Policy, groups: Iterable[Sequence[Shown]], wholes: Iterable[Shown] = ()
) -> Consensus:
    """Compare the looks of each group, where the policy asks for that.

    Args:
        tx: the transaction.
        policy: that is going to be asked about the groups.
        groups: those of fewer than four looks cost nothing.
        wholes: images that others are known to show a part of.
    """
    found: dict[Pair, Way] = {}
    for batch in _batches(groups if policy.asks_for_original else ()):
        found |= _compared(tx, batch)
    images = {each.face: each.image for each in wholes}
    edged: set[int] = set()
    for at in range(0, len(images), BATCH):
        place, signatures = _signatures(tx, dict(list(images.items())[at : at + BATCH]))
        flags = framed(signatures)
        edged.update(face for face, row in place.items() if flags[row])
    return Consensus(found, frozenset(edged))


def _batches(groups: Iterable[Sequence[Shown]]) -> Iterator[list[Sequence[Shown]]]:
    """The groups that need comparing, so many at a time that they have some thousands of faces."""
    batch: list[Sequence[Shown]] = []
    size = 0
    for group in groups:
        if comparable(member.face for member in group):
            batch.append(group)
            size += len(group)
        if size >= BATCH:
            yield batch
            batch, size = [], 0
    if batch:
        yield batch


def _compared(tx: Transaction, groups: Sequence[Sequence[Shown]]) -> dict[Pair, Way]:
    place, signatures = _signatures(tx, {each.face: each.image for group in groups for each in group if each.face})
    looks = [[each.face for each in group if each.face in place] for group in groups]
    found = _ways(ways, signatures, place, [pair for faces in looks for pair in comparable(faces)])
    return found | _ways(named, signatures, place, [pair for faces in looks for pair in telling(faces, found)])


def _ways(
    compare: Callable[[Signatures, Places, Places], Ways], signatures: Signatures, place: Mapping[int, int],
    pairs: Sequence[Pair],
) -> dict[Pair, Way]:  # fmt: skip
    """The pairs that differ."""
    left, right = (np.array([place[pair[end]] for pair in pairs], np.int64) for end in (0, 1))
    compared = compare(signatures, left, right).tolist() if pairs else []
    return {pair: Way(way) for pair, way in zip(pairs, compared, strict=True) if way}


def _signatures(tx: Transaction, images: Mapping[int, int]) -> tuple[dict[int, int], Signatures]:
    """Face -> its place among the signatures; those that have changed meanwhile are left out.

    Args:
        tx: the transaction.
        images: face -> an image that has it.
    """
    found = features.signatures(tx, np.array(sorted(images.values()), np.int64))
    return {face: at for at, face in enumerate(found["face"].tolist()) if face in images}, found["signature"]


def _looks(members: Sequence[Shown]) -> dict[int, int]:
    """Identity -> the face that stands for it, 0 where none is compared: identical images count once."""
    look: dict[int, int] = {}
    for member in members:
        faces = [face for face in (look.get(member.identity, 0), member.face) if face]
        look[member.identity] = min(faces, default=0)
    return look


def _wrapped(members: Sequence[Shown], known: Mapping[int, Candidate]) -> dict[int, Stray]:
    """Files without loss that hold the very pixels of a JPEG: they were made from it, since it cannot be from them."""
    jpegs: dict[int, int] = {}
    for member in members:
        jpegs[member.identity] = jpegs.get(member.identity, 0) + (known[member.image].format == LOSSY)
    return {
        member.image: Stray(Way.WRAPPED, jpegs[member.identity])
        for member in members
        if known[member.image].format in LOSSLESS and jpegs[member.identity]
    }

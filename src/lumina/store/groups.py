"""Groups of copies: written as a run builds them, and what people have said about them."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass, replace
from uuid import UUID

from lumina.domain.duplicates import Relation, Tier
from lumina.store import bulk
from lumina.store.database import Transaction


@dataclass(frozen=True, slots=True)
class NewMember:
    """One image of a group.

    Attributes:
        face: of its fingerprint, None where only its bytes and pixels were compared.
        identity: the same for images with the same bytes or pixels.
        tier, distance, similarity, relation: what it has in common with the keeper, and what it is to it.
        size: bytes of all its files.
        reasons: why the keeper is kept and not this one.
    """

    image_id: int
    face: int | None
    identity: int
    tier: Tier
    distance: int | None
    similarity: float | None
    relation: Relation
    size: int
    score: float | None
    reasons: Sequence[str]


@dataclass(frozen=True, slots=True)
class NewGroup:
    """Copies of one picture, the keeper first.

    Attributes:
        tier: the weakest of the members'. gain: bytes of all files but the keeper's. similarity: the lowest.
        margin: points of quality between the keeper and the next. decided: it is not too close to call.
        reasons: why the keeper is kept.
    """

    id: int
    tier: Tier
    gain: int
    similarity: float
    margin: float
    decided: bool
    reasons: Sequence[str]
    members: Sequence[NewMember]


def save(tx: Transaction, run_id: int, groups: Sequence[NewGroup]) -> list[NewGroup]:
    """Add groups with their members to a run, without images that are gone meanwhile; returns what was added."""
    keepers = {group.id: group.members[0].image_id for group in groups}
    kept = _present(tx, groups)
    bulk.write_rows(tx, "duplicate_group", _GROUP, (_group_row(run_id, keepers[group.id], group) for group in kept))
    rows = (
        _member_row(run_id, group.id, place, member)
        for group in kept
        for place, member in enumerate(group.members, group.members[0].image_id != keepers[group.id])
    )
    bulk.write_rows(tx, "duplicate_member", _MEMBER, rows)
    return kept


def _present(tx: Transaction, groups: Sequence[NewGroup]) -> list[NewGroup]:
    ids = [member.image_id for group in groups for member in group.members]
    there = bulk.read(tx, "SELECT id FROM image WHERE id = ANY(%(ids)s::bigint[])", {"id": "i8"}, ids=ids)["id"]
    if len(there) == len(ids):
        return list(groups)
    known = frozenset(there.tolist())
    # Where the keeper is gone, the next stands for it, as where it goes later; what is stored is beside the one gone.
    kept = [replace(g, members=[member for member in g.members if member.image_id in known]) for g in groups]
    return [group for group in kept if len(group.members) > 1]


_GROUP = ("run_id", "id", "keeper_id", "tier", "images", "gain", "similarity", "margin", "decided", "reasons")
_MEMBER = (
    *("run_id", "group_id", "position", "image_id", "face", "identity", "tier", "distance", "similarity", "relation"),
    *("size", "score", "reasons"),
)


def _group_row(run_id: int, keeper: int, group: NewGroup) -> tuple[object, ...]:
    figures = (int(group.tier), len(group.members), group.gain, group.similarity, group.margin, group.decided)
    return (run_id, group.id, keeper, *figures, json.dumps(list(group.reasons)))


def _member_row(run_id: int, group_id: int, place: int, member: NewMember) -> tuple[object, ...]:
    seen = (int(member.tier), member.distance, member.similarity, int(member.relation))
    known = (member.size, member.score, json.dumps(list(member.reasons)))
    return (run_id, group_id, place, member.image_id, member.face, member.identity, *seen, *known)


def distinct(tx: Transaction, catalog_id: UUID) -> tuple[Mapping[int, Set[int]], Mapping[bytes, Set[int]]]:
    """What is known to be no copies of each other: image -> its sets, content -> the sets that such an image is in."""
    rows = tx.rows(
        """SELECT d.set_id, d.image_id, d.content FROM distinct_member d
        LEFT JOIN image i ON i.id = d.image_id WHERE i.id IS NULL OR i.catalog_id = :catalog""",
        catalog=catalog_id,
    )
    by_image: dict[int, set[int]] = {}
    by_content: dict[bytes, set[int]] = {}
    for row in rows:
        by_image.setdefault(row["image_id"], set()).add(row["set_id"])
        if row["content"] is not None:
            by_content.setdefault(bytes(row["content"]), set()).add(row["set_id"])
    return by_image, by_content


def new_sets(tx: Transaction, count: int) -> list[int]:
    """Numbers for new sets of images that are no copies of each other."""
    rows = tx.rows("SELECT nextval('distinct_set') AS id FROM generate_series(1, :count)", count=count)
    return [row["id"] for row in rows]

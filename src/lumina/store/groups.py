"""Groups of copies: written as a run builds them, and what people have said about them."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass
from uuid import UUID

from lumina.domain.duplicates import Relation, Tier
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


def save(tx: Transaction, run_id: int, groups: Sequence[NewGroup]) -> None:
    """Add groups with their members to a run."""
    tx.execute(
        """INSERT INTO duplicate_group (run_id, id, keeper_id, tier, images, gain, similarity, margin, decided, reasons)
        SELECT :run, * FROM unnest(CAST(:ids AS bigint[]), CAST(:keepers AS bigint[]), CAST(:tiers AS smallint[]),
            CAST(:images AS integer[]), CAST(:gains AS bigint[]), CAST(:similarities AS real[]),
            CAST(:margins AS real[]), CAST(:decided AS boolean[]), CAST(:reasons AS jsonb[]))""",
        run=run_id,
        ids=[group.id for group in groups],
        keepers=[group.members[0].image_id for group in groups],
        tiers=[int(group.tier) for group in groups],
        images=[len(group.members) for group in groups],
        gains=[group.gain for group in groups],
        similarities=[group.similarity for group in groups],
        margins=[group.margin for group in groups],
        decided=[group.decided for group in groups],
        reasons=[json.dumps(list(group.reasons)) for group in groups],
    )
    members = [(group.id, place, member) for group in groups for place, member in enumerate(group.members)]
    tx.execute(
        """INSERT INTO duplicate_member (run_id, group_id, position, image_id, face, identity, tier, distance,
            similarity, relation, size, score, reasons)
        SELECT :run, m.* FROM unnest(CAST(:groups AS bigint[]), CAST(:places AS integer[]), CAST(:images AS bigint[]),
            CAST(:faces AS bigint[]), CAST(:identities AS bigint[]), CAST(:tiers AS smallint[]),
            CAST(:distances AS smallint[]), CAST(:similarities AS real[]), CAST(:relations AS smallint[]),
            CAST(:sizes AS bigint[]), CAST(:scores AS real[]), CAST(:reasons AS jsonb[]))
            AS m (group_id, place, image_id, face, identity, tier, distance, similarity, relation, size, score, reasons)
        JOIN image ON image.id = m.image_id""",
        run=run_id,
        groups=[group for group, _, _ in members],
        places=[place for _, place, _ in members],
        images=[member.image_id for _, _, member in members],
        faces=[member.face for _, _, member in members],
        identities=[member.identity for _, _, member in members],
        tiers=[int(member.tier) for _, _, member in members],
        distances=[member.distance for _, _, member in members],
        similarities=[member.similarity for _, _, member in members],
        relations=[int(member.relation) for _, _, member in members],
        sizes=[member.size for _, _, member in members],
        scores=[member.score for _, _, member in members],
        reasons=[json.dumps(list(member.reasons)) for _, _, member in members],
    )


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

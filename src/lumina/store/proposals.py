"""What a plan for the copies of a run is made from."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Sequence
from uuid import UUID

from lumina.domain.duplicates import Relation, Tier
from lumina.domain.merging import Said
from lumina.domain.resolution import Group, Member
from lumina.store.database import Row, Transaction

_FLIPPED = {Relation.CROP: Relation.CONTAINS, Relation.CONTAINS: Relation.CROP}


def groups(
    tx: Transaction,
    run_id: int,
    *,
    ids: Sequence[int] | None = None,
    tier: Tier | None = None,
    decided: bool | None = None,
) -> list[Group]:
    """Groups of a run with their members as they are now, by id; those named, or all that match."""
    rows = tx.rows(
        """
        SELECT g.id, g.tier AS group_tier, m.image_id, m.identity, m.face, m.tier, m.relation, i.revision,
            i.missing_since IS NULL AND i.trashed_at IS NULL AND NOT i.hidden AS present,
            ARRAY(SELECT set_id FROM distinct_member d WHERE d.image_id = m.image_id) AS apart
        FROM duplicate_group g JOIN duplicate_member m ON m.run_id = g.run_id AND m.group_id = g.id
        JOIN image i ON i.id = m.image_id
        WHERE g.run_id = :run AND (CAST(:ids AS bigint[]) IS NULL OR g.id = ANY(:ids))
          AND (CAST(:tier AS smallint) IS NULL OR g.tier = :tier)
          AND (CAST(:decided AS boolean) IS NULL OR g.decided = :decided)
        ORDER BY g.id, m.position, m.image_id
        """,
        run=run_id,
        ids=None if ids is None else list(ids),
        tier=None if tier is None else int(tier),
        decided=decided,
    )
    found: defaultdict[int, list[Row]] = defaultdict(list)
    for row in rows:
        found[row["id"]].append(row)
    return [Group(id_, Tier(members[0]["group_tier"]), tuple(map(_member, members))) for id_, members in found.items()]


def _member(row: Row) -> Member:
    return Member(
        image_id=row["image_id"],
        identity=row["identity"],
        face=row["face"],
        tier=Tier(row["tier"]),
        relation=Relation(row["relation"]),
        revision=row["revision"],
        present=row["present"],
        apart=frozenset(row["apart"]),
    )


def edges(tx: Transaction, run_id: int, faces: Collection[int]) -> dict[int, dict[int, Relation]]:
    """Face -> faces that it was compared with and is a copy of -> what those are to it."""
    rows = tx.rows(
        """SELECT a, b, relation FROM duplicate_edge
        WHERE run_id = :run AND a = ANY(:faces) AND b = ANY(CAST(:faces AS bigint[]))""",
        run=run_id,
        faces=list(faces),
    )
    found: dict[int, dict[int, Relation]] = {}
    for row in rows:
        relation = Relation(row["relation"])
        found.setdefault(row["a"], {})[row["b"]] = relation
        found.setdefault(row["b"], {})[row["a"]] = _FLIPPED.get(relation, relation)
    return found


def said(tx: Transaction, image_ids: Collection[int]) -> dict[int, Said]:
    """Image -> what people and its files say about it."""
    rows = tx.rows(
        """
        SELECT i.id, coalesce(c.rating, 0) AS rating, c.flag, c.label, coalesce(c.favourite, false) AS favourite,
            c.title AS own_title, c.caption AS own_caption, coalesce(c.keywords, '{}') AS own_keywords,
            c.latitude AS own_latitude, c.longitude AS own_longitude, m.title, m.caption,
            coalesce(m.keywords, '{}') AS keywords, m.latitude, m.longitude,
            ARRAY(SELECT album_id FROM album_image a JOIN album ON album.id = a.album_id
                  WHERE a.image_id = i.id AND album.name IS NOT NULL) AS albums
        FROM image i LEFT JOIN curation c ON c.image_id = i.id LEFT JOIN metadata m ON m.image_id = i.id
        WHERE i.id = ANY(:ids)
        """,
        ids=list(image_ids),
    )
    return {row["id"]: _said(row) for row in rows}


def _said(row: Row) -> Said:
    return Said(
        rating=row["rating"],
        flag=row["flag"],
        label=row["label"],
        favourite=row["favourite"],
        own_title=row["own_title"],
        own_caption=row["own_caption"],
        own_keywords=tuple(row["own_keywords"]),
        own_location=_place(row["own_latitude"], row["own_longitude"]),
        title=row["title"],
        caption=row["caption"],
        keywords=tuple(row["keywords"]),
        location=_place(row["latitude"], row["longitude"]),
        albums=frozenset(row["albums"]),
    )


def _place(latitude: float | None, longitude: float | None) -> tuple[float, float] | None:
    return None if latitude is None or longitude is None else (latitude, longitude)


def catalog_of(tx: Transaction, run_id: int) -> UUID | None:
    """The catalog whose published run this is; None where it is not (any more)."""
    found: UUID | None = tx.value("SELECT catalog_id FROM published WHERE run_id = :run", run=run_id)
    return found

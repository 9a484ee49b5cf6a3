"""Published groups of copies, as they stand now: without those that have left, with the keepers that people chose."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from lumina.domain.copies import CopyFilter, CopySummary, PublishedRun, ScoreParts, Sort
from lumina.domain.duplicates import Edge, Relation, Tier
from lumina.store.database import Row, Transaction

_THERE = "i.missing_since IS NULL AND i.trashed_at IS NULL AND NOT i.hidden"
_FIRST = "k.image_id IS NULL, k.chosen_at DESC, m.position"
"""The keeper first: the one that a person chose last, or the best that is there."""
_PRESENT = f"""SELECT m.*, k.image_id IS NOT NULL AS chosen, k.chosen_at,
        first_value(m.image_id) OVER (PARTITION BY m.run_id, m.group_id ORDER BY {_FIRST}) AS leader
    FROM duplicate_member m JOIN image i ON i.id = m.image_id AND {_THERE}
    LEFT JOIN keeper_choice k ON k.image_id = m.image_id"""
_APART = """EXISTS (SELECT FROM distinct_member d CROSS JOIN LATERAL (SELECT FROM distinct_member o
        WHERE o.set_id = d.set_id AND o.image_id = ANY(ARRAY[g.keeper_id, m.leader]) AND o.image_id <> m.image_id
        LIMIT 1) o
    WHERE d.image_id = m.image_id)"""
"""Member `m` has been said to be no copy of the keeper of its group `g`: the run's, or the one that is there.

Looked up by key (LATERAL, LIMIT), since thousands may be in one set, about which the planner knows nothing yet.
"""
_LIVE = f"({_PRESENT} WHERE m.run_id = g.run_id AND m.group_id = g.id) m WHERE NOT {_APART}"
_BEST = "ORDER BY NOT m.chosen, m.chosen_at DESC, m.position"
_FIGURES = f"""SELECT count(*) AS images, (array_agg(m.image_id {_BEST}))[1] AS keeper, min(m.tier) AS least,
    sum(m.size) - (array_agg(m.size {_BEST}))[1] AS gain, bool_or(m.chosen) AS chosen FROM {_LIVE}"""
_GROUPS = f"""duplicate_group g JOIN run r ON r.id = g.run_id JOIN published p ON p.run_id = g.run_id
    CROSS JOIN LATERAL ({_FIGURES}) live"""
_SORTS = {
    Sort.GAIN: ("gain", "DESC", "<", "bigint"),
    Sort.IMAGES: ("images", "DESC", "<", "bigint"),
    Sort.SIMILARITY: ("similarity", "ASC", ">", "real"),
}
"""Column, direction, what comes after, type."""


@dataclass(frozen=True, slots=True)
class GroupRow:
    """A group with at least two images that are there.

    Attributes:
        keeper: the image that stands first now. stored_keeper: the one that the run chose.
        place: what the list is sorted by.
    """

    id: int
    run_id: int
    catalog_id: UUID
    tier: Tier
    keeper: int
    stored_keeper: int
    decided: bool
    chosen: bool
    margin: float
    gain: int
    similarity: float
    reasons: Sequence[str]
    place: float


@dataclass(frozen=True, slots=True)
class MemberRow:
    """An image of a group that is there; the evidence is beside the keeper that the run chose."""

    group_id: int
    image_id: int
    face: int | None
    identity: int
    tier: Tier
    distance: int | None
    similarity: float | None
    relation: Relation
    score: float | None
    parts: ScoreParts | None
    checksum: bytes | None
    reasons: Sequence[str]


def groups(
    tx: Transaction,
    catalogs: Sequence[UUID],
    wanted: CopyFilter,
    *,
    after: tuple[float, int] | None = None,
    limit: int,
) -> list[GroupRow]:
    """At most `limit` groups that follow a place in the list."""
    column, direction, comparison, type_ = _SORTS[wanted.sort]
    terms, values = _filter(wanted)
    if after is not None:
        at = f"CAST(:at AS {type_})"
        # the first of the two serves the index
        terms.append(f"g.{column} {comparison}= {at} AND (g.{column} {comparison} {at} OR g.id > :after)")
        values |= {"at": after[0], "after": after[1]}
    # Run by run, since each has an index in the order of gain; the few runs' first groups are merged.
    rows = tx.rows(
        f"""SELECT g.*, r.catalog_id, CAST(g.{column} AS double precision) AS place
        FROM published p JOIN run r ON r.id = p.run_id CROSS JOIN LATERAL (
            SELECT g.*, live.images AS there, live.keeper, live.gain AS live_gain, live.chosen
            FROM duplicate_group g CROSS JOIN LATERAL ({_FIGURES}) live
            WHERE g.run_id = p.run_id AND {" AND ".join(terms)}
            ORDER BY g.{column} {direction}, g.id LIMIT :limit) g
        WHERE p.kind = 'duplicates' AND p.catalog_id = ANY(:catalogs)
        ORDER BY g.{column} {direction}, g.id LIMIT :limit""",
        catalogs=list(catalogs),
        limit=limit,
        **values,
    )
    return [_group(row) for row in rows]


def group(tx: Transaction, group_id: int) -> GroupRow | None:
    """One published group."""
    row = tx.row(
        f"""SELECT g.*, r.catalog_id, live.images, live.keeper, live.gain AS live_gain, live.chosen,
            0::double precision AS place
        FROM {_GROUPS} WHERE p.kind = 'duplicates' AND g.id = :id AND live.images > 1""",
        id=group_id,
    )
    return None if row is None else _group(row)


@dataclass(frozen=True, slots=True)
class Together:
    """The images of a group that are there, at least two."""

    catalog_id: UUID
    images: Sequence[int]


def together(tx: Transaction, group_ids: Sequence[int]) -> dict[int, Together]:
    """Published group -> its images; all groups are looked up at once, since thousands may be named."""
    rows = tx.rows(
        f"""
        WITH wanted AS (SELECT g.run_id, g.id, g.keeper_id, p.catalog_id FROM published p
            JOIN duplicate_group g ON g.run_id = p.run_id WHERE p.kind = 'duplicates' AND g.id = ANY(:ids))
        SELECT g.id, g.catalog_id, array_agg(m.image_id ORDER BY m.position) AS images
        FROM ({_PRESENT} JOIN wanted w ON w.run_id = m.run_id AND w.id = m.group_id) m
        JOIN wanted g ON g.run_id = m.run_id AND g.id = m.group_id
        WHERE NOT {_APART} GROUP BY g.id, g.catalog_id HAVING count(*) > 1
        """,
        ids=list(group_ids),
    )
    return {row["id"]: Together(row["catalog_id"], row["images"]) for row in rows}


def _filter(wanted: CopyFilter) -> tuple[list[str], dict[str, Any]]:
    terms, values = ["live.images > 1"], dict[str, Any]()
    if wanted.tier is not None:
        terms.append("g.tier = :tier")
        values["tier"] = int(wanted.tier)
    if wanted.decided is not None:
        terms.append("(g.decided OR live.chosen) = :decided")
        values["decided"] = wanted.decided
    return terms, values


def summary(tx: Transaction, catalogs: Sequence[UUID], wanted: CopyFilter) -> CopySummary:
    """All groups of a view together. Set by set rather than group by group: there may be many thousands."""
    terms, values = _filter(wanted)
    row = tx.row(
        f"""
        WITH live AS (
            SELECT m.run_id, m.group_id, count(*) AS images, bool_or(m.chosen) AS chosen,
                sum(m.size) - (array_agg(m.size {_BEST}))[1] AS gain
            FROM ({_PRESENT} WHERE m.run_id IN (SELECT run_id FROM published
                WHERE kind = 'duplicates' AND catalog_id = ANY(:catalogs))) m
            JOIN duplicate_group g ON g.run_id = m.run_id AND g.id = m.group_id
            WHERE NOT {_APART}
            GROUP BY m.run_id, m.group_id
        )
        SELECT count(*) AS groups, coalesce(sum(live.images), 0)::bigint AS images,
            coalesce(sum(live.gain), 0)::bigint AS gain, count(*) FILTER (WHERE g.decided OR live.chosen) AS decided
        FROM live JOIN duplicate_group g ON g.run_id = live.run_id AND g.id = live.group_id
        WHERE {" AND ".join(terms)}
        """,
        catalogs=list(catalogs),
        **values,
    )
    assert row is not None
    return CopySummary(**row)


def members(tx: Transaction, found: Sequence[GroupRow]) -> dict[int, list[MemberRow]]:
    """Group -> its images that are there, the keeper first."""
    rows = tx.rows(
        f"""
        SELECT m.*, q.format_score, q.resolution_score, q.size_score, q.sharpness_score,
            (SELECT checksum FROM file f WHERE f.image_id = m.image_id AND f.role = 'original'
             AND f.missing_since IS NULL ORDER BY f.path LIMIT 1) AS checksum
        FROM unnest(CAST(:runs AS bigint[]), CAST(:groups AS bigint[])) AS wanted (run_id, group_id)
        JOIN duplicate_group g ON g.run_id = wanted.run_id AND g.id = wanted.group_id
        CROSS JOIN LATERAL (SELECT m.*, row_number() OVER ({_BEST}) AS place FROM {_LIVE}) m
        LEFT JOIN measure q ON q.image_id = m.image_id
        ORDER BY m.group_id, m.place
        """,
        runs=[row.run_id for row in found],
        groups=[row.id for row in found],
    )
    by_group: dict[int, list[MemberRow]] = {}
    for row in rows:
        by_group.setdefault(row["group_id"], []).append(_member(row))
    return by_group


def edges(tx: Transaction, run_id: int, pairs: Sequence[tuple[int, int]]) -> dict[tuple[int, int], Edge]:
    """What the comparison of these pairs of faces (smaller first) came to, for those that are copies."""
    rows = tx.rows(
        """SELECT e.* FROM unnest(CAST(:a AS bigint[]), CAST(:b AS bigint[])) AS wanted (a, b)
        JOIN duplicate_edge e ON e.run_id = :run AND e.a = wanted.a AND e.b = wanted.b""",
        run=run_id,
        a=[a for a, _ in pairs],
        b=[b for _, b in pairs],
    )
    return {
        (row["a"], row["b"]): Edge(
            row["a"],
            row["b"],
            Tier(row["tier"]),
            row["distance"],
            row["phash_distance"],
            row["similarity"],
            Relation(row["relation"]),
        )
        for row in rows
    }


def published(tx: Transaction, catalogs: Sequence[UUID]) -> list[PublishedRun]:
    """The searches whose groups are shown, the latest first."""
    rows = tx.rows(
        """SELECT r.* FROM published p JOIN run r ON r.id = p.run_id
        WHERE p.kind = 'duplicates' AND p.catalog_id = ANY(:catalogs) ORDER BY r.published_at DESC, r.id DESC""",
        catalogs=list(catalogs),
    )
    return [
        PublishedRun(
            row["id"],
            row["catalog_id"],
            row["parameters"]["similarity_threshold"],
            row["published_at"],
            row["counts"],
            row["counts"].get("capped", 0),
        )
        for row in rows
    ]


def _group(row: Row) -> GroupRow:
    return GroupRow(
        id=row["id"],
        run_id=row["run_id"],
        catalog_id=row["catalog_id"],
        tier=Tier(row["tier"]),
        keeper=row["keeper"],
        stored_keeper=row["keeper_id"],
        decided=row["decided"] or row["chosen"],
        chosen=row["chosen"],
        margin=row["margin"],
        gain=int(row["live_gain"]),
        similarity=row["similarity"],
        reasons=row["reasons"],
        place=row["place"],
    )


def _member(row: Row) -> MemberRow:
    parts = [row[f"{name}_score"] for name in ScoreParts.__slots__]
    return MemberRow(
        group_id=row["group_id"],
        image_id=row["image_id"],
        face=row["face"],
        identity=row["identity"],
        tier=Tier(row["tier"]),
        distance=row["distance"],
        similarity=row["similarity"],
        relation=Relation(row["relation"]),
        score=row["score"],
        parts=None if None in parts else ScoreParts(*parts),
        checksum=row["checksum"],
        reasons=row["reasons"],
    )

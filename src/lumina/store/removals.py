"""What of a marketplace may not be kept any longer, and a journal of what was removed."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field

from lumina.domain.values import RenditionKind
from lumina.store.database import Transaction


@dataclass(frozen=True, slots=True)
class Doomed:
    """What of a marketplace is to be removed: everything, or only what is expired, of a listing, of a shop."""

    source_id: int
    expired: bool = False
    listing_id: int | None = None
    shop_id: int | None = None

    @property
    def everything(self) -> bool:
        """Whether nothing is left."""
        return not self.expired and self.listing_id is None and self.shop_id is None


@dataclass(frozen=True, slots=True)
class DoomedImage:
    """An image that is to be removed.

    Attributes:
        source_id, folder, stem: where a download goes, whatever the end of its name.
        files: source and path, of each place where its file lies.
    """

    image_id: int
    source_id: int
    folder: str
    stem: str
    files: tuple[tuple[int, str], ...]


@dataclass(frozen=True, slots=True)
class Derived:
    """A derived file that no other image has."""

    kind: RenditionKind
    key: bytes


@dataclass(frozen=True, slots=True)
class Counts:
    """How much there is to remove."""

    listings: int = 0
    images: int = 0
    shops: int = 0
    reviews: int = 0


_OF = """(CAST(:listing AS bigint) IS NULL OR {row}.listing_id = :listing)
    AND (CAST(:shop AS bigint) IS NULL OR {shop}.shop_id = :shop)"""
_LISTINGS = f"""FROM listing l WHERE l.source_id = :source AND {_OF.format(row="l", shop="l")}
    AND (NOT :expired OR l.expires_at < now())"""
_IMAGES = f"""FROM listing_image i LEFT JOIN listing l USING (source_id, listing_id)
    WHERE i.source_id = :source AND {_OF.format(row="i", shop="l")}
    AND (NOT :expired OR i.expires_at < now() OR l.expires_at < now())"""
_REVIEWS = f"""FROM review r WHERE r.source_id = :source AND {_OF.format(row="r", shop="r")}
    AND (NOT :expired OR r.expires_at < now())"""
_SHOPS = """FROM shop s WHERE s.source_id = :source AND CAST(:listing AS bigint) IS NULL
    AND (CAST(:shop AS bigint) IS NULL OR s.shop_id = :shop) AND (NOT :expired OR s.expires_at < now())"""


def _given(doomed: Doomed) -> dict[str, object]:
    return {
        "source": doomed.source_id,
        "expired": doomed.expired,
        "listing": doomed.listing_id,
        "shop": doomed.shop_id,
    }


def counts(tx: Transaction, doomed: Doomed) -> Counts:
    """How much that is."""
    row = tx.row(
        f"""SELECT (SELECT count(*) {_LISTINGS}) AS listings, (SELECT count(*) {_IMAGES}) AS images,
            (SELECT count(*) {_SHOPS}) AS shops, (SELECT count(*) {_REVIEWS}) AS reviews""",
        **_given(doomed),
    )
    assert row is not None
    return Counts(**row)


def doubt(tx: Transaction, doomed: Doomed, after: int, limit: int, sources: Collection[int]) -> None:
    """Make the files of these images due to be fetched: should they stay after all, their files may be gone.

    What was made of them is made anew then, even where the picture is the same. Images that have files in other sources
    than these are left out.
    """
    tx.execute(
        f"""WITH chosen AS MATERIALIZED (
            SELECT id FROM image WHERE id IN (
                SELECT i.image_id {_IMAGES} AND i.image_id > :after ORDER BY i.image_id LIMIT :limit)
            AND NOT EXISTS (SELECT FROM file WHERE file.image_id = image.id AND file.source_id <> ALL(:sources))
            ORDER BY id FOR NO KEY UPDATE)
        UPDATE stage_state s SET basis = NULL,
            status = CASE WHEN g.name = 'download' AND s.status = 1 THEN 3 ELSE s.status END
        FROM stage g, chosen WHERE g.id = s.stage_id AND s.image_id = chosen.id""",
        **_given(doomed),
        after=after,
        limit=limit,
        sources=list(sources),
    )


def images(tx: Transaction, doomed: Doomed, after: int, limit: int) -> list[DoomedImage]:
    """Images to remove, with numbers above `after`; locked."""
    rows = tx.rows(
        f"""WITH chosen AS MATERIALIZED (
            SELECT id, source_id, folder, stem FROM image WHERE id IN (
                SELECT i.image_id {_IMAGES} AND i.image_id > :after ORDER BY i.image_id LIMIT :limit)
            ORDER BY id FOR UPDATE)
        SELECT chosen.*, coalesce((SELECT jsonb_agg(jsonb_build_array(place.source_id, place.path)) FROM (
            SELECT source_id, path FROM file WHERE image_id = chosen.id
            UNION SELECT r.left_source_id, r.left_path FROM relocation r JOIN file ON file.id = r.file_id
                WHERE file.image_id = chosen.id AND r.left_path IS NOT NULL
            UNION SELECT n.source_id, n.path FROM leftover n JOIN file ON file.id = n.file_id
                WHERE file.image_id = chosen.id) place), '[]') AS files
        FROM chosen ORDER BY chosen.id""",
        **_given(doomed),
        after=after,
        limit=limit,
    )
    return [
        DoomedImage(
            row["id"],
            row["source_id"],
            row["folder"],
            row["stem"],
            tuple((source, path) for source, path in row["files"]),
        )
        for row in rows
    ]


def derived(tx: Transaction, image_ids: Sequence[int]) -> list[Derived]:
    """The derived files of these images that no other image has."""
    rows = tx.rows(
        """SELECT DISTINCT r.kind, r.key FROM rendition r WHERE r.image_id = ANY(:ids) AND NOT EXISTS (
            SELECT FROM rendition o WHERE o.kind = r.kind AND o.key = r.key AND o.image_id <> ALL(:ids))
        UNION SELECT 'cutout', c.key FROM cutout c WHERE c.image_id = ANY(:ids) AND c.key IS NOT NULL AND NOT EXISTS (
            SELECT FROM cutout o WHERE o.key = c.key AND o.image_id <> ALL(:ids))""",
        ids=list(image_ids),
    )
    return [Derived(RenditionKind(row["kind"]), bytes(row["key"])) for row in rows]


def remove_images(tx: Transaction, image_ids: Sequence[int]) -> None:
    """Forget images, with all that was made of them."""
    tx.execute("DELETE FROM image WHERE id = ANY(:ids)", ids=list(image_ids))


def remove_rows(tx: Transaction, doomed: Doomed) -> Counts:
    """Forget listings whose images are gone already, shops and reviews, with their history; returns how many."""
    given = _given(doomed)
    reviews = tx.execute(f"DELETE {_REVIEWS}", **given).rowcount
    numbers = list(
        tx.execute(
            f"""SELECT l.listing_id {_LISTINGS} AND NOT EXISTS (SELECT FROM listing_image i
                WHERE i.source_id = l.source_id AND i.listing_id = l.listing_id) ORDER BY 1""",
            **given,
        ).scalars()
    )
    tx.execute(
        """DELETE FROM follow_listing s USING follow f WHERE f.id = s.follow_id AND f.source_id = :source
        AND s.listing_id = ANY(:ids)""",
        source=doomed.source_id,
        ids=numbers,
    )
    found = tx.execute(
        "DELETE FROM listing WHERE source_id = :source AND listing_id = ANY(:ids)", source=doomed.source_id, ids=numbers
    ).rowcount
    shops = tx.execute(f"DELETE {_SHOPS}", **given).rowcount
    return Counts(found, 0, shops, reviews)


def unfollow(tx: Transaction, doomed: Doomed) -> None:
    """What was removed on purpose is not fetched again: its follow goes as well."""
    if doomed.everything:
        tx.execute("DELETE FROM follow WHERE source_id = :source", source=doomed.source_id)
    elif doomed.shop_id is not None:
        tx.execute(
            "DELETE FROM follow WHERE source_id = :source AND kind = 'shop' AND value = :shop",
            source=doomed.source_id,
            shop=str(doomed.shop_id),
        )


@dataclass(frozen=True, slots=True)
class Entry:
    """A line of the journal."""

    id: int
    what: str
    counts: Mapping[str, int] = field(default_factory=dict)


def begin(tx: Transaction, source_id: int, what: str) -> int:
    """A new line of the journal, before anything is removed."""
    return int(
        tx.value("INSERT INTO market_removal (source_id, what) VALUES (:source, :what) RETURNING id",
                 source=source_id, what=what)
    )  # fmt: skip


def count(tx: Transaction, entry: int, counts: Mapping[str, int], *, ended: bool = False) -> None:
    """Say how much has been removed so far."""
    tx.execute(
        """UPDATE market_removal SET counts = CAST(:counts AS jsonb), ended_at = CASE WHEN :ended THEN now() END
        WHERE id = :id""",
        id=entry,
        counts=json.dumps(dict(counts)),
        ended=ended,
    )


def journal(tx: Transaction, source_id: int, limit: int = 100) -> list[Entry]:
    """What was removed, newest first."""
    rows = tx.rows(
        "SELECT id, what, counts FROM market_removal WHERE source_id = :source ORDER BY id DESC LIMIT :limit",
        source=source_id,
        limit=limit,
    )
    return [Entry(**row) for row in rows]

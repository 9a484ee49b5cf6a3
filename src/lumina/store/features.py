"""What images are compared by, as arrays."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import numpy as np
from numpy.typing import NDArray

from lumina.domain.values import FileFormat
from lumina.store import bulk
from lumina.store.bulk import Columns
from lumina.store.bursts import CAMERA
from lumina.store.database import Transaction
from lumina.vision.candidates import ORIENTATIONS, PROBE_MARGINS
from lumina.vision.signature import SIZE

FORMATS = tuple(each.value for each in FileFormat)
DIGEST = 32
"""Bytes of a checksum."""
_NONE = f"decode(repeat('00', {DIGEST}), 'hex')"
_PROBES, _TURNS = 8 * len(PROBE_MARGINS), 8 * len(ORIENTATIONS)
_COMPARABLE = (
    f"NOT p.flat AND length(p.signature) = {SIZE} AND length(p.probes) = {_PROBES} AND length(p.turns) = {_TURNS}"
)
"""Of a fingerprint `p`: its picture can be compared by what it shows."""


def _blob(name: str, length: int) -> str:
    """A column of a fingerprint, always of this length; of none it is empty."""
    if not length:
        return "''::bytea"
    return f"CASE length(p.{name}) WHEN {length} THEN p.{name} ELSE decode(repeat('00', {length}), 'hex') END"


@dataclass(frozen=True, slots=True)
class Faces:
    """The different pictures of a catalog, as hashes; one entry for all that look the same, by rising key.

    Attributes:
        key: `fingerprint.face`. image: one image that looks so.
        dhash, phash: unsigned. probes, turns: n x k hashes.
        fresh: no image had this face when the run began that `load_faces` was told of.
    """

    key: NDArray[np.int64]
    image: NDArray[np.int64]
    dhash: NDArray[np.uint64]
    phash: NDArray[np.uint64]
    probes: NDArray[np.uint64]
    turns: NDArray[np.uint64]
    fresh: NDArray[np.bool_]

    def __len__(self) -> int:
        return len(self.key)


def load_faces(tx: Transaction, catalog_id: UUID, since: int | None, *, turned: bool) -> Faces:
    """All faces of a catalog that can be compared, those of hidden and missing images included.

    Args:
        tx: the transaction.
        catalog_id: the catalog.
        since: a run; faces that it has seen are not fresh. None: all are.
        turned: with their turns.
    """
    seen = (
        "false" if since is None else "pg_visible_in_snapshot(p.written, (SELECT seen FROM run WHERE id = %(since)s))"
    )
    columns: dict[str, str | int] = {"face": "i8", "image_id": "i8", "dhash": "i8", "phash": "i8", "seen": "b"}
    # What is left out is left out here: the planner would expect next to nothing to be left, and plan for that.
    rows = bulk.read(
        tx,
        f"SELECT p.face, p.image_id, p.dhash, p.phash, {seen}, {_COMPARABLE},"
        f" {_blob('probes', _PROBES)}, {_blob('turns', _TURNS if turned else 0)} FROM fingerprint p"
        " JOIN image i ON i.id = p.image_id WHERE i.catalog_id = %(catalog)s AND i.kind = 'photo'",
        columns | {"comparable": "b", "probes": _PROBES, "turns": _TURNS if turned else 0},
        catalog=catalog_id,
        since=since,
    )
    rows = {name: column[rows["comparable"]] for name, column in rows.items()}
    order = np.lexsort((rows["image_id"], ~rows["seen"], rows["face"]))  # of each face the ones that were seen first
    faces, first = np.unique(rows["face"][order], return_index=True)
    chosen = order[first]
    return Faces(
        faces,
        rows["image_id"][chosen],
        rows["dhash"][chosen].view(np.uint64),
        rows["phash"][chosen].view(np.uint64),
        _hashes(rows["probes"][chosen]),
        _hashes(rows["turns"][chosen]),
        ~rows["seen"][chosen],
    )


def _hashes(blobs: NDArray[np.uint8]) -> NDArray[np.uint64]:
    whole = np.ascontiguousarray(blobs).reshape(len(blobs), blobs.shape[1] // 8, 8)
    return whole.view(">u8")[:, :, 0].astype(np.uint64)


def signatures(tx: Transaction, image_ids: NDArray[np.int64]) -> Columns:
    """Of these images: `image_id` (rising), `face`, `signature` (n x SIZE); without those that have none (any more)."""
    rows = bulk.read(
        tx,
        f"SELECT p.image_id, p.face, {_COMPARABLE}, {_blob('signature', SIZE)} FROM fingerprint p"
        " WHERE p.image_id = ANY(%(ids)s::bigint[])",
        {"image_id": "i8", "face": "i8", "comparable": "b", "signature": SIZE},
        ids=image_ids.tolist(),
    )
    rows = {name: column[rows["comparable"]] for name, column in rows.items()}
    order = np.argsort(rows["image_id"])
    return {name: column[order] for name, column in rows.items()}


def load_images(tx: Transaction, catalog_id: UUID) -> Columns:
    """What is known of a catalog's images that can have copies: neither missing nor hidden nor in the trash.

    Returns:
        By rising `id`: `video`; `face` (0 where it cannot be compared); `sequence`, true for frames of bursts and the
        like; `width`, `height` (0 where unknown); `camera`, a number for its maker, model and serial number, and
        `time` of capture, microseconds, wall clock (both 0 where one is unknown); `family`, the place of the format in
        `FORMATS` from 1, 0 for others; `quality`, the worst of a JPEG's history (-1 where unknown); `size`, bytes;
        `checksum`, `content`, `pixels`, n x 32 bytes, zeros where unknown.
    """
    columns: dict[str, str | int] = {"id": "i8", "video": "b", "face": "i8", "sequence": "b", "width": "i4"}
    columns |= {"height": "i4", "camera": "i8", "time": "i8", "family": "i2", "quality": "f4", "size": "i8"}
    return bulk.read(
        tx,
        f"""
        SELECT DISTINCT ON (i.id) i.id, i.kind = 'video', CASE WHEN {_COMPARABLE} THEN p.face ELSE 0 END,
            b.image_id IS NOT NULL, coalesce(i.width, 0), coalesce(i.height, 0),
            CASE WHEN i.taken_at IS NULL THEN 0 ELSE coalesce(hashtextextended({CAMERA}, 0), 0) END,
            CASE WHEN {CAMERA} IS NULL THEN 0
                ELSE coalesce((extract(epoch FROM i.taken_at) * 1000000)::bigint, 0) END,
            coalesce(array_position(%(families)s::text[], f.format), 0)::smallint,
            coalesce(q.compression, -1)::real, f.size,
            coalesce(f.checksum, {_NONE}), coalesce(f.content, {_NONE}), coalesce(x.hash, {_NONE})
        FROM image i
        JOIN file f ON f.image_id = i.id AND f.role = 'original' AND f.missing_since IS NULL
        LEFT JOIN fingerprint p ON p.image_id = i.id
        LEFT JOIN metadata m ON m.image_id = i.id
        LEFT JOIN measure q ON q.image_id = i.id
        LEFT JOIN pixel_hash x ON x.image_id = i.id AND x.render_key = i.render_key
        LEFT JOIN (SELECT DISTINCT image_id FROM burst_member JOIN published USING (run_id)
            WHERE published.catalog_id = %(catalog)s) b ON b.image_id = i.id
        WHERE i.catalog_id = %(catalog)s AND i.missing_since IS NULL AND i.trashed_at IS NULL AND NOT i.hidden
        ORDER BY i.id, f.path
        """,
        columns | {"checksum": DIGEST, "content": DIGEST, "pixels": DIGEST},
        catalog=catalog_id,
        families=list(FORMATS),
    )


def count_images(tx: Transaction, catalog_id: UUID) -> int:
    """Images of a catalog that can have copies."""
    return int(
        tx.value(
            """SELECT count(*) FROM image WHERE catalog_id = :catalog AND missing_since IS NULL
            AND trashed_at IS NULL AND NOT hidden""",
            catalog=catalog_id,
        )
    )


def fresh(tx: Transaction, catalog_id: UUID, since: int | None) -> tuple[int, int]:
    """Fingerprints of a catalog that a run has not seen (None: any run), and all."""
    row = tx.row(
        """SELECT count(*) FILTER (WHERE CAST(:since AS bigint) IS NULL OR NOT pg_visible_in_snapshot(
                p.written, (SELECT seen FROM run WHERE id = :since))) AS fresh, count(*) AS total
        FROM fingerprint p JOIN image i ON i.id = p.image_id WHERE i.catalog_id = :catalog""",
        since=since,
        catalog=catalog_id,
    )
    assert row is not None
    return row["fresh"], row["total"]


_EDGE = {
    "run_id": "i8",
    "a": "i8",
    "b": "i8",
    "tier": "i2",
    "distance": "i2",
    "phash_distance": "i2",
    "similarity": "f4",
    "relation": "i2",
}


def load_edges(tx: Transaction, run_id: int) -> Columns:
    """The pairs of faces that are copies, by a run; columns as in `duplicate_edge`, by rising (a, b)."""
    columns = {name: kind for name, kind in _EDGE.items() if name != "run_id"}
    return bulk.read(
        tx, f"SELECT {', '.join(columns)} FROM duplicate_edge WHERE run_id = %(run)s ORDER BY a, b", columns, run=run_id
    )


def save_edges(tx: Transaction, run_id: int, edges: Columns) -> None:
    """Add pairs to a run, each once."""
    bulk.write(tx, "duplicate_edge", _EDGE, edges | {"run_id": np.full(len(edges["a"]), run_id)})


def save_pixel_hashes(tx: Transaction, hashes: Sequence[tuple[int, bytes, bytes | None]]) -> None:
    """Keep (image, render key of what was decoded, BLAKE3 of its pixels; None where it could not be)."""
    values: dict[str, list[Any]] = {
        "ids": [image for image, _, _ in hashes],
        "keys": [key for _, key, _ in hashes],
        "hashes": [found for _, _, found in hashes],
    }
    tx.execute(
        """INSERT INTO pixel_hash (image_id, render_key, hash)
        SELECT h.id, h.key, h.hash FROM unnest(CAST(:ids AS bigint[]), CAST(:keys AS bytea[]), CAST(:hashes AS bytea[]))
            AS h (id, key, hash) JOIN image ON image.id = h.id ORDER BY h.id
        ON CONFLICT (image_id) DO UPDATE SET render_key = excluded.render_key, hash = excluded.hash""",
        **values,
    )


def without_pixel_hash(tx: Transaction, image_ids: Sequence[int]) -> list[int]:
    """Those of the images whose present picture has not been tried to be decoded for its pixels, in order."""
    rows = tx.rows(
        """SELECT i.id FROM image i WHERE i.id = ANY(:ids) AND i.render_key IS NOT NULL AND NOT EXISTS (
            SELECT FROM pixel_hash x WHERE x.image_id = i.id AND x.render_key = i.render_key) ORDER BY i.id""",
        ids=list(image_ids),
    )
    return [row["id"] for row in rows]


def give_up_pixels(tx: Transaction, image_ids: Sequence[int]) -> None:
    """Note that these pictures cannot be decoded at full size: it is not tried again before they change."""
    tx.execute(
        """INSERT INTO pixel_hash (image_id, render_key) SELECT id, render_key FROM image
        WHERE id = ANY(:ids) AND render_key IS NOT NULL
        ON CONFLICT (image_id) DO UPDATE SET render_key = excluded.render_key, hash = NULL""",
        ids=list(image_ids),
    )

"""Frames for the search for sequences, and the sequences it finds."""

from __future__ import annotations

import json
from collections.abc import Sequence
from uuid import UUID

import numpy as np
from numpy.typing import NDArray

from lumina.domain.bursts import Burst
from lumina.store import bulk
from lumina.store.bulk import Columns
from lumina.store.database import Row, Transaction
from lumina.vision.signature import SIZE

CAMERA = "nullif(concat_ws('|', m.camera_make, m.camera_model, m.camera_serial), '')"
"""Which camera took an image, of a row `m` of its metadata; NULL where nothing is known of it."""
_FEATURES: dict[str, str | int] = {
    "id": "i8",
    "time": "i8",
    "latitude": "f8",
    "longitude": "f8",
    "shutter": "f8",
    "f_number": "f8",
    "iso": "f8",
    "bias": "f8",
    "focal": "f8",
    "sharpness": "f8",
    "brightness": "f8",
    "clipped": "f8",
    "signature": SIZE,
}


def load_moments(tx: Transaction, catalog_id: UUID) -> Columns:
    """The photos of a catalog that have a time of capture, a camera and a signature, and can be seen.

    Returns:
        `id`; `time`: microseconds, wall clock; `camera`: a number for its maker, model and serial number.
    """
    return bulk.read(
        tx,
        f"""
        SELECT i.id, (extract(epoch FROM i.taken_at) * 1000000)::bigint, hashtextextended({CAMERA}, 0)
        FROM image i
        JOIN metadata m ON m.image_id = i.id
        JOIN fingerprint p ON p.image_id = i.id
        WHERE i.catalog_id = %(catalog)s AND i.kind = 'photo' AND i.taken_at IS NOT NULL
          AND i.missing_since IS NULL AND i.trashed_at IS NULL AND NOT i.hidden
          AND length(p.signature) = {SIZE} AND {CAMERA} IS NOT NULL
        """,
        {"id": "i8", "time": "i8", "camera": "i8"},
        catalog=catalog_id,
    )


def load_features(tx: Transaction, image_ids: NDArray[np.int64]) -> Columns:
    """What images look like and how they were taken, by rising `id`; NaN where unknown."""
    columns = bulk.read(
        tx,
        f"""
        SELECT i.id, (extract(epoch FROM i.taken_at) * 1000000)::bigint, coalesce(m.latitude, 'NaN'),
            coalesce(m.longitude, 'NaN'), coalesce(m.exposure_time, 'NaN'), coalesce(m.f_number, 'NaN')::float8,
            coalesce(m.iso, 'NaN'::float8), coalesce(m.exposure_bias, 'NaN')::float8,
            coalesce(m.focal_length, 0)::float8, coalesce(q.sharpness, 0)::float8,
            coalesce(q.brightness, 0.5)::float8, coalesce(q.clipped_dark + q.clipped_bright, 0)::float8, p.signature
        FROM unnest(CAST(%(ids)s AS bigint[])) AS wanted (id)
        JOIN image i ON i.id = wanted.id
        JOIN metadata m ON m.image_id = i.id
        JOIN fingerprint p ON p.image_id = i.id
        LEFT JOIN measure q ON q.image_id = i.id
        WHERE i.taken_at IS NOT NULL AND length(p.signature) = {SIZE}
        """,
        _FEATURES,
        ids=image_ids.tolist(),
    )
    order = columns["id"].argsort()
    return {name: column[order] for name, column in columns.items()}


def load_words(tx: Transaction, image_ids: NDArray[np.int64]) -> dict[int, Row]:
    """Image -> what names and tags say: folder, stem, camera, rendering, content, tags, and a person's verdict."""
    rows = tx.rows(
        f"""
        SELECT i.id, i.folder, i.stem, m.camera AS camera_name, {CAMERA} AS camera,
            concat_ws('|', least(i.width, i.height), greatest(i.width, i.height), f.format, m.software) AS rendering,
            f.content, t.custom, t.apple, coalesce(t.uuid, t.google) AS burst, t.mode = '2' AS bracketing,
            CASE c.flag WHEN 'reject' THEN -1 WHEN 'pick' THEN 10 + c.rating ELSE coalesce(c.rating, 0) END AS verdict
        FROM unnest(CAST(:ids AS bigint[])) AS wanted (id)
        JOIN image i ON i.id = wanted.id
        JOIN metadata m ON m.image_id = i.id
        LEFT JOIN LATERAL (SELECT format, content FROM file WHERE image_id = i.id AND role = 'original'
            AND missing_since IS NULL ORDER BY path LIMIT 1) f ON true
        LEFT JOIN curation c ON c.image_id = i.id
        CROSS JOIN LATERAL (SELECT
            tags ->> 'EXIF:CustomRendered' AS custom, tags ->> 'MakerNotes:HDRImageType' AS apple,
            tags ->> 'MakerNotes:BurstUUID' AS uuid, tags ->> 'XMP:GCamera:BurstID' AS google,
            tags ->> 'EXIF:ExposureMode' AS mode
            -- unpacked once instead of for each of them
            FROM (SELECT m.raw || '{{}}' AS tags OFFSET 0) unpacked) t
        """,
        ids=image_ids.tolist(),
    )
    return {row["id"]: row for row in rows}


def save(tx: Transaction, run_id: int, found: Sequence[Burst]) -> None:
    """Add sequences to a run. Images that have gone since are left out; `settle` sees to what that leaves."""
    tx.execute(
        """INSERT INTO burst (run_id, id, kind, best_id, images, started_at, seconds, camera, reasons)
        SELECT :run, b.* FROM unnest(CAST(:ids AS bigint[]), CAST(:kinds AS text[]), CAST(:best AS bigint[]),
            CAST(:images AS integer[]), CAST(:started AS timestamp[]), CAST(:seconds AS real[]),
            CAST(:cameras AS text[]), CAST(:reasons AS jsonb[])) AS b""",
        run=run_id,
        ids=[each.id for each in found],
        kinds=[each.kind.value for each in found],
        best=[each.best for each in found],
        images=[len(each.members) for each in found],
        started=[each.started_at for each in found],
        seconds=[each.seconds for each in found],
        cameras=[each.camera for each in found],
        reasons=[json.dumps(each.reasons) for each in found],
    )
    members = [(each.id, member) for each in found for member in each.members]
    tx.execute(
        """INSERT INTO burst_member (run_id, burst_id, image_id, position, score, reasons)
        SELECT :run, m.* FROM unnest(CAST(:bursts AS bigint[]), CAST(:images AS bigint[]),
            CAST(:positions AS integer[]), CAST(:scores AS real[]), CAST(:reasons AS jsonb[]))
            AS m (burst, image, position, score, reasons)
        JOIN image i ON i.id = m.image ORDER BY m.image FOR KEY SHARE OF i""",
        run=run_id,
        bursts=[burst for burst, _ in members],
        images=[member.image_id for _, member in members],
        positions=[member.position for _, member in members],
        scores=[member.score for _, member in members],
        reasons=[json.dumps(member.reasons) for _, member in members],
    )


def settle(tx: Transaction, run_id: int) -> dict[str, dict[str, int]]:
    """Drop sequences of which fewer than two images are left, and count the others.

    Returns:
        Kind -> how many sequences and images.
    """
    tx.execute(
        """
        WITH left_over AS (
            SELECT burst_id, count(*) AS images, (array_agg(image_id ORDER BY score DESC, position))[1] AS next,
                array_agg(image_id) AS members FROM burst_member WHERE run_id = :run GROUP BY burst_id)
        UPDATE burst b SET images = coalesce(l.images, 0),
            best_id = CASE WHEN b.best_id = ANY(l.members) THEN b.best_id ELSE coalesce(l.next, b.best_id) END
        FROM burst same LEFT JOIN left_over l ON l.burst_id = same.id
        WHERE b.run_id = :run AND same.run_id = b.run_id AND same.id = b.id AND b.images <> coalesce(l.images, 0)
        """,
        run=run_id,
    )
    tx.execute("DELETE FROM burst WHERE run_id = :run AND images < 2", run=run_id)
    rows = tx.rows(
        "SELECT kind, count(*) AS bursts, sum(images) AS images FROM burst WHERE run_id = :run GROUP BY kind",
        run=run_id,
    )
    return {row["kind"]: {"bursts": row["bursts"], "images": int(row["images"])} for row in rows}

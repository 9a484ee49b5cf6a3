"""Where the results of the stages are kept: one saver for each type of result."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import fields
from typing import Any

from lumina.domain.firsts import first_values
from lumina.domain.market import CutOut, Downloaded
from lumina.domain.metadata import ImageMetadata
from lumina.domain.recognition import Recognised
from lumina.domain.values import Checksums, Fingerprint, Measures, Rendition, RenditionKind
from lumina.domain.vectors import Embedding
from lumina.store import curation, cutouts, keywords, tags
from lumina.store.database import Transaction
from lumina.store.downloads import save_downloads
from lumina.store.inputs import Input
from lumina.store.recognised import save_recognised
from lumina.store.vectors import save_embeddings

Saver = Callable[[Transaction, Sequence[tuple[Input, Any]]], None]


def save_checksums(tx: Transaction, results: Sequence[tuple[Input, Checksums]]) -> None:
    """Identity of the original files, in the order of their ids, as scans lock them."""
    results = sorted(results, key=lambda result: result[0].file_id)
    tx.execute(
        """UPDATE file SET checksum = r.checksum, content = r.content
        FROM unnest(CAST(:ids AS bigint[]), CAST(:checksums AS bytea[]), CAST(:contents AS bytea[]))
            AS r (id, checksum, content) WHERE file.id = r.id""",
        ids=[source.file_id for source, _ in results],
        checksums=[sums.checksum for _, sums in results],
        contents=[sums.content for _, sums in results],
    )


def save_metadata(tx: Transaction, results: Sequence[tuple[Input, ImageMetadata]]) -> None:
    """The metadata row, the columns of the timeline, and the first values of what people decide."""
    rows = [_metadata_row(source.image_id, metadata) for source, metadata in results]
    tx.execute(
        f"""INSERT INTO metadata ({_METADATA_COLUMNS})
        SELECT {_METADATA_COLUMNS} FROM jsonb_populate_recordset(NULL::metadata, CAST(:rows AS jsonb))
        ON CONFLICT (image_id) DO UPDATE SET {_METADATA_UPDATES}""",
        rows=json.dumps(rows),
    )
    tx.execute(
        """UPDATE image SET taken_at = r.taken_at, utc_offset = r.utc_offset,
            width = coalesce(r.width, image.width), height = coalesce(r.height, image.height)
        FROM jsonb_to_recordset(CAST(:rows AS jsonb))
            AS r (id bigint, taken_at timestamp, utc_offset smallint, width integer, height integer)
        WHERE image.id = r.id""",
        rows=json.dumps([_image_row(source.image_id, metadata) for source, metadata in results]),
    )
    curation.adopt(tx, {source.image_id: first_values(metadata) for source, metadata in results})
    tags.follow_dates(tx, [source.image_id for source, _ in results])
    keywords.label(tx, {source.image_id: metadata.keywords for source, metadata in results})


def save_renditions(tx: Transaction, results: Sequence[tuple[Input, Rendition]]) -> None:
    """Proxies and thumbnails that have been written; the old ones' files may be shared and are left to the clean-up."""
    tx.execute(
        """INSERT INTO rendition (image_id, kind, key, width, height, size)
        SELECT * FROM unnest(CAST(:ids AS bigint[]), CAST(:kinds AS text[]), CAST(:keys AS bytea[]),
            CAST(:widths AS integer[]), CAST(:heights AS integer[]), CAST(:sizes AS integer[]))
        ON CONFLICT (image_id, kind) DO UPDATE SET key = excluded.key, width = excluded.width,
            height = excluded.height, size = excluded.size""",
        ids=[source.image_id for source, _ in results],
        kinds=[rendition.kind.value for _, rendition in results],
        keys=[rendition.key for _, rendition in results],
        widths=[rendition.width for _, rendition in results],
        heights=[rendition.height for _, rendition in results],
        sizes=[rendition.size for _, rendition in results],
    )
    thumbnails = [(source, r) for source, r in results if r.kind is RenditionKind.THUMBNAIL]
    tx.execute(
        """UPDATE image SET thumbnail_key = r.key, placeholder = r.placeholder,
            width = coalesce(image.width, r.width), height = coalesce(image.height, r.height)
        FROM unnest(CAST(:ids AS bigint[]), CAST(:keys AS bytea[]), CAST(:placeholders AS bytea[]),
            CAST(:widths AS integer[]), CAST(:heights AS integer[])) AS r (id, key, placeholder, width, height)
        WHERE image.id = r.id""",
        ids=[source.image_id for source, _ in thumbnails],
        keys=[rendition.key for _, rendition in thumbnails],
        placeholders=[rendition.placeholder for _, rendition in thumbnails],
        widths=[rendition.width for _, rendition in thumbnails],
        heights=[rendition.height for _, rendition in thumbnails],
    )


def save_fingerprints(tx: Transaction, results: Sequence[tuple[Input, Fingerprint]]) -> None:
    """Perceptual hashes, unsigned numbers kept in two's complement; new for the next search for copies."""
    tx.execute(
        """INSERT INTO fingerprint (image_id, dhash, ahash, whash, phash, flat, signature, probes, turns)
        SELECT * FROM unnest(CAST(:ids AS bigint[]), CAST(:d AS bigint[]), CAST(:a AS bigint[]), CAST(:w AS bigint[]),
            CAST(:p AS bigint[]), CAST(:flat AS boolean[]), CAST(:signatures AS bytea[]), CAST(:probes AS bytea[]),
            CAST(:turns AS bytea[]))
        ON CONFLICT (image_id) DO UPDATE SET dhash = excluded.dhash, ahash = excluded.ahash, whash = excluded.whash,
            phash = excluded.phash, flat = excluded.flat, signature = excluded.signature, probes = excluded.probes,
            turns = excluded.turns, written = pg_current_xact_id()""",
        ids=[source.image_id for source, _ in results],
        d=[signed(print_.dhash) for _, print_ in results],
        a=[signed(print_.ahash) for _, print_ in results],
        w=[signed(print_.whash) for _, print_ in results],
        p=[signed(print_.phash) for _, print_ in results],
        flat=[print_.flat for _, print_ in results],
        signatures=[print_.signature for _, print_ in results],
        probes=[print_.probes for _, print_ in results],
        turns=[print_.turns for _, print_ in results],
    )


def save_measures(tx: Transaction, results: Sequence[tuple[Input, Measures]]) -> None:
    """Technical measures and scores."""
    names = [field.name for field in fields(Measures)]
    kinds = {name: "bigint" if name == "data_size" else "real" for name in names}
    columns = ", ".join(names)
    tx.execute(
        f"""INSERT INTO measure (image_id, {columns})
        SELECT * FROM unnest(CAST(:ids AS bigint[]), {", ".join(f"CAST(:{name} AS {kinds[name]}[])" for name in names)})
        ON CONFLICT (image_id) DO UPDATE SET {", ".join(f"{name} = excluded.{name}" for name in names)}""",
        ids=[source.image_id for source, _ in results],
        **{name: [getattr(measures, name) for _, measures in results] for name in names},
    )


def save_render_keys(tx: Transaction, keys: Mapping[int, bytes]) -> None:
    """What the pictures look like now; derived files and picture stages are named after it."""
    if not keys:
        return
    tx.execute(
        """UPDATE image SET render_key = r.key
        FROM unnest(CAST(:ids AS bigint[]), CAST(:keys AS bytea[])) AS r (id, key)
        WHERE image.id = r.id AND image.render_key IS DISTINCT FROM r.key""",
        ids=list(keys),
        keys=list(keys.values()),
    )


SAVERS: Mapping[type, Saver] = {
    Checksums: save_checksums,
    ImageMetadata: save_metadata,
    Rendition: save_renditions,
    Fingerprint: save_fingerprints,
    Measures: save_measures,
    Embedding: save_embeddings,
    CutOut: cutouts.save,
    Downloaded: save_downloads,
    Recognised: save_recognised,
}
"""Type of result -> how it is saved. A stage whose result has no saver is refused at start-up."""

_ON_IMAGE = {"taken_at", "utc_offset", "width", "height"}
_METADATA_NAMES = ["image_id", *(f.name for f in fields(ImageMetadata) if f.name not in _ON_IMAGE)]
_METADATA_COLUMNS = ", ".join(_METADATA_NAMES)
_METADATA_UPDATES = ", ".join(f"{name} = excluded.{name}" for name in _METADATA_NAMES[1:])


def signed(value: int) -> int:
    """An unsigned 64-bit number as PostgreSQL's bigint holds it."""
    return value - (1 << 64) if value >= 1 << 63 else value


def unsigned(value: int) -> int:
    """The reverse of `signed`."""
    return value + (1 << 64) if value < 0 else value


def _metadata_row(image_id: int, metadata: ImageMetadata) -> dict[str, Any]:
    row: dict[str, Any] = {name: getattr(metadata, name) for name in _METADATA_NAMES[1:]}
    for name in ("keywords", "notes"):
        row[name] = list(row[name])
    for name in ("raw", "provenance"):
        row[name] = dict(row[name])
    return {"image_id": image_id, **row}


def _image_row(image_id: int, metadata: ImageMetadata) -> dict[str, Any]:
    width, height = metadata.width, metadata.height
    if metadata.orientation >= 5:
        width, height = height, width
    return {
        "id": image_id,
        "taken_at": metadata.taken_at.isoformat() if metadata.taken_at else None,
        "utc_offset": metadata.utc_offset,
        "width": width,
        "height": height,
    }

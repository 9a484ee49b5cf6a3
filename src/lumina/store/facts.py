"""Everything the database holds about one image."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields
from datetime import UTC, datetime, timedelta
from typing import Any

from lumina.domain.facts import FileFact, Known, StageFact
from lumina.domain.values import Fingerprint, Measures
from lumina.store import browse, curation, places
from lumina.store.database import Transaction
from lumina.store.results import unsigned


def known(tx: Transaction, image_id: int) -> Known | None:
    """All of it, None where there is no such image."""
    summary = browse.summary(tx, image_id)
    place = tx.row(
        "SELECT c.id AS catalog_id, c.name, i.folder, s.id AS source_id, s.path, s.state FROM image i"
        " JOIN catalog c ON c.id = i.catalog_id JOIN source s ON s.id = i.source_id WHERE i.id = :id",
        id=image_id,
    )
    if summary is None or place is None:
        return None
    return Known(
        summary=summary,
        catalog_id=place["catalog_id"],
        catalog_name=place["name"],
        source_id=place["source_id"],
        source_path=place["path"],
        source_state=place["state"],
        folder=place["folder"],
        files=_files(tx, image_id),
        metadata=_metadata(tx, image_id),
        fingerprint=_fingerprint(tx, image_id),
        measures=_measures(tx, image_id),
        stages=_stages(tx, image_id),
        curation=curation.of_images(tx, [image_id])[image_id],
        place=places.of_image(tx, image_id),
    )


def _files(tx: Transaction, image_id: int) -> tuple[FileFact, ...]:
    rows = tx.rows(
        "SELECT id, path, role, format, size, modified_ns, checksum, content, missing_since FROM file"
        " WHERE image_id = :id ORDER BY array_position(ARRAY['original', 'derived', 'live', 'sidecar'], role), path",
        id=image_id,
    )
    return tuple(
        FileFact(
            id=row["id"],
            path=row["path"],
            role=row["role"],
            format=row["format"],
            size=row["size"],
            modified_at=_moment(row["modified_ns"]),
            checksum=row["checksum"],
            content=row["content"],
            missing_since=row["missing_since"],
        )
        for row in rows
    )


def _moment(nanoseconds: int) -> datetime:
    """A file's time; one that no calendar holds becomes the nearest that does."""
    try:
        return datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=nanoseconds // 1000)
    except OverflowError:
        return datetime.max.replace(tzinfo=UTC) if nanoseconds > 0 else datetime(1, 1, 1, tzinfo=UTC)


def _metadata(tx: Transaction, image_id: int) -> Mapping[str, Any]:
    row = tx.row("SELECT * FROM metadata WHERE image_id = :id", id=image_id)
    return dict(row) if row else {}


def _fingerprint(tx: Transaction, image_id: int) -> Fingerprint | None:
    row = tx.row("SELECT * FROM fingerprint WHERE image_id = :id", id=image_id)
    if row is None:
        return None
    hashes: dict[str, Any] = {name: unsigned(row[name]) for name in ("dhash", "ahash", "whash", "phash")}
    blobs: dict[str, Any] = {name: bytes(row[name]) for name in ("signature", "probes", "turns")}
    return Fingerprint(**hashes, flat=row["flat"], **blobs)


def _measures(tx: Transaction, image_id: int) -> Measures | None:
    row = tx.row("SELECT * FROM measure WHERE image_id = :id", id=image_id)
    return Measures(**{field.name: row[field.name] for field in fields(Measures)}) if row else None


def _stages(tx: Transaction, image_id: int) -> tuple[StageFact, ...]:
    rows = tx.rows(
        "SELECT g.name, s.version, s.status, s.code, s.note FROM stage_state s JOIN stage g ON g.id = s.stage_id"
        " WHERE s.image_id = :id",
        id=image_id,
    )
    return tuple(StageFact(r["name"], r["version"], r["status"], r["code"], r["note"]) for r in rows)

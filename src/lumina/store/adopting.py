"""What another program has gathered of a marketplace, written in bulk. What is known already stays as it is."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

import numpy as np
from numpy.typing import NDArray

from lumina.domain.vectors import Space
from lumina.domain.work import Status
from lumina.store import bulk, exporting, spaces, vectors
from lumina.store.database import Transaction
from lumina.store.relocations import ADOPTED

Ids = NDArray[np.int64]
CUT_BY = "adopted"
"""Stands for the model that has cut a picture out, where another program did."""
_COARSE = 2_000_000_000
"""Nanoseconds by which a copy's time may differ on a file system that keeps it coarsely."""
_IMAGE = ("id", "catalog_id", "source_id", "folder", "stem", "missing_since", "awaited")
_LISTED = (
    "image_id", "source_id", "listing_id", "remote_id", "rank", "is_primary", "url", "url_full", "hex_code", "hue",
    "saturation", "brightness", "full_width", "full_height", "alt_text",
)  # fmt: skip
_FILE = ("image_id", "source_id", "path", "role", "format", "size", "modified_ns", "device", "inode")
_STATE = {"image_id": "i8", "stage_id": "i2", "version": "i2", "status": "i2", "attempts": "i2"}


@dataclass(frozen=True, slots=True)
class AdoptedFile:
    """A file that is there. `path`: stored form, relative to its source."""

    source_id: int
    path: str
    format: str
    size: int
    modified_ns: int
    device: int
    inode: int


@dataclass(frozen=True, slots=True)
class AdoptedImage:
    """An image as another program knows it; `shown`: from url to alt_text, in the order of `listing_image`'s columns.

    Attributes:
        file: None where it has still to be fetched. cutout: name of its cut-out in the derived store, if there is one.
    """

    listing_id: int
    remote_id: int
    rank: int
    is_primary: bool
    shown: tuple[object, ...]
    file: AdoptedFile | None
    cutout: bytes | None


def fill(
    tx: Transaction, table: str, columns: Sequence[str], rows: Iterable[Sequence[object]], joined: str = ""
) -> int:
    """Add rows to a table that it does not have yet; returns how many.

    Args:
        tx: the transaction.
        table: its name.
        columns: of it.
        rows: numbers, booleans, texts (also those of arrays, JSON and moments) and None.
        joined: a condition on `n`, the new rows: those for which it does not hold are left out.
    """
    names = ", ".join(columns)
    tx.execute(f"CREATE TEMP TABLE adopted_row ON COMMIT DROP AS SELECT {names} FROM {table} LIMIT 0")
    bulk.write_rows(tx, "adopted_row", columns, rows)
    where = f"WHERE {joined}" if joined else ""
    added = tx.execute(
        f"INSERT INTO {table} ({names}) SELECT {names} FROM adopted_row n {where} ON CONFLICT DO NOTHING"
    ).rowcount
    tx.execute("DROP TABLE adopted_row")
    return int(added)


def array(words: Sequence[str]) -> str:
    """A list of texts as PostgreSQL writes it."""
    quoted = ('"' + word.replace("\\", "\\\\").replace('"', '\\"') + '"' for word in words)
    return "{" + ",".join(quoted) + "}"


def images(tx: Transaction, source_id: int, catalog_id: UUID, given: Sequence[AdoptedImage]) -> tuple[Ids, Ids]:
    """Write images with their files.

    An image that is known keeps what is known of it; where its file was still awaited, it has one now, and where it
    lay in another program's folder, it lies where it was copied to.

    Returns:
        Their numbers, in order; and of these, ascending, those that have the file that was given, now or from before.
        All are locked until the end of the transaction.
    """
    listing = np.array([image.listing_id for image in given], np.int64)
    remote = np.array([image.remote_id for image in given], np.int64)
    ids = exporting.numbered(tx, source_id, listing, remote)
    old = {int(ids[place]): given[place] for place in np.flatnonzero(ids).tolist()}
    new = np.flatnonzero(ids == 0)
    ids[new] = _numbers(tx, len(new))
    fresh = [(int(ids[place]), given[place]) for place in new.tolist()]
    now = str(tx.value("SELECT now()"))
    bulk.write_rows(tx, "image", _IMAGE, (_image(number, image, source_id, catalog_id, now) for number, image in fresh))
    bulk.write_rows(tx, "listing_image", _LISTED, (_listed(number, image, source_id) for number, image in fresh))
    arrived = [(number, old[number]) for number in _arrived(tx, [n for n, image in old.items() if image.file])]
    with_file = [(number, image.file) for number, image in (*fresh, *arrived) if image.file is not None]
    bulk.write_rows(tx, "file", _FILE, (_file(number, file) for number, file in with_file))
    lock(tx, np.array(sorted(old), np.int64))
    _bring(tx, old)
    here = [number for number, _ in with_file] + _with_file(tx, old)
    return ids, np.unique(np.array(here, np.int64))


def own(tx: Transaction, source_id: int, listing: Ids, remote: Ids) -> set[tuple[int, int]]:
    """Listing and image of those whose file is there and does not lie in another program's folder."""
    rows = tx.rows(
        """SELECT l.listing_id, l.remote_id FROM unnest(CAST(:ids AS bigint[])) AS n (id)
        JOIN listing_image l ON l.image_id = n.id JOIN file f ON f.image_id = n.id JOIN source o ON o.id = f.source_id
        WHERE f.role = 'original' AND f.missing_since IS NULL AND o.kind <> :adopted""",
        ids=exporting.numbered(tx, source_id, listing, remote).tolist(),
        adopted=ADOPTED,
    )
    return {(row["listing_id"], row["remote_id"]) for row in rows}


def _bring(tx: Transaction, old: Mapping[int, AdoptedImage]) -> None:
    """Files that were adopted where they are, and have been copied, or lie in another place by now: the same ones."""
    given = {number: image.file for number, image in old.items() if image.file is not None}
    tx.execute(
        f"""UPDATE file f SET source_id = n.source, path = n.path, modified_ns = n.modified, device = n.device,
            inode = n.inode
        FROM unnest(CAST(:ids AS bigint[]), CAST(:sources AS bigint[]), CAST(:paths AS text[]),
            CAST(:sizes AS bigint[]), CAST(:modified AS bigint[]), CAST(:devices AS bigint[]),
            CAST(:inodes AS numeric[])) AS n (id, source, path, size, modified, device, inode), source o
        WHERE f.image_id = n.id AND f.role = 'original' AND f.missing_since IS NULL AND o.id = f.source_id
            AND o.kind = :adopted AND (f.source_id, f.path) <> (n.source, n.path) AND f.size = n.size
            AND abs(f.modified_ns - n.modified) < {_COARSE}""",
        ids=list(given),
        sources=[file.source_id for file in given.values()],
        paths=[file.path for file in given.values()],
        sizes=[file.size for file in given.values()],
        modified=[file.modified_ns for file in given.values()],
        devices=[file.device for file in given.values()],
        inodes=[file.inode for file in given.values()],
        adopted=ADOPTED,
    )


def _numbers(tx: Transaction, count: int) -> Ids:
    query = f"SELECT nextval(pg_get_serial_sequence('image', 'id')) AS id FROM generate_series(1, {count:d})"
    return bulk.read(tx, query, {"id": "i8"})["id"]


def _image(number: int, image: AdoptedImage, source_id: int, catalog_id: UUID, now: str) -> Sequence[object]:
    folder = f"{image.listing_id % 1000}/{image.listing_id}"
    awaited = image.file is None
    return number, catalog_id, source_id, folder, str(image.remote_id), now if awaited else None, awaited


def _listed(number: int, image: AdoptedImage, source_id: int) -> Sequence[object]:
    return number, source_id, image.listing_id, image.remote_id, image.rank, image.is_primary, *image.shown


def _file(number: int, file: AdoptedFile) -> Sequence[object]:
    return (
        number, file.source_id, file.path, "original", file.format, file.size, file.modified_ns, file.device, file.inode
    )  # fmt: skip


def _arrived(tx: Transaction, ids: Sequence[int]) -> list[int]:
    rows = tx.rows(
        """UPDATE image SET awaited = false, missing_since = NULL WHERE id = ANY(:ids) AND awaited AND NOT EXISTS (
            SELECT FROM file WHERE file.image_id = image.id AND role = 'original' AND file.missing_since IS NULL)
        RETURNING id""",
        ids=list(ids),
    )
    return sorted(row["id"] for row in rows)


def cutouts(tx: Transaction, given: Mapping[int, tuple[bytes, int]]) -> None:
    """Image -> name and size of its cut-out; images that have one already keep it."""
    rows = ((image, _bytes(key), "\\x", CUT_BY, 1, size, 1.0) for image, (key, size) in given.items())
    fill(tx, "cutout", ("image_id", "key", "checksum", "model", "version", "size", "share"), rows)


def _bytes(data: bytes) -> str:
    return "\\x" + data.hex()


def _with_file(tx: Transaction, old: Mapping[int, AdoptedImage]) -> list[int]:
    """Those of the images whose original is the file that was given for them."""
    rows = tx.rows(
        """SELECT image_id, source_id, path FROM file
        WHERE image_id = ANY(:ids) AND role = 'original' AND missing_since IS NULL""",
        ids=list(old),
    )
    there = {(row["image_id"], row["source_id"], row["path"]) for row in rows}
    return [n for n, image in old.items() if image.file and (n, image.file.source_id, image.file.path) in there]


def done(tx: Transaction, stages: Mapping[str, tuple[int, Ids]]) -> None:
    """Stage -> version and images of which it is done now. What the ledger knows of an image already stays.

    The caller has locked the images, or made them.
    """
    numbers = {row["name"]: row["id"] for row in tx.rows("SELECT name, id FROM stage")}
    for stage, (version, ids) in stages.items():
        known = bulk.read(
            tx,
            "SELECT image_id FROM stage_state WHERE image_id = ANY(%(ids)s) AND stage_id = %(stage)s",
            {"image_id": "i8"},
            ids=ids.tolist(),
            stage=numbers[stage],
        )["image_id"]
        new = ids[~np.isin(ids, known)]
        values = (numbers[stage], version, Status.DONE.value, 1)
        columns = {
            name: np.full(len(new), value, np.int16) for name, value in zip(list(_STATE)[1:], values, strict=True)
        }
        bulk.write(tx, "stage_state", _STATE, {"image_id": new, **columns})


def lock(tx: Transaction, ids: Ids) -> None:
    """Lock images until the end of the transaction."""
    tx.execute(
        "SELECT count(*) FROM (SELECT FROM image WHERE id = ANY(:ids) ORDER BY id FOR NO KEY UPDATE) AS locked",
        ids=ids.tolist(),
    )


def add_vectors(tx: Transaction, space: Space, ids: Ids, matrix: NDArray[np.float32]) -> None:
    """Write the vectors of images that have none in this space yet. The caller has locked the images."""
    query = f"SELECT image_id FROM {spaces.table(space)} WHERE image_id = ANY(%(ids)s)"
    known = bulk.read(tx, query, {"image_id": "i8"}, ids=ids.tolist())["image_id"]
    new = ~np.isin(ids, known)
    vectors.save(tx, space, ids[new], matrix[new])


def numbers(tx: Transaction, source_id: int) -> tuple[Ids, Ids, Ids]:
    """Listing, image and Lumina's number of all images of a marketplace."""
    query = "SELECT listing_id, remote_id, image_id FROM listing_image WHERE source_id = %(source)s"
    found = bulk.read(tx, query, {"listing_id": "i8", "remote_id": "i8", "image_id": "i8"}, source=source_id)
    return found["listing_id"], found["remote_id"], found["image_id"]


def refresh(tx: Transaction) -> None:
    """Tell the planner how large the tables have become."""
    tx.execute("ANALYZE image, file, listing_image, listing, stage_state")

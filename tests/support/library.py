"""A folder of small real files with its source in a real database, and what the database says of it."""

from __future__ import annotations

import os
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

import numpy as np
import tifffile
from PIL import Image

from lumina.domain.scan import ScanReport
from lumina.engine.scan import Scanner
from lumina.files.content import anatomy, digest
from lumina.files.sniff import sniff
from lumina.store import Store, Transaction, catalogs

NOON = datetime(2024, 5, 1, 12, 0, 0)


def jpeg(path: Path, seed: int = 1, taken: datetime | None = None, title: str | None = None) -> Path:
    """A JPEG of noise that depends on the seed, with EXIF where a time or a title is given."""
    path.parent.mkdir(parents=True, exist_ok=True)
    pixels = np.random.default_rng(seed).integers(0, 256, (8, 8, 3), dtype=np.uint8)
    tags = Image.Exif()
    if title is not None:
        tags[0x010E] = title
    if taken is not None:
        tags.get_ifd(0x8769)[0x9003] = taken.strftime("%Y:%m:%d %H:%M:%S")
    Image.fromarray(pixels).save(path, "JPEG", exif=tags)
    return path


def retag(path: Path, title: str) -> None:
    """Write a title into a JPEG without touching its image data, as a tagging program does."""
    data = path.read_bytes()
    tags = Image.Exif()
    tags[0x010E] = title
    payload = b"Exif\0\0" + tags.tobytes().removeprefix(b"Exif\0\0")
    part = path.with_name(path.name + ".part")
    part.write_bytes(data[:2] + b"\xff\xe1" + (len(payload) + 2).to_bytes(2, "big") + payload + data[2:])
    part.replace(path)


def raw(path: Path, taken: datetime | None = None) -> Path:
    """A DNG: a Bayer array with the tags that make it one."""
    path.parent.mkdir(parents=True, exist_ok=True)
    tags: list[tuple[int, int, int, Any, bool]] = [
        (50706, 1, 4, (1, 4, 0, 0), True),
        (33422, 1, 4, (0, 1, 1, 2), True),
        (33421, 3, 2, (2, 2), True),
        (271, 2, 0, "Maker", True),
    ]
    sensor = np.full((16, 16), 900, np.uint16)
    when = taken.strftime("%Y:%m:%d %H:%M:%S") if taken else None
    tifffile.imwrite(path, sensor, photometric="cfa", extratags=tags, datetime=when)
    return path


def sidecar(path: Path, rating: int = 3) -> Path:
    """An XMP sidecar with a rating."""
    path.write_text(
        '<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">'
        f'<rdf:Description xmlns:xmp="http://ns.adobe.com/xap/1.0/" xmp:Rating="{rating}"/></rdf:RDF></x:xmpmeta>'
    )
    return path


def movie(path: Path, taken: datetime | None = None, offset: str = "+0200") -> Path:
    """The boxes of a QuickTime film: its kind, its date, no streams."""
    path.parent.mkdir(parents=True, exist_ok=True)
    date = f"{taken:%Y-%m-%dT%H:%M:%S}{offset}".encode() if taken else b""
    moov = b"\0\0\0\x08mvhd" + date
    path.write_bytes(
        b"\0\0\0\x14ftypqt  \0\0\0\0qt  " + (len(moov) + 8).to_bytes(4, "big") + b"moov" + moov + b"\0\0\0\x08mdat"
    )
    return path


_MINE = "FROM file JOIN source ON source.id = source_id WHERE catalog_id = :id"


class Library:
    """Scans `root` into a catalog of its own."""

    def __init__(self, store: Store, root: Path, **options: Any) -> None:
        self.store = store
        self.root = root
        with store.transaction() as tx:
            self.catalog = catalogs.create(tx, f"catalog of {root}")
        self.source_id = self.add(root, **options)
        self.reported: list[int] = []
        """Images that the last scan handed over as new or changed."""

    def add(self, root: Path, **options: Any) -> int:
        """Another source of the same catalog."""
        with self.store.transaction() as tx:
            return catalogs.add_source(tx, self.catalog.id, str(root), **options).id

    def scan(self, scope: str = "", *, source: int | None = None, **options: bool) -> ScanReport:
        """Scan the source, or another one."""
        self.reported = []

        def on_chunk(_: Transaction, images: Sequence[int]) -> None:
            self.reported.extend(images)

        scanner = Scanner(self.store, offline_share=0.5, node="server")
        return scanner.scan(source or self.source_id, scope, on_chunk=on_chunk, **options)

    def images(self) -> dict[str, int]:
        """Path of each file that is there -> its image."""
        rows = self.rows(
            f"SELECT file.path, image_id {_MINE} AND file.missing_since IS NULL ORDER BY file.path", id=self.catalog.id
        )
        return {row["path"]: row["image_id"] for row in rows}

    def roles(self) -> dict[str, str]:
        """Path of each file that is there -> its role."""
        rows = self.rows(f"SELECT file.path, role {_MINE} AND file.missing_since IS NULL", id=self.catalog.id)
        return {row["path"]: row["role"] for row in rows}

    def missing(self) -> set[int]:
        """Images that are marked missing."""
        return {row["id"] for row in self.rows("SELECT id FROM image WHERE missing_since IS NOT NULL")}

    def rows(self, sql: str, **parameters: Any) -> Sequence[Any]:
        """Whatever else the database says."""
        with self.store.transaction() as tx:
            return tx.rows(sql, **parameters)

    def hash_all(self) -> None:
        """Give each original its checksums, as the stage does."""
        from blake3 import blake3

        with self.store.transaction() as tx:
            for row in tx.rows(
                f"""SELECT file.id, file.path, source.path AS root {_MINE}
                AND role = 'original' AND missing_since IS NULL""",
                id=self.catalog.id,
            ):
                data = (Path(row["root"]) / row["path"]).read_bytes()
                content = digest(data, anatomy(data, sniff(data[:4096], row["path"])))
                tx.execute(
                    "UPDATE file SET checksum = :sum, content = :content WHERE id = :id",
                    sum=blake3(data).digest(),
                    content=content,
                    id=row["id"],
                )

    def finish_stages(self) -> None:
        """Write a stage down as done for every image."""
        with self.store.transaction() as tx:
            tx.execute("INSERT INTO stage (id, name, version) VALUES (1, 'checksum', 1) ON CONFLICT DO NOTHING")
            tx.execute(
                """INSERT INTO stage_state (image_id, stage_id, version, status) SELECT id, 1, 1, 1 FROM image
                ON CONFLICT (image_id, stage_id) DO UPDATE SET status = 1"""
            )

    def stale(self) -> set[int]:
        """Images with a stale stage."""
        return {row["image_id"] for row in self.rows("SELECT image_id FROM stage_state WHERE status = 3")}


def to_another_disk(source: Path, target: Path) -> None:
    """Move a file as between two file systems: another inode, another time of change."""
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_bytes(source.read_bytes())
    stamp = source.stat().st_mtime_ns
    os.utime(target, ns=(stamp + 7_000_000_000, stamp + 7_000_000_000))
    source.unlink()

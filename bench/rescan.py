"""Rescanning: N files unchanged, N files moved, one file changed. Nothing of a picture is decoded here.

    python -m bench.rescan --files 100000 --database postgresql://...

Makes N small JPEGs of different bytes in a temporary folder, 1,000 to a folder, and scans them into a database of its
own.
"""

from __future__ import annotations

import argparse
import json
import shutil
import tempfile
import time
import uuid
from collections.abc import Callable, Sequence
from io import BytesIO
from pathlib import Path

from PIL import Image

from lumina.domain.scan import ScanReport
from lumina.engine.scan import Scanner
from lumina.store import Store, catalogs, migrate

PER_FOLDER = 1000


def make(root: Path, count: int) -> None:
    """JPEGs that differ in a trailing number, so that no two have the same bytes."""
    buffer = BytesIO()
    Image.new("RGB", (8, 8), "gray").save(buffer, "JPEG")
    for number in range(count):
        folder = root / f"{number // PER_FOLDER:04d}"
        if number % PER_FOLDER == 0:
            folder.mkdir(parents=True)
        (folder / f"IMG_{number:07d}.jpg").write_bytes(buffer.getvalue() + b"%07d" % number)


def measure(title: str, scan: Callable[[], ScanReport]) -> None:
    """Print seconds of one scan, and what it found."""
    start, used = time.perf_counter(), time.process_time()
    report = scan()
    figures = {
        "seconds": round(time.perf_counter() - start, 2),
        "of them Python's": round(time.process_time() - used, 2),
        **{name: getattr(report, name) for name in ("state", "seen", "new", "changed", "moved", "missing", "images")},
    }
    print(json.dumps({title: figures}), flush=True)


def run(store: Store, root: Path, count: int) -> None:
    """All measurements, in order."""
    with store.transaction() as tx:
        catalog = catalogs.create(tx, "bench")
        source = catalogs.add_source(tx, catalog.id, str(root))
    scanner = Scanner(store, offline_share=0.5, node="bench")

    def scan() -> ScanReport:
        return scanner.scan(source.id, on_chunk=lambda _tx, _images: None)

    make(root, count)
    measure("first", scan)
    before = _images(store)
    with store.transaction() as tx:
        size = tx.value("SELECT pg_total_relation_size('image') + pg_total_relation_size('file')")
    print(json.dumps({"bytes of image and file tables per file": round(size / count)}))
    measure("unchanged", scan)
    (root / "moved").mkdir()
    for folder in sorted(root.glob("[0-9]*")):
        folder.rename(root / "moved" / folder.name)
    measure("moved", scan)
    measure("unchanged after the move", scan)
    _copy_without_identity(store, root / "moved")
    measure("moved to another disk, by checksum", scan)
    print(json.dumps({"images kept": before == _images(store)}))


def _images(store: Store) -> Sequence[int]:
    with store.transaction() as tx:
        return tx.value("SELECT array_agg(image_id ORDER BY image_id) FROM file WHERE missing_since IS NULL") or []


def _copy_without_identity(store: Store, folder: Path) -> None:
    """Give each file its checksum, as the stage would have, then a new inode and a new time elsewhere."""
    from blake3 import blake3

    sums = {str(path.relative_to(folder.parent)): blake3(path.read_bytes()).digest() for path in folder.rglob("*.jpg")}
    with store.transaction() as tx:
        tx.execute(
            """UPDATE file SET checksum = n.sum
            FROM unnest(CAST(:paths AS text[]), CAST(:sums AS bytea[])) AS n (path, sum) WHERE file.path = n.path""",
            paths=list(sums),
            sums=list(sums.values()),
        )
    shutil.copytree(folder, folder.parent / "copied", copy_function=shutil.copyfile)
    shutil.rmtree(folder)


def main() -> None:
    """Read the arguments, run, print JSON."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--files", type=int, default=100_000)
    parser.add_argument("--database", required=True, help="URL of a PostgreSQL server; a database is made and dropped")
    options = parser.parse_args()
    name = f"bench_{uuid.uuid4().hex}"
    admin = Store(options.database)
    with admin.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.exec_driver_sql(f"CREATE DATABASE {name}")
    store = Store(admin.engine.url.set(database=name).render_as_string(hide_password=False))
    root = Path(tempfile.mkdtemp(prefix="rescan"))
    try:
        migrate.upgrade(store)
        run(store, root, options.files)
    finally:
        store.close()
        shutil.rmtree(root)
        with admin.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.exec_driver_sql(f"DROP DATABASE {name} WITH (FORCE)")


if __name__ == "__main__":
    main()

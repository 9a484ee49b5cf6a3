"""Scans of sources too large for the database's memory, and of paths too long for its indexes."""

from __future__ import annotations

import os
import string
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from random import Random

import pytest

from lumina.engine.listing import LONGEST
from lumina.store import Store, Transaction, catalogs, moves, scans
from lumina.store.scans import Area, Session
from tests.support.library import Library, jpeg

pytestmark = pytest.mark.integration

FILES = 20_000
SMALL_MEMORY = "64kB"
"""Of the database's, for each step: with the files here it is as short as its 4 MB are at a million."""


@contextmanager
def large(store: Store) -> Iterator[tuple[Session, Area]]:
    """A session for a source of `FILES` files, all of which are below another folder now, with empty folders about."""
    with store.transaction() as tx:
        catalog = catalogs.create(tx, "large")
        source = catalogs.add_source(tx, catalog.id, "/large")
        tx.execute(
            """WITH i AS (INSERT INTO image (catalog_id, source_id, folder, stem)
                SELECT :catalog, :source, n / 1000, 'i' || n FROM generate_series(1, :files) n RETURNING *)
            INSERT INTO file (image_id, source_id, path, role, format, size, modified_ns, device, inode)
            SELECT id, source_id, folder || '/' || stem || '.jpg', 'original', 'jpeg', id, 1, 7, id FROM i""",
            catalog=catalog.id,
            source=source.id,
            files=FILES,
        )
        tx.execute("ANALYZE file")
        tx.execute("ANALYZE image")
    with scans.session(store, source.id) as session:
        with limited(session) as tx:
            tx.execute(
                """INSERT INTO scan_seen SELECT 'top/' || path, 'top', path, size, modified_ns, device, inode, true
                FROM file"""
            )
            scans.stage_unread(tx, [(f"empty/{number}", 7) for number in range(5000)])
            scans.analyze(tx)
        yield session, Area(source.id, "")


@contextmanager
def limited(session: Session) -> Iterator[Transaction]:
    """A transaction whose statements end within seconds or fail."""
    with session.transaction() as tx:
        tx.execute(f"SET LOCAL work_mem = '{SMALL_MEMORY}'")
        tx.execute("SET LOCAL statement_timeout = '8s'")
        yield tx


def test_moving_everything_takes_no_time_that_grows_with_the_square(store: Store) -> None:
    with large(store) as (session, area):
        with limited(session) as tx:
            scans.compare(tx, area)
            assert scans.count_gone(tx) == FILES
            assert moves.elsewhere(tx, Area(area.source_id, "top/3"), FILES)
            moves.find_free(tx, area, [])
            moves.match_identity(tx)
        with limited(session) as tx:
            images = moves.moved_images(tx, area)
            assert moves.apply(tx, area) == FILES
            assert moves.torn(tx) == []
            assert moves.gone_of(tx, images) == set()
            scans.compare(tx, area)
            assert scans.count_gone(tx) == 0


def test_files_are_gone_except_below_folders_that_say_nothing(store: Store) -> None:
    """A folder that cannot be read shelters all below it, an empty one what lay on another device."""
    with large(store) as (session, area), limited(session) as tx:
        tx.execute("TRUNCATE scan_seen")
        tx.execute("UPDATE file SET device = 8 WHERE starts_with(path, '2/')")
        tx.execute("UPDATE file SET path = '10/deep/er/' || id WHERE starts_with(path, '10/')")
        scans.stage_unread(tx, [("1", None), ("10/deep", None), ("2", 7), ("3", 7)])
        scans.analyze(tx)
        scans.compare(tx, area)
        moves.find_free(tx, area, [])
        assert scans.count_gone(tx) == FILES - 3000
        assert tx.value("SELECT count(*) FROM scan_free") == FILES - 2000


def _deep(root: Path, total: int, random: Random) -> Path:
    """A JPEG at a relative path of so many bytes, of letters that no database compresses."""
    parts, left = [], total - len("/i.jpg")
    while left > 0:
        parts.append("".join(random.choices(string.ascii_letters, k=min(200, left))))
        left -= len(parts[-1]) + 1
    return jpeg(root.joinpath(*parts, "i.jpg"), seed=total).relative_to(root)


def test_a_path_that_is_too_long_is_left_out_and_named_and_nothing_else_is_lost(store: Store, tmp_path: Path) -> None:
    root, random = tmp_path / "p", Random(1)
    jpeg(root / "plain.jpg")
    fits = str(_deep(root, LONGEST - 1, random))
    long = [str(_deep(root, length, random)) for length in (LONGEST + 100, 2705, 3500)]
    jpeg(root / "zz/last.jpg", seed=3)
    library = Library(store, root)
    for report in (library.scan(), library.scan()):
        assert report.state == "online"
        assert report.ignored == {"path too long": 3}
        assert dict(report.left_out) == dict.fromkeys(long, "path too long")
        assert report.seen == 3
        assert set(library.images()) == {"plain.jpg", fits, "zz/last.jpg"}


def test_a_name_counts_as_it_is_stored(store: Store, tmp_path: Path) -> None:
    """Bytes that are no text take four each, and a key may be three times as long as its name."""
    root = tmp_path / "p"
    random = Random(2)
    first = root / _deep(root, LONGEST - 600, random)
    for name in (b"\xce\x90" * 120 + b".jpg", b"\xce\x90" * 120 + b"b.jpg", b"\xff" * 250 + b".jpg"):
        first.with_name(os.fsdecode(name)).write_bytes(first.read_bytes() + name)
    library = Library(store, root)
    for report in (library.scan(), library.scan()):
        assert (report.seen, report.ignored) == (3, {"path too long": 1})
    jpeg(root / "new.jpg", seed=9)
    assert library.scan().new == 1

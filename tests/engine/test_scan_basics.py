"""Scanner: real folders, the real database."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest
from PIL import Image

from lumina.domain.scan import ScanReport
from lumina.engine.scan import Scanner
from lumina.store import Store, Transaction, catalogs

pytestmark = pytest.mark.integration


@pytest.fixture
def library(store: Store, photos: Path) -> Library:
    return Library(store, photos)


class Library:
    """A folder, its source, and what the database says of it."""

    def __init__(self, store: Store, root: Path) -> None:
        self.store = store
        self.root = root
        with store.transaction() as tx:
            self.catalog = catalogs.create(tx, f"catalog of {root}")
            self.source = catalogs.add_source(tx, self.catalog.id, str(root))
        self.reported: list[int] = []

    def scan(self, scope: str = "", **options: bool) -> ScanReport:
        self.reported = []

        def on_chunk(tx: Transaction, images: Sequence[int]) -> None:
            self.reported.extend(images)

        scanner = Scanner(self.store, offline_share=0.5, node="server")
        return scanner.scan(self.source.id, scope, on_chunk=on_chunk, **options)

    def picture(self, name: str, colour: str = "red", size: int = 8) -> Path:
        path = self.root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        Image.new("RGB", (size, size), colour).save(path, "JPEG")
        return path

    def images(self) -> dict[str, int]:
        """Path of each present file -> its image."""
        with self.store.transaction() as tx:
            rows = tx.rows("SELECT path, image_id FROM file WHERE missing_since IS NULL")
        return {row["path"]: row["image_id"] for row in rows}


def test_first_scan_takes_in_pictures_and_counts_the_rest(library: Library) -> None:
    library.picture("2024/a.jpg")
    library.picture("2024/b.JPG")
    (library.root / "README").write_text("hello")
    (library.root / ".hidden").mkdir()
    library.picture(".hidden/c.jpg")
    report = library.scan()
    assert set(library.images()) == {"2024/a.jpg", "2024/b.JPG"}
    assert report.images == 2
    assert report.ignored == {"text": 1, "pattern": 1}
    assert sorted(library.reported) == sorted(library.images().values())


def test_second_scan_finds_nothing_to_do(library: Library) -> None:
    library.picture("a.jpg")
    library.scan()
    before = library.images()
    report = library.scan()
    assert (report.new, report.changed, report.missing, report.moved) == (0, 0, 0, 0)
    assert library.reported == []
    assert library.images() == before


def test_moved_and_renamed_files_keep_their_images(library: Library) -> None:
    library.picture("a.jpg")
    library.picture("b.jpg", "blue")
    library.scan()
    before = library.images()
    (library.root / "new").mkdir()
    (library.root / "a.jpg").rename(library.root / "new" / "z.jpg")
    (library.root / "b.jpg").rename(library.root / "new" / "b.jpg")
    report = library.scan()
    assert (report.moved, report.new, report.missing) == (2, 0, 0)
    assert library.images() == {"new/z.jpg": before["a.jpg"], "new/b.jpg": before["b.jpg"]}

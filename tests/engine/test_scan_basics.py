"""What a scan takes in, and what it leaves alone the second time."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path

import pytest

from lumina.engine.scan import Scanner
from lumina.errors import Conflict, NotFound
from lumina.store import Store, Transaction, scans
from tests.support.library import Library, jpeg, movie

pytestmark = pytest.mark.integration


@pytest.fixture
def library(store: Store, photos: Path) -> Library:
    return Library(store, photos)


def test_first_scan_takes_in_pictures_and_counts_the_rest(library: Library) -> None:
    jpeg(library.root / "2024/a.jpg")
    jpeg(library.root / "2024/b.JPG")
    (library.root / "README").write_text("hello")
    (library.root / "sound.wav").write_bytes(b"RIFF\0\0\0\0WAVEfmt ")
    jpeg(library.root / ".hidden/c.jpg")
    jpeg(library.root / "2024/@eaDir/d.jpg")
    report = library.scan()
    assert set(library.images()) == {"2024/a.jpg", "2024/b.JPG"}
    assert report.images == report.new == report.seen == 2
    assert report.ignored == {"audio": 1, "text": 1, "pattern": 2}
    assert sorted(library.reported) == sorted(library.images().values())


def test_second_scan_finds_nothing_to_do(library: Library) -> None:
    jpeg(library.root / "a.jpg")
    (library.root / "notes.txt").write_text("text")
    library.scan()
    before = library.images()
    report = library.scan()
    assert (report.new, report.changed, report.missing, report.moved, report.images) == (0, 0, 0, 0, 0)
    assert report.ignored == {"text": 1}
    assert library.reported == []
    assert library.images() == before


def test_counts_are_kept_with_the_source(library: Library) -> None:
    jpeg(library.root / "a.jpg")
    (library.root / "notes.txt").write_text("text")
    library.scan()
    (row,) = library.rows("SELECT scanned_at, scan_counts FROM source")
    assert row["scanned_at"] is not None
    assert row["scan_counts"]["images"] == 1
    assert row["scan_counts"]["ignored"] == {"text": 1}


def test_content_decides_and_names_only_hint(library: Library) -> None:
    jpeg(library.root / "a.nef")
    jpeg(library.root / "no extension")
    (library.root / "broken.jpg").write_text("not a picture")
    (library.root / "empty.png").touch()
    (library.root / "empty").touch()
    movie(library.root / "film.mov")
    library.scan()
    rows = library.rows("SELECT path, format, kind FROM file JOIN image ON image.id = image_id")
    assert {(row["path"], row["format"], row["kind"]) for row in rows} == {
        ("a.nef", "jpeg", "photo"),
        ("no extension", "jpeg", "photo"),
        ("broken.jpg", "unknown", "photo"),
        ("empty.png", "unknown", "photo"),
        ("film.mov", "mov", "video"),
    }


def test_a_file_that_nobody_may_read_still_gets_a_row(library: Library, monkeypatch: pytest.MonkeyPatch) -> None:
    locked = jpeg(library.root / "locked.jpg")
    open_file = Path.open

    def refuse(path: Path, *args: object, **options: object) -> object:
        if path == locked:
            raise PermissionError(13, "Permission denied")
        return open_file(path, *args, **options)  # type: ignore[call-overload]

    monkeypatch.setattr(Path, "open", refuse)
    library.scan()
    assert [row["format"] for row in library.rows("SELECT format FROM file")] == ["unknown"]


def test_changed_file_makes_its_image_due_again(library: Library) -> None:
    path = jpeg(library.root / "a.jpg", seed=1)
    jpeg(library.root / "b.jpg", seed=2)
    library.scan()
    library.finish_stages()
    jpeg(path, seed=3)
    os.utime(path, ns=(1, 1))
    report = library.scan()
    image = library.images()["a.jpg"]
    assert (report.changed, report.new) == (1, 0)
    assert library.reported == [image]
    assert library.stale() == {image}
    assert [row["revision"] for row in library.rows("SELECT revision FROM image ORDER BY id")] == [1, 0]


def test_names_that_are_not_utf8_survive(library: Library) -> None:
    raw_name = b"caf\xe9 \xf4\x8d\xb2\x80.jpg"
    try:
        Path(os.fsdecode(os.fsencode(library.root) + b"/" + raw_name)).write_bytes(
            jpeg(library.root / "x.jpg").read_bytes()
        )
    except OSError:
        pytest.skip("this file system takes only UTF-8 names")
    library.scan()
    assert len(library.images()) == 2
    assert library.scan().new == 0


def test_first_chunk_is_small_and_later_ones_larger(library: Library) -> None:
    for number in range(60):
        jpeg(library.root / f"{number}.jpg", seed=1)
    sizes: list[int] = []

    def on_chunk(_: Transaction, images: Sequence[int]) -> None:
        sizes.append(len(images))

    Scanner(library.store, offline_share=0.5, node="server").scan(library.source_id, on_chunk=on_chunk)
    assert sizes[0] < 30
    assert sum(sizes) == 60


def test_a_scan_killed_in_the_middle_is_continued(library: Library) -> None:
    for number in range(60):
        jpeg(library.root / f"{number}.jpg", seed=number)

    class Killed(Exception):
        pass

    chunks = 0

    def die(_: Transaction, images: Sequence[int]) -> None:
        nonlocal chunks
        chunks += 1
        if chunks == 2:
            raise Killed

    with pytest.raises(Killed):
        Scanner(library.store, offline_share=0.5, node="server").scan(library.source_id, on_chunk=die)
    half = library.images()
    assert 0 < len(half) < 60
    library.scan()
    assert len(library.images()) == len(set(library.images().values())) == 60
    assert half.items() <= library.images().items()


def test_scope_judges_only_what_is_inside(library: Library) -> None:
    jpeg(library.root / "in/a.jpg", seed=1)
    jpeg(library.root / "out/b.jpg", seed=2)
    jpeg(library.root / "out/c.jpg", seed=3)
    library.scan()
    (library.root / "in/a.jpg").rename(library.root / "in/a2.jpg")
    jpeg(library.root / "in/deep/new.jpg", seed=4)
    (library.root / "out/b.jpg").unlink()
    report = library.scan("in")
    assert (report.moved, report.new, report.missing) == (1, 1, 0)
    assert set(library.images()) == {"in/a2.jpg", "in/deep/new.jpg", "out/b.jpg", "out/c.jpg"}


def test_scope_of_one_file(library: Library) -> None:
    jpeg(library.root / "f/a.jpg", seed=1)
    library.scan()
    jpeg(library.root / "f/b.jpg", seed=2)
    jpeg(library.root / "f/c.jpg", seed=3)
    assert library.scan("f/b.jpg").new == 1
    assert set(library.images()) == {"f/a.jpg", "f/b.jpg"}
    (library.root / "f/b.jpg").unlink()
    assert library.scan("f/b.jpg").missing == 1
    assert set(library.images()) == {"f/a.jpg"}


def test_scope_that_is_gone_is_gone(library: Library) -> None:
    jpeg(library.root / "keep/a.jpg", seed=1)
    jpeg(library.root / "keep/c.jpg", seed=3)
    jpeg(library.root / "gone/deep/b.jpg", seed=2)
    library.scan()
    (library.root / "gone/deep/b.jpg").unlink()
    (library.root / "gone/deep").rmdir()
    (library.root / "gone").rmdir()
    assert library.scan("gone/deep").missing == 1
    assert set(library.images()) == {"keep/a.jpg", "keep/c.jpg"}


def test_two_scans_of_one_source_never_run_at_once(library: Library) -> None:
    with (
        scans.session(library.store, library.source_id),
        pytest.raises(Conflict),
        scans.session(library.store, library.source_id, wait_seconds=0.2),
    ):
        pass
    library.scan()


def test_scan_of_an_unknown_source_says_so(library: Library) -> None:
    with pytest.raises(NotFound):
        library.scan(source=999)


def test_ignore_patterns_of_the_source(store: Store, photos: Path) -> None:
    library = Library(store, photos, ignore_patterns=["private/", "*.tmp.jpg", "!.kept/"])
    for name in ("private/a.jpg", "b.tmp.jpg", ".kept/c.jpg", "d.jpg"):
        jpeg(library.root / name)
    library.scan()
    assert set(library.images()) == {".kept/c.jpg", "d.jpg"}

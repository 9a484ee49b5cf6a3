"""What is gone is marked missing, comes back, and is never taken for gone when a mount is away."""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

from lumina.engine.scan import Scanner
from lumina.files import walk as walking
from lumina.store import Store, Transaction
from tests.support.library import NOON, Library, jpeg, raw, sidecar

pytestmark = pytest.mark.integration


@pytest.fixture
def library(store: Store, photos: Path) -> Library:
    found = Library(store, photos)
    for number in range(10):
        jpeg(found.root / f"{number % 2}/{number}.jpg", seed=number)
    found.scan()
    return found


def test_a_file_that_is_gone_is_missing_and_comes_back(library: Library, tmp_path: Path) -> None:
    library.finish_stages()
    image = library.images()["0/0.jpg"]
    kept = shutil.move(library.root / "0/0.jpg", tmp_path / "kept.jpg")
    report = library.scan()
    assert (report.missing, report.state) == (1, "online")
    assert library.missing() == {image}
    assert library.reported == []
    shutil.move(kept, library.root / "0/0.jpg")
    report = library.scan()
    assert (report.returned, report.new) == (1, 0)
    assert library.missing() == set()
    assert library.images()["0/0.jpg"] == image
    assert library.stale() == set()


def test_an_empty_root_takes_the_source_offline_and_removes_nothing(library: Library, tmp_path: Path) -> None:
    away = library.root.rename(tmp_path / "away")
    library.root.mkdir()
    report = library.scan()
    assert (report.state, report.missing) == ("offline", 0)
    assert "10 of 10" in str(report.reason)
    assert len(library.images()) == 10
    assert [row["state"] for row in library.rows("SELECT state FROM source")] == ["offline"]
    library.root.rmdir()
    away.rename(library.root)
    assert library.scan().state == "online"
    assert [row["state_reason"] for row in library.rows("SELECT state_reason FROM source")] == [None]


def test_a_root_that_is_not_there(library: Library, tmp_path: Path) -> None:
    library.root.rename(tmp_path / "away")
    report = library.scan()
    assert (report.state, report.missing) == ("offline", 0)
    assert str(library.root) in str(report.reason)


def test_a_root_that_is_a_file(library: Library, tmp_path: Path) -> None:
    library.root.rename(tmp_path / "away")
    library.root.write_text("not a folder")
    assert "is not a folder" in str(library.scan().reason)


def test_a_root_that_was_always_empty_is_fine(store: Store, tmp_path: Path) -> None:
    root = tmp_path / "empty"
    root.mkdir()
    library = Library(store, root)
    assert library.scan().state == library.scan().state == "online"


def test_too_many_losses_at_once_are_not_believed_unless_a_person_says_so(library: Library) -> None:
    for number in range(6):
        (library.root / f"{number % 2}/{number}.jpg").unlink()
    jpeg(library.root / "new.jpg", seed=99)
    report = library.scan()
    assert (report.state, report.missing, report.new) == ("offline", 0, 1)
    report = library.scan(accept_losses=True)
    assert (report.state, report.missing) == ("online", 6)


def test_files_ignored_from_now_on_are_no_losses(library: Library) -> None:
    with library.store.transaction() as tx:
        tx.execute("UPDATE source SET ignore_patterns = '{*.jpg}'")
    report = library.scan()
    assert (report.state, report.missing) == ("online", 10)
    with library.store.transaction() as tx:
        tx.execute("UPDATE source SET ignore_patterns = '{}'")
    assert library.scan().returned == 10


def test_an_unreadable_folder_is_reported_and_loses_nothing(library: Library, monkeypatch: pytest.MonkeyPatch) -> None:
    scandir = walking.os.scandir

    def refuse(path: object) -> object:
        if str(path).endswith("/1"):
            raise PermissionError(13, "Permission denied")
        return scandir(path)  # type: ignore[call-overload]

    monkeypatch.setattr(walking.os, "scandir", refuse)
    (library.root / "0/0.jpg").unlink()
    report = library.scan()
    assert (report.state, report.missing) == ("online", 1)
    assert report.unread == (("1", "Permission denied"),)


def test_a_vault_that_goes_away_during_the_walk(
    library: Library, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Every listing after the first fails, and the root is another one at the end."""
    scandir = walking.os.scandir
    calls = 0

    def fail(path: object) -> object:
        nonlocal calls
        calls += 1
        if calls == 2:
            library.root.rename(tmp_path / "away")
            library.root.mkdir()
        if calls >= 2:
            raise OSError(5, "Input/output error")
        return scandir(path)  # type: ignore[call-overload]

    monkeypatch.setattr(walking.os, "scandir", fail)
    report = library.scan()
    assert report.missing == 0
    assert report.state == "offline"
    assert len(library.images()) == 10


def test_a_nested_mount_that_is_away_is_not_an_emptied_folder(
    library: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Folder 1 lay on a file system of its own; now an empty folder stands in its place."""
    with library.store.transaction() as tx:
        tx.execute("UPDATE file SET device = device + 1 WHERE starts_with(path, '1/')")
    for path in sorted((library.root / "1").iterdir()):
        path.unlink()
    report = library.scan()
    assert (report.missing, len(library.images())) == (0, 10)


def test_an_emptied_folder_on_the_same_disk_is_emptied(library: Library) -> None:
    for path in sorted((library.root / "1").iterdir()):
        path.unlink()
    assert library.scan().missing == 5


def test_a_raw_that_goes_leaves_its_jpeg_as_the_original(library: Library, tmp_path: Path) -> None:
    raw(library.root / "IMG_1.dng", NOON)
    jpeg(library.root / "IMG_1.jpg", taken=NOON)
    sidecar(library.root / "IMG_1.xmp")
    library.scan()
    library.finish_stages()
    image = library.images()["IMG_1.dng"]
    kept = shutil.move(library.root / "IMG_1.dng", tmp_path / "kept.dng")
    library.scan()
    assert library.images()["IMG_1.jpg"] == image
    assert library.roles()["IMG_1.jpg"] == "original"
    assert library.missing() == set()
    assert library.stale() == {image}
    library.finish_stages()
    shutil.move(kept, library.root / "IMG_1.dng")
    library.scan()
    assert library.images()["IMG_1.dng"] == image
    assert library.roles()["IMG_1.dng"] == "original"
    assert library.roles()["IMG_1.jpg"] == "derived"
    assert library.stale() == {image}


def test_a_sidecar_outlives_its_missing_image(library: Library, tmp_path: Path) -> None:
    sidecar(library.root / "0/0.xmp")
    library.scan()
    image = library.images()["0/0.jpg"]
    kept = shutil.move(library.root / "0/0.jpg", tmp_path / "kept.jpg")
    library.scan()
    assert library.missing() == {image}
    assert library.images()["0/0.xmp"] == image
    shutil.move(kept, library.root / "0/0.jpg")
    library.scan()
    assert library.images()["0/0.jpg"] == library.images()["0/0.xmp"] == image


def test_a_changed_or_lost_sidecar_makes_its_image_due(library: Library) -> None:
    path = sidecar(library.root / "0/0.xmp", rating=1)
    library.scan()
    image = library.images()["0/0.jpg"]
    for change in (lambda: path.write_text(path.read_text() + " "), path.unlink):
        library.finish_stages()
        change()
        library.scan()
        assert library.stale() == {image}
        assert library.reported == [image]


def test_files_that_vanish_between_listing_and_reading_are_left_for_the_next_scan(
    library: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    from lumina.files.judge import Judge

    jpeg(library.root / "short-lived.jpg", seed=50)
    look = Judge.look

    def vanish(judge: Judge, path: str, size: int) -> object:
        if path == "short-lived.jpg":
            (library.root / path).unlink(missing_ok=True)
        return look(judge, path, size)

    monkeypatch.setattr(Judge, "look", vanish)
    report = library.scan()
    assert (report.new, report.state) == (0, "online")
    assert "short-lived.jpg" not in library.images()


def test_the_lease_is_checked_in_every_chunk(library: Library) -> None:
    class Lost(Exception):
        pass

    def refuse(_: Transaction, images: Sequence[int]) -> None:
        raise Lost

    (library.root / "0/0.jpg").unlink()
    with pytest.raises(Lost):
        Scanner(library.store, offline_share=0.5, node="server").scan(library.source_id, on_chunk=refuse)
    assert library.missing() == set()


def test_another_node_scans_by_its_own_mount(library: Library, tmp_path: Path) -> None:
    elsewhere = library.root.rename(tmp_path / "mounted elsewhere")
    with library.store.transaction() as tx:
        tx.execute("INSERT INTO mount VALUES (:id, 'worker', :path)", id=library.source_id, path=str(elsewhere))
    scanner = Scanner(library.store, offline_share=0.5, node="worker")
    report = scanner.scan(library.source_id, on_chunk=lambda _tx, _images: None)
    assert (report.state, report.new, report.missing) == ("online", 0, 0)


@pytest.fixture(autouse=True)
def _leave_no_session_behind(library: Library) -> Iterator[None]:
    yield
    held = library.rows(
        """SELECT count(*) AS n FROM pg_locks JOIN pg_database ON pg_database.oid = database
        WHERE locktype = 'advisory' AND datname = current_database()"""
    )
    assert held[0]["n"] == 0

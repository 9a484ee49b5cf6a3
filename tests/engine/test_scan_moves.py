"""Files that move, are renamed or retagged outside keep their images."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest

from lumina.store import Store
from tests.support.library import NOON, Library, jpeg, raw, retag, sidecar, to_another_disk

pytestmark = pytest.mark.integration


@pytest.fixture
def library(store: Store, photos: Path) -> Library:
    return Library(store, photos)


def test_moved_and_renamed_files_keep_their_images_unread(library: Library) -> None:
    jpeg(library.root / "a.jpg", seed=1)
    jpeg(library.root / "b.jpg", seed=2)
    library.scan()
    library.finish_stages()
    before = library.images()
    (library.root / "new").mkdir()
    (library.root / "a.jpg").rename(library.root / "new/z.jpg")
    (library.root / "b.jpg").rename(library.root / "new/b.jpg")
    report = library.scan()
    assert (report.moved, report.new, report.missing, report.changed) == (2, 0, 0, 0)
    assert library.images() == {"new/b.jpg": before["b.jpg"], "new/z.jpg": before["a.jpg"]}
    assert library.stale() == set()
    assert library.reported == []
    shapes = library.rows("SELECT folder, stem FROM image ORDER BY id")
    assert [(row["folder"], row["stem"]) for row in shapes] == [("new", "z"), ("new", "b")]


def test_a_whole_folder_renamed(library: Library) -> None:
    for number in range(40):
        jpeg(library.root / f"2023/{number}.jpg", seed=number)
    library.scan()
    before = library.images()
    (library.root / "2023").rename(library.root / "2023 Italy")
    report = library.scan()
    assert (report.moved, report.images, report.state) == (40, 0, "online")
    assert library.images() == {path.replace("2023/", "2023 Italy/"): image for path, image in before.items()}


def test_names_shifted_by_one_follow_their_files(library: Library) -> None:
    for number in range(1, 5):
        jpeg(library.root / f"IMG_{number}.jpg", seed=number)
    library.scan()
    before = library.images()
    for number in range(4, 0, -1):
        (library.root / f"IMG_{number}.jpg").rename(library.root / f"IMG_{number + 1}.jpg")
    assert library.scan().moved == 4
    assert library.images() == {f"IMG_{n + 1}.jpg": before[f"IMG_{n}.jpg"] for n in range(1, 5)}


def test_two_files_that_swap_names(library: Library) -> None:
    jpeg(library.root / "a.jpg", seed=1)
    shutil.copyfile(jpeg(library.root / "b.jpg", seed=2), library.root / "keep.jpg")
    library.scan()
    before = library.images()
    (library.root / "a.jpg").rename(library.root / "c.jpg")
    (library.root / "b.jpg").rename(library.root / "a.jpg")
    (library.root / "c.jpg").rename(library.root / "b.jpg")
    assert library.scan().moved == 2
    assert library.images() == {
        "a.jpg": before["b.jpg"],
        "b.jpg": before["a.jpg"],
        "keep.jpg": before["keep.jpg"],
    }


def test_a_file_that_replaces_another_keeps_its_own_image(library: Library) -> None:
    for number, name in enumerate(("a.jpg", "b.jpg", "c.jpg")):
        jpeg(library.root / name, seed=number)
    library.scan()
    before = library.images()
    (library.root / "b.jpg").replace(library.root / "a.jpg")
    library.scan()
    assert library.images() == {"a.jpg": before["b.jpg"], "c.jpg": before["c.jpg"]}
    assert library.missing() == {before["a.jpg"]}


def test_a_program_that_keeps_a_backup_does_not_take_the_image_along(library: Library) -> None:
    path = jpeg(library.root / "a.jpg", seed=1)
    library.scan()
    before = library.images()
    path.rename(library.root / "a backup.jpg")
    jpeg(path, seed=1, title="edited")
    report = library.scan()
    assert (report.changed, report.new, report.moved) == (1, 1, 0)
    assert library.images()["a.jpg"] == before["a.jpg"]


def test_a_hard_link_is_no_move(library: Library) -> None:
    path = jpeg(library.root / "a.jpg", seed=1)
    library.scan()
    before = library.images()
    (library.root / "b.jpg").hardlink_to(path)
    assert library.scan().new == 1
    assert library.images()["a.jpg"] == before["a.jpg"]
    assert library.images()["b.jpg"] != before["a.jpg"]


def test_moved_between_disks_is_known_by_its_bytes(library: Library) -> None:
    jpeg(library.root / "a.jpg", seed=1)
    jpeg(library.root / "b.jpg", seed=2)
    jpeg(library.root / "stays.jpg", seed=3)
    library.scan()
    library.hash_all()
    library.finish_stages()
    before = library.images()
    to_another_disk(library.root / "a.jpg", library.root / "disk/renamed.jpg")
    to_another_disk(library.root / "b.jpg", library.root / "disk/b.jpg")
    report = library.scan()
    assert (report.moved, report.new, report.missing) == (2, 0, 0)
    assert library.images() == {
        "disk/b.jpg": before["b.jpg"],
        "disk/renamed.jpg": before["a.jpg"],
        "stays.jpg": before["stays.jpg"],
    }
    assert library.stale() == set()


def test_moved_and_retagged_is_known_by_its_image_data(library: Library) -> None:
    for number in range(3):
        jpeg(library.root / f"{number}.jpg", seed=number)
    library.scan()
    library.hash_all()
    library.finish_stages()
    before = library.images()
    to_another_disk(library.root / "0.jpg", library.root / "sorted/new name.jpg")
    retag(library.root / "sorted/new name.jpg", "At the lake")
    report = library.scan()
    assert (report.moved, report.changed, report.new, report.missing) == (1, 1, 0, 0)
    assert library.images()["sorted/new name.jpg"] == before["0.jpg"]
    assert library.stale() == {before["0.jpg"]}
    assert library.reported == [before["0.jpg"]]


def test_a_copy_while_the_first_is_there_is_another_image(library: Library) -> None:
    path = jpeg(library.root / "a.jpg", seed=1)
    library.scan()
    library.hash_all()
    shutil.copyfile(path, library.root / "b.jpg")
    assert library.scan().new == 1
    assert len(set(library.images().values())) == 2


def test_equal_copies_that_move_are_paired_one_to_one(library: Library) -> None:
    path = jpeg(library.root / "one/a.jpg", seed=1)
    shutil.copyfile(path, library.root / "one/b.jpg")
    jpeg(library.root / "rest.jpg", seed=2)
    library.scan()
    library.hash_all()
    before = library.images()
    for name in ("a.jpg", "b.jpg"):
        to_another_disk(library.root / "one" / name, library.root / "two" / name)
    assert library.scan().moved == 2
    after = library.images()
    assert (after["two/a.jpg"], after["two/b.jpg"]) == (before["one/a.jpg"], before["one/b.jpg"])


def test_moved_across_sources_whichever_is_scanned_first(library: Library, tmp_path: Path) -> None:
    other_root = tmp_path / "other"
    other_root.mkdir()
    for number in range(4):
        jpeg(library.root / f"{number}.jpg", seed=number)
    library.scan()
    before = library.images()
    other = library.add(other_root)
    (library.root / "0.jpg").rename(other_root / "first.jpg")
    assert library.scan(source=other).moved == 1
    (library.root / "1.jpg").rename(other_root / "second.jpg")
    assert library.scan().missing == 1
    assert library.scan(source=other).moved == 1
    after = library.images()
    assert (after["first.jpg"], after["second.jpg"]) == (before["0.jpg"], before["1.jpg"])
    assert library.missing() == set()
    rows = library.rows("SELECT id FROM image WHERE source_id = :id", id=other)
    assert {row["id"] for row in rows} == {before["0.jpg"], before["1.jpg"]}


def test_nothing_moves_out_of_a_source_whose_mount_is_away(library: Library, tmp_path: Path) -> None:
    path = jpeg(library.root / "a.jpg", seed=1)
    library.scan()
    library.hash_all()
    before = library.images()
    other_root = tmp_path / "other"
    other_root.mkdir()
    shutil.copyfile(path, other_root / "a copy.jpg")
    away = library.root.rename(tmp_path / "away")
    library.root.mkdir()
    other = library.add(other_root)
    report = library.scan(source=other)
    assert (report.moved, report.new) == (0, 1)
    library.root.rmdir()
    away.rename(library.root)
    library.scan()
    assert library.images()["a.jpg"] == before["a.jpg"]


def test_a_group_moves_along(library: Library) -> None:
    raw(library.root / "IMG_1.dng", NOON)
    jpeg(library.root / "IMG_1.jpg", taken=NOON)
    sidecar(library.root / "IMG_1.xmp")
    library.scan()
    before = set(library.images().values())
    assert len(before) == 1
    for name in ("IMG_1.dng", "IMG_1.jpg", "IMG_1.xmp"):
        (library.root / "sub").mkdir(exist_ok=True)
        (library.root / name).rename(library.root / "sub" / name)
    assert library.scan().moved == 3
    assert set(library.images().values()) == before
    assert library.roles() == {"sub/IMG_1.dng": "original", "sub/IMG_1.jpg": "derived", "sub/IMG_1.xmp": "sidecar"}


def test_a_group_that_moves_between_disks_moves_along(library: Library) -> None:
    raw(library.root / "IMG_1.dng", NOON)
    jpeg(library.root / "IMG_1.jpg", taken=NOON)
    sidecar(library.root / "IMG_1.xmp")
    for number in range(4):
        jpeg(library.root / f"{number}.jpg", seed=number)
    library.scan()
    library.hash_all()
    before = library.images()
    for name in ("IMG_1.dng", "IMG_1.jpg", "IMG_1.xmp"):
        to_another_disk(library.root / name, library.root / "sub" / name)
    library.scan()
    after = library.images()
    assert {after[f"sub/IMG_1.{kind}"] for kind in ("dng", "jpg", "xmp")} == {before["IMG_1.dng"]}


def test_a_pair_torn_apart_becomes_two_images(library: Library) -> None:
    raw(library.root / "IMG_1.dng", NOON)
    jpeg(library.root / "IMG_1.jpg", taken=NOON)
    library.scan()
    before = library.images()["IMG_1.dng"]
    (library.root / "jpegs").mkdir()
    (library.root / "IMG_1.jpg").rename(library.root / "jpegs/IMG_1.jpg")
    library.scan()
    after = library.images()
    assert after["IMG_1.dng"] == before
    assert after["jpegs/IMG_1.jpg"] != before
    assert set(library.roles().values()) == {"original"}
    assert sorted(library.reported) == sorted(after.values())


def test_results_under_way_are_void_for_moved_images_and_asked_for_again(library: Library) -> None:
    jpeg(library.root / "a.jpg", seed=1)
    library.scan()
    with library.store.transaction() as tx:
        tx.execute("INSERT INTO stage (id, name, version) VALUES (1, 'checksum', 1)")
    (library.root / "a.jpg").rename(library.root / "b.jpg")
    library.scan()
    assert [row["revision"] for row in library.rows("SELECT revision FROM image")] == [1]
    assert library.reported == list(library.images().values())


def test_a_new_inode_and_device_alone_change_nothing(library: Library) -> None:
    path = jpeg(library.root / "a.jpg", seed=1)
    library.scan()
    stamp = path.stat().st_mtime_ns
    part = library.root / "a.part"
    shutil.copyfile(path, part)
    os.utime(part, ns=(stamp, stamp))
    part.replace(path)
    report = library.scan()
    assert (report.changed, report.moved, report.new) == (0, 0, 0)
    assert [int(row["inode"]) for row in library.rows("SELECT inode FROM file")] == [path.stat().st_ino]


@pytest.mark.parametrize("by_bytes", [False, True])
def test_another_picture_that_takes_the_place_of_a_moved_one(library: Library, by_bytes: bool) -> None:
    path = jpeg(library.root / "IMG_1.jpg", seed=1)
    library.scan()
    library.hash_all()
    before = library.images()
    (library.root / "archive").mkdir()
    if by_bytes:
        to_another_disk(path, library.root / "archive/IMG_1.jpg")
    else:
        path.rename(library.root / "archive/IMG_1.jpg")
    jpeg(path, seed=2)
    report = library.scan()
    assert (report.moved, report.new, report.changed) == (1, 1, 0)
    assert library.images()["archive/IMG_1.jpg"] == before["IMG_1.jpg"]
    assert library.images()["IMG_1.jpg"] != before["IMG_1.jpg"]


@pytest.mark.parametrize("by_bytes", [False, True])
def test_an_edited_picture_keeps_its_place_though_its_former_self_is_kept_elsewhere(
    library: Library, by_bytes: bool
) -> None:
    path = jpeg(library.root / "IMG_1.jpg", seed=1, taken=NOON)
    library.scan()
    library.hash_all()
    before = library.images()
    with library.store.transaction() as tx:
        tx.execute("UPDATE image SET taken_at = :noon", noon=NOON)
    (library.root / "Originals").mkdir()
    if by_bytes:
        to_another_disk(path, library.root / "Originals/IMG_1.jpg")
    else:
        path.rename(library.root / "Originals/IMG_1.jpg")
    jpeg(path, seed=7, taken=NOON)
    report = library.scan()
    assert (report.moved, report.new, report.changed) == (0, 1, 1)
    assert library.images()["IMG_1.jpg"] == before["IMG_1.jpg"]


def test_a_touched_file_is_not_read_by_the_scan(library: Library, monkeypatch: pytest.MonkeyPatch) -> None:
    from lumina.engine import moves

    path = jpeg(library.root / "a.jpg", seed=1)
    library.scan()
    library.hash_all()
    path.touch()
    monkeypatch.setattr(moves, "_checksum", lambda path: pytest.fail(f"{path} was read"))
    assert library.scan().changed == 1


def test_a_new_picture_is_not_taken_for_a_lost_one_of_its_size(library: Library) -> None:
    first = jpeg(library.root / "a.jpg", seed=1)
    jpeg(library.root / "b.jpg", seed=2)
    library.scan()
    library.hash_all()
    before = library.images()
    first.unlink()
    other = jpeg(library.root / "c.jpg", seed=3)
    with library.store.transaction() as tx:
        tx.execute("UPDATE file SET size = :size WHERE path = 'a.jpg'", size=other.stat().st_size)
    report = library.scan()
    assert (report.moved, report.new, report.missing) == (0, 1, 1)
    assert library.images()["c.jpg"] not in before.values()
    assert library.missing() == {before["a.jpg"]}


def test_a_file_that_changes_while_it_is_compared_is_no_match(
    library: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    from lumina.engine import moves

    jpeg(library.root / "a.jpg", seed=1)
    jpeg(library.root / "b.jpg", seed=2)
    library.scan()
    library.hash_all()
    to_another_disk(library.root / "a.jpg", library.root / "c.jpg")
    fstat = os.fstat

    class Later:
        def __init__(self, found: os.stat_result) -> None:
            self.st_size, self.st_mtime_ns = found.st_size, found.st_mtime_ns + 1

    calls = 0

    def changing(number: int) -> object:
        nonlocal calls
        calls += 1
        return Later(fstat(number)) if calls % 2 == 0 else fstat(number)

    monkeypatch.setattr(moves.os, "fstat", changing)
    report = library.scan()
    assert (report.moved, report.new) == (0, 1)

"""Listing folder trees."""

from __future__ import annotations

import os
import socket
from pathlib import Path

import pytest

from lumina.files import walk as walking
from lumina.files.ignore import Ignore
from lumina.files.walk import Folder, walk

pytestmark = pytest.mark.unit


def paths(folders: list[Folder]) -> list[str]:
    return [f"{folder.path}/{entry.name}".lstrip("/") for folder in folders for entry in folder.entries]


def touch(root: Path, *names: str) -> None:
    for name in names:
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_bytes(b"x")


def test_every_file_once_in_the_order_of_names(tmp_path: Path) -> None:
    touch(tmp_path, "b/2.jpg", "b/1.jpg", "a/deep/er/3.jpg", "0.jpg")
    assert paths(list(walk(tmp_path))) == ["0.jpg", "a/deep/er/3.jpg", "b/1.jpg", "b/2.jpg"]


def test_entries_say_what_the_file_system_says(tmp_path: Path) -> None:
    touch(tmp_path, "a.jpg")
    os.utime(tmp_path / "a.jpg", ns=(1, 1_234_567_891))
    (folder,) = walk(tmp_path)
    (entry,) = folder.entries
    found = (tmp_path / "a.jpg").stat()
    assert (entry.size, entry.modified_ns) == (1, found.st_mtime_ns)
    assert (entry.device, entry.inode) == (found.st_dev, found.st_ino)
    assert not folder.empty


def test_symbolic_links_are_counted_and_not_followed(tmp_path: Path) -> None:
    root = tmp_path / "root"
    touch(tmp_path, "outside/secret.jpg", "root/a/1.jpg")
    (root / "a/loop").symlink_to(root)
    (root / "out").symlink_to(tmp_path / "outside")
    (root / "link.jpg").symlink_to(tmp_path / "outside/secret.jpg")
    (root / "dangling").symlink_to("nowhere")
    folders = list(walk(root))
    assert paths(folders) == ["a/1.jpg"]
    assert sum(folder.skipped["symlink"] for folder in folders) == 4


def test_a_folder_that_turns_up_twice_is_listed_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As a bind mount of a folder inside itself shows."""
    touch(tmp_path, "a/1.jpg", "twin/1.jpg")
    first = (tmp_path / "a").stat()
    stat = Path.stat

    def twin(path: Path, **options: bool) -> os.stat_result:
        return first if path.name == "twin" else stat(path, **options)

    monkeypatch.setattr(Path, "stat", twin)
    folders = list(walk(tmp_path))
    assert paths(folders) == ["a/1.jpg"]
    assert [folder.path for folder in folders if folder.skipped["loop"]] == ["twin"]


def test_an_unreadable_folder_is_reported_and_the_rest_is_listed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    touch(tmp_path, "a/1.jpg", "locked/2.jpg", "z/3.jpg")
    scandir = walking.os.scandir

    def refuse(path: object) -> object:
        if str(path).endswith("locked"):
            raise PermissionError(13, "Permission denied")
        return scandir(path)  # type: ignore[call-overload]

    monkeypatch.setattr(walking.os, "scandir", refuse)
    folders = list(walk(tmp_path))
    assert paths(folders) == ["a/1.jpg", "z/3.jpg"]
    assert [(folder.path, folder.error) for folder in folders if folder.error] == [("locked", "Permission denied")]


def test_a_root_that_is_not_there_is_one_folder_with_an_error(tmp_path: Path) -> None:
    (folder,) = walk(tmp_path / "nowhere")
    assert folder.error == "No such file or directory"


def test_sockets_and_pipes_are_no_files(tmp_path: Path) -> None:
    touch(tmp_path, "a.jpg")
    os.mkfifo(tmp_path / "pipe.jpg")
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(os.path.relpath(tmp_path / "socket"))
        (folder,) = walk(tmp_path)
    assert [entry.name for entry in folder.entries] == ["a.jpg"]
    assert folder.skipped["special"] == 2


def test_patterns_pass_over_files_and_whole_folders(tmp_path: Path) -> None:
    touch(tmp_path, "a.jpg", "b.tmp", "skip/c.jpg", "@eaDir/d.jpg", ".git/e.jpg", "Thumbs.db", ".hidden.jpg")
    folders = list(walk(tmp_path, ignore=Ignore(["*.tmp", "skip/"])))
    assert paths(folders) == ["a.jpg"]
    assert folders[0].skipped["pattern"] == 6


def test_an_empty_folder_says_that_it_is(tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    touch(tmp_path, "hidden/.a")
    found = {folder.path: folder.empty for folder in walk(tmp_path)}
    assert found == {"": False, "empty": True, "hidden": False}


def test_starts_anywhere_below_the_root(tmp_path: Path) -> None:
    touch(tmp_path, "a/b/1.jpg", "a/2.jpg", "c/3.jpg")
    assert paths(list(walk(tmp_path, start="a"))) == ["a/2.jpg", "a/b/1.jpg"]


def test_folders_deeper_than_any_recursion(tmp_path: Path) -> None:
    depth = 1500
    home = os.open(tmp_path, os.O_RDONLY)
    before = Path.cwd()
    try:
        os.fchdir(home)
        for _ in range(depth):
            Path("d").mkdir()
            os.chdir("d")
        Path("bottom.jpg").write_bytes(b"x")
        folders = list(walk(tmp_path))
        assert len(folders) > 1000
        assert paths(folders) == ["/".join(["d"] * depth) + "/bottom.jpg"] or folders[-1].error is not None
    finally:
        os.fchdir(home)
        os.close(home)
        _remove_deep(tmp_path, depth)
        os.chdir(before)


def _remove_deep(root: Path, depth: int) -> None:
    os.chdir(root)
    for _ in range(depth):
        os.chdir("d")
    Path("bottom.jpg").unlink()
    for _ in range(depth):
        os.chdir("..")
        Path("d").rmdir()

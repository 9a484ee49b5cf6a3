"""Masters are found beneath their root, and nowhere else."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from lumina.errors import NotFound
from lumina.files import names
from lumina.files.vault import Vault

pytestmark = pytest.mark.unit


@pytest.fixture
def root(tmp_path: Path) -> Path:
    (tmp_path / "secret.jpg").write_bytes(b"secret")
    root = tmp_path / "root"
    (root / "a").mkdir(parents=True)
    (root / "a/1.jpg").write_bytes(b"one")
    return root


def test_finds_a_master(root: Path) -> None:
    assert Vault({7: root}).path(7, "a/1.jpg").read_bytes() == b"one"


@pytest.mark.parametrize(
    "relative", ["../secret.jpg", "a/../../secret.jpg", "a/..", "/etc/passwd", "", "a/\0b", "a/../a/1.jpg"]
)
def test_refuses_paths_that_lead_out(root: Path, relative: str) -> None:
    with pytest.raises(NotFound):
        Vault({7: root}).path(7, relative)


def test_refuses_symbolic_links_that_lead_out(root: Path, tmp_path: Path) -> None:
    (root / "link.jpg").symlink_to(tmp_path / "secret.jpg")
    (root / "out").symlink_to(tmp_path)
    for relative in ("link.jpg", "out/secret.jpg"):
        with pytest.raises(NotFound, match="leads out"):
            Vault({7: root}).path(7, relative)


def test_a_root_may_itself_be_a_link(root: Path, tmp_path: Path) -> None:
    (tmp_path / "mount").symlink_to(root)
    assert Vault({7: tmp_path / "mount"}).path(7, "a/1.jpg").read_bytes() == b"one"


def test_a_missing_file_still_has_a_place(root: Path) -> None:
    assert Vault({7: root}).path(7, "gone.jpg") == root / "gone.jpg"


def test_a_source_without_a_mount_says_so(root: Path) -> None:
    with pytest.raises(NotFound, match="8"):
        Vault({7: root}).path(8, "a/1.jpg")


@pytest.mark.skipif(os.name == "nt", reason="names are bytes on POSIX only")
def test_finds_names_that_are_not_utf8(root: Path) -> None:
    name = os.fsdecode(b"caf\xe9.jpg")
    try:
        (root / name).write_bytes(b"coffee")
    except OSError:
        pytest.skip("this file system takes only UTF-8 names")
    assert Vault({7: root}).path(7, names.stored(name)).read_bytes() == b"coffee"

"""What `make` does on machines that lack something."""

from __future__ import annotations

import platform
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from scripts import get_node, get_uv

ROOT = Path(__file__).parent.parent.parent
WHEELS = (
    "uv-0.13.8-py3-none-linux_armv6l.whl",
    "uv-0.13.8-py3-none-macosx_10_12_x86_64.whl",
    "uv-0.13.8-py3-none-macosx_11_0_arm64.whl",
    "uv-0.13.8-py3-none-manylinux_2_17_aarch64.manylinux2014_aarch64.whl",
    "uv-0.13.8-py3-none-manylinux_2_17_x86_64.manylinux2014_x86_64.whl",
    "uv-0.13.8-py3-none-musllinux_1_2_x86_64.whl",
    "uv-0.13.7-py3-none-manylinux_2_17_x86_64.manylinux2014_x86_64.whl",
    "uv-0.13.8.tar.gz",
)

pytestmark = [
    pytest.mark.unit,
    pytest.mark.skipif(
        sys.platform == "win32", reason="make and sh set up Linux and macOS; on Windows uv does it alone"
    ),
]


def sh(script: str, folder: Path = ROOT, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        ["/bin/sh", ROOT / "scripts" / script],
        cwd=folder,
        env={"PATH": "/usr/bin:/bin", **environment},
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
    )


@pytest.mark.parametrize(
    ("system", "machine", "libc", "expected"),
    [
        ("linux", "x86_64", "glibc", [4]),
        ("linux", "aarch64", "glibc", [3]),
        ("linux", "x86_64", "", [5]),
        ("darwin", "arm64", "", [2]),
        ("darwin", "x86_64", "", [1]),
    ],
)
def test_one_wheel_fits_a_machine(
    monkeypatch: pytest.MonkeyPatch, system: str, machine: str, libc: str, expected: list[int]
) -> None:
    monkeypatch.setattr(sys, "platform", system)
    monkeypatch.setattr(platform, "machine", lambda: machine)
    monkeypatch.setattr(platform, "libc_ver", lambda: (libc, "2.36"))
    assert [at for at, name in enumerate(WHEELS) if get_uv._fits(name, "0.13.8")] == expected


def test_a_damaged_wheel_is_refused(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    page = f'<a href="../../packages/{WHEELS[4]}#sha256={"0" * 64}">{WHEELS[4]}</a>'.encode()
    monkeypatch.setattr(get_uv, "_fetch", lambda url: page if url.endswith("/uv/") else b"not the wheel")
    monkeypatch.setattr(get_uv, "_fits", lambda name, _: name == WHEELS[4])
    with pytest.raises(get_uv.CannotInstall, match="damaged"):
        get_uv.by_wheel("0.13.8", tmp_path)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("version", "good"),
    [((18, 20), False), ((20, 18), False), ((20, 19), True), ((21, 7), False), ((22, 11), False), ((24, 0), True)],
)
def test_node_is_used_where_vite_can(version: tuple[int, int], good: bool) -> None:
    assert get_node.new_enough(version) is good


def test_a_python_that_is_too_old_is_passed_over(tmp_path: Path) -> None:
    old, new = tmp_path / "python3", tmp_path / "python3.12"
    old.write_text("#!/bin/sh\nexit 0\n")
    new.write_text('#!/bin/sh\necho "/found/python3.12"\n')
    for program in (old, new):
        program.chmod(0o755)
    assert sh("find_python.sh", tmp_path, PATH=f"{tmp_path}:/usr/bin:/bin").stdout.strip() == "/found/python3.12"


def test_without_any_python_nothing_is_named(tmp_path: Path) -> None:
    (tmp_path / "grep").symlink_to(shutil.which("grep") or "")
    found = sh("find_python.sh", tmp_path, PATH=str(tmp_path))
    assert (found.returncode, found.stdout) == (0, "")


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A folder with a `lumina` that prints its arguments, one per line."""
    lumina = tmp_path / ".venv" / "bin" / "lumina"
    lumina.parent.mkdir(parents=True)
    lumina.write_text('#!/bin/sh\nfor argument in "$@"; do echo "$argument"; done\n')
    lumina.chmod(0o755)
    return tmp_path


@pytest.mark.parametrize("given", ["~/My  Pictures", "{home}/My  Pictures"])
def test_run_takes_the_folder_as_it_was_meant(checkout: Path, given: str) -> None:
    folder = checkout / "My  Pictures"
    folder.mkdir()
    done = sh("run.sh", checkout, HOME=str(checkout), PHOTOS=given.format(home=checkout))
    assert done.stdout.splitlines() == ["up", str(folder)]


def test_run_names_a_folder_that_is_not_there(checkout: Path) -> None:
    done = sh("run.sh", checkout, HOME=str(checkout), PHOTOS="/nowhere/at all")
    assert done.returncode == 2
    assert "/nowhere/at all" in done.stderr


def test_help_lists_every_target_that_is_for_people() -> None:
    makefile = (ROOT / "Makefile").read_text()
    (phony,) = re.findall(r"^\.PHONY: (.*)$", makefile, re.MULTILINE)
    described = set(re.findall(r"^([a-z-]+):.*## ", makefile, re.MULTILINE))
    assert described == set(phony.split())


def test_links_between_documents_lead_somewhere() -> None:
    documents = [*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md"), *(ROOT / "bench").glob("*.md")]
    broken = [
        f"{document.relative_to(ROOT)}: {link}"
        for document in documents
        for link in re.findall(r"\]\(([^)#\s]+)", document.read_text())
        if "://" not in link and not (document.parent / link).exists()
    ]
    assert broken == []

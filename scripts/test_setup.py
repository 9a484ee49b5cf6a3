"""Set up what the tests need beside Python: a browser, ExifTool, Redis.

Each is looked for, then installed by the machine's package manager where this account may do that without asking
(root, passwordless sudo, Homebrew), then in another way where there is one. What is still missing then is named in
one line each, and the exit status is 1: the tests never skip a missing part.
"""

from __future__ import annotations

import os
import platform
import shutil
import subprocess
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from scripts import browser

TOOLS = Path(__file__).parent.parent / ".tools"
EXIFTOOL = "exiftool-vendored.pl@13.59.3"


@dataclass(frozen=True, slots=True)
class Need:
    """One program: how it is recognised and got, and what to tell a person where it can't be."""

    name: str
    present: Callable[[], bool]
    ways: Sequence[Callable[[], None]]
    advice: str


def on_path(program: str) -> Callable[[], bool]:
    """Tells whether `program` is there."""
    return lambda: shutil.which(program) is not None


def packages(*, apt: str | None = None, brew: str | None = None) -> Callable[[], None]:
    """Installs by the machine's package manager, where this account may."""

    def install() -> None:
        rights = apt_rights()
        if apt and rights is not None:
            apt_update()
            _run([*rights, "apt-get", "install", "--yes", "--no-install-recommends", apt])
        elif brew and shutil.which("brew"):
            _run(["brew", "install", "--quiet", brew])

    return install


@cache
def apt_rights() -> list[str] | None:
    """What to put before `apt-get`; None where it is not there or would ask for a password."""
    if not shutil.which("apt-get"):
        return None
    if os.geteuid() == 0:
        return []
    sudo = ["sudo", "--non-interactive"]
    return sudo if shutil.which("sudo") and _run([*sudo, "true"]) else None


@cache
def apt_update() -> None:
    """Refresh the list of packages, once."""
    _run([*(apt_rights() or []), "apt-get", "update", "--quiet"])


def chromium_by_playwright() -> None:
    """Playwright's own build, with the libraries it needs where packages may be installed."""
    command = [sys.executable, "-m", "playwright", "install"]
    _run([*command, *(["--with-deps"] if apt_rights() is not None else []), "chromium"])


def exiftool_by_npm() -> None:
    """The Perl program as npm ships it, linked into `.tools/bin`, which is on the tests' PATH."""
    if not shutil.which("perl"):
        return
    folder = TOOLS / "exiftool"
    _run(["npm", "install", "--silent", "--no-audit", "--no-fund", "--prefix", str(folder), EXIFTOOL])
    program = folder / "node_modules" / "exiftool-vendored.pl" / "bin" / "exiftool"
    if program.exists():
        link = TOOLS / "bin" / "exiftool"
        link.parent.mkdir(parents=True, exist_ok=True)
        link.unlink(missing_ok=True)
        link.symlink_to(program)


def is_ubuntu() -> bool:
    """True where `chromium` is only a stub for a snap."""
    try:
        return "ubuntu" in platform.freedesktop_os_release().get("ID", "")
    except OSError:
        return False


def _run(command: Sequence[str]) -> bool:
    # dpkg calls programs of the system folders, which a plain account's PATH lacks
    path = os.pathsep.join([os.environ.get("PATH", os.defpath), "/usr/local/sbin", "/usr/sbin", "/sbin"])
    environment = {**os.environ, "PATH": path, "DEBIAN_FRONTEND": "noninteractive"}
    try:
        done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=900, check=False)
    except (OSError, subprocess.TimeoutExpired):
        return False
    return done.returncode == 0


NEEDS = (
    Need(
        "Chromium",
        lambda: browser.find() is not None,
        (packages(apt=None if is_ubuntu() else "chromium"), chromium_by_playwright),
        "install Chromium or Chrome (Debian: apt-get install chromium), or run .venv/bin/playwright install chromium",
    ),
    Need(
        "ExifTool",
        on_path("exiftool"),
        (packages(apt="libimage-exiftool-perl", brew="exiftool"), exiftool_by_npm),
        "install it (Debian, Ubuntu: apt-get install libimage-exiftool-perl; macOS: brew install exiftool)",
    ),
    Need(
        "Redis",
        on_path("redis-server"),
        (packages(apt="redis-server", brew="redis"),),
        "install it (Debian, Ubuntu: apt-get install redis-server; macOS: brew install redis)",
    ),
)


def provide(need: Need) -> bool:
    """True where the program is there in the end."""
    if need.present():
        return True
    print(f"setting up {need.name} for the tests ...", flush=True)
    for way in need.ways:
        way()
        if need.present():
            return True
    print(f"{need.name} is missing, and the tests need it: {need.advice}", file=sys.stderr)
    return False


if __name__ == "__main__":
    sys.exit(bool([need for need in NEEDS if not provide(need)]))

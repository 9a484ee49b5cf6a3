"""Put one pinned uv into a private folder, with the standard library and pip alone.

Usage: `python3 get_uv.py VERSION FOLDER`; afterwards `FOLDER/bin/uv` runs. Three ways are tried, because a fresh
machine may lack any of the first two: the machine's pip, the pip that `ensurepip` brings, and the wheel itself
from the package index (checked against the index's SHA-256).
"""

from __future__ import annotations

import hashlib
import html
import io
import os
import platform
import re
import shutil
import ssl
import subprocess
import sys
import tempfile
import urllib.parse
import urllib.request
import venv
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import cast

INDEX = os.environ.get("PIP_INDEX_URL", "https://pypi.org/simple").rstrip("/")


class CannotInstall(Exception):
    """This way does not work on this machine; the message says why."""


def by_pip(version: str, folder: Path) -> None:
    """The machine's own pip; `--target` leaves the machine's packages alone."""
    _pip([sys.executable, "-m", "pip"], version, folder)


def by_ensurepip(version: str, folder: Path) -> None:
    """A throwaway virtual environment's pip."""
    with tempfile.TemporaryDirectory() as scratch:
        try:
            venv.create(scratch, with_pip=True)
        except (subprocess.CalledProcessError, ImportError) as error:
            raise CannotInstall("python3 has no ensurepip") from error
        scripts = "Scripts" if os.name == "nt" else "bin"
        _pip([str(Path(scratch) / scripts / "python"), "-m", "pip"], version, folder)


def by_wheel(version: str, folder: Path) -> None:
    """The wheel, which is a zip with the programs in it."""
    page = f"{INDEX}/uv/"
    try:
        links = [html.unescape(link) for link in re.findall(r'href="([^"]+)"', _fetch(page).decode())]
        link = next(link for link in links if _fits(link.partition("#")[0].rpartition("/")[2], version))
        data = _fetch(urllib.parse.urljoin(page, link))
    except (OSError, ValueError) as error:
        raise CannotInstall(f"the package index cannot be read: {error}") from error
    except StopIteration:
        raise CannotInstall(f"no uv is published for {platform.system()} {platform.machine()}") from None
    if not link.endswith(f"#sha256={hashlib.sha256(data).hexdigest()}"):
        raise CannotInstall("the downloaded wheel is damaged")
    _unpack(data, folder)


def _pip(pip: list[str], version: str, folder: Path) -> None:
    flags = ["--quiet", "--disable-pip-version-check", "--no-deps", "--only-binary=:all:", "--upgrade"]
    command = [*pip, "install", *flags, "--target", str(folder), f"uv=={version}"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        raise CannotInstall((done.stderr.strip().splitlines() or ["pip failed"])[-1])


def _fetch(url: str) -> bytes:
    context = ssl.create_default_context(cafile=os.environ.get("PIP_CERT") or None)
    with urllib.request.urlopen(url, timeout=120, context=context) as answer:
        return cast(bytes, answer.read())


def _fits(name: str, version: str) -> bool:
    if not (name.startswith(f"uv-{version}-") and name.endswith(".whl")):
        return False
    machine = {"amd64": "x86_64", "arm64": "aarch64"}.get(platform.machine().lower(), platform.machine().lower())
    if sys.platform == "darwin":
        return "macosx" in name and ("arm64" if machine == "aarch64" else machine) in name
    libc = "musllinux" if platform.libc_ver()[0] != "glibc" else "manylinux"
    return libc in name and machine in name


def _unpack(data: bytes, folder: Path) -> None:
    programs = folder / "bin"
    programs.mkdir(parents=True, exist_ok=True)
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        for entry in archive.namelist():
            if ".data/scripts/" in entry and not entry.endswith("/"):
                target = programs / Path(entry).name
                target.write_bytes(archive.read(entry))
                target.chmod(0o755)


def _works(uv: Path) -> bool:
    try:
        return subprocess.run([uv, "--version"], capture_output=True, check=False).returncode == 0
    except OSError:
        return False


def main(version: str, folder: Path) -> int:
    """Exit status: 0 where `folder/bin/uv` runs afterwards."""
    ways: dict[str, Callable[[str, Path], None]] = {"pip": by_pip, "ensurepip": by_ensurepip, "download": by_wheel}
    reasons = []
    for name, way in ways.items():
        # made beside its place and moved there: an interrupted set-up starts anew
        scratch = folder.with_name(f"{folder.name}.part")
        shutil.rmtree(scratch, ignore_errors=True)
        scratch.mkdir(parents=True)
        try:
            way(version, scratch)
        except CannotInstall as error:
            reasons.append(f"  {name}: {error}")
            continue
        if _works(scratch / "bin" / "uv"):
            shutil.rmtree(folder, ignore_errors=True)
            scratch.rename(folder)
            return 0
        reasons.append(f"  {name}: the installed uv does not start")
    print(f"uv {version}, which sets up Lumina, could not be installed:", *reasons, sep="\n", file=sys.stderr)
    print("On Debian or Ubuntu, `sudo apt-get install python3-venv` may be all that is missing.", file=sys.stderr)
    return 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], Path(sys.argv[2])))

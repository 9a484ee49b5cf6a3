"""A home and the real command line on it."""

from __future__ import annotations

import io
import json
import os
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from unittest import mock

from PIL import Image

from lumina.cli import main


@dataclass(frozen=True)
class Done:
    """What a command has printed."""

    stdout: str
    stderr: str


class Home:
    """Runs `lumina` with a home of its own, without any of the tester's settings."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        kept = {name: value for name, value in os.environ.items() if not name.startswith("LUMINA_")}
        self.environment = {**kept, "LUMINA_HOME": str(folder), "LUMINA_SLOTS": "2", "COLUMNS": "200"}

    def command(self, *arguments: str | Path) -> list[str]:
        return [sys.executable, "-m", "lumina.cli", *map(str, arguments)]

    def run(self, *arguments: str | Path, code: int = 0, **environment: str) -> Done:
        """Like `call`, but in this process, which has imported everything already."""
        out, err = io.StringIO(), io.StringIO()
        argv = ["lumina", *map(str, arguments)]
        with (
            mock.patch.dict(os.environ, {**self.environment, **environment}, clear=True),
            mock.patch.object(sys, "argv", argv),
            redirect_stdout(out),
            redirect_stderr(err),
        ):
            try:
                main.run()
                status = 0
            except SystemExit as end:
                status = int(end.code or 0)
        done = Done(out.getvalue(), err.getvalue())
        assert status == code, f"{status}\n{done.stdout}\n{done.stderr}"
        return done

    def call(self, *arguments: str | Path, code: int = 0, **environment: str) -> Done:
        """Run it as a person does."""
        ended = subprocess.run(
            self.command(*arguments),
            capture_output=True,
            text=True,
            timeout=100,
            check=False,
            env={**self.environment, **environment},
        )
        assert ended.returncode == code, f"{ended.returncode}\n{ended.stdout}\n{ended.stderr}"
        assert "Traceback" not in ended.stderr, ended.stderr
        return Done(ended.stdout, ended.stderr)

    def json(self, *arguments: str | Path, code: int = 0) -> Any:
        return json.loads(self.run(*arguments, "--json", code=code).stdout)

    def start(self, *arguments: str | Path, **environment: str) -> subprocess.Popen[str]:
        return subprocess.Popen(
            self.command(*arguments),
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            env={**self.environment, **environment},
        )


def paint(path: Path, seed: int) -> Path:
    """A small JPEG that differs from those of other seeds."""
    path.parent.mkdir(parents=True, exist_ok=True)
    picture = Image.linear_gradient("L").resize((96, 64)).rotate(seed * 7)
    Image.merge("RGB", (picture, picture.rotate(90), picture.point([(v * seed) % 256 for v in range(256)]))).save(path)
    return path


def wait_for(condition: Callable[[], object], seconds: float = 60) -> None:
    until = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < until, "it did not happen in time"
        time.sleep(0.05)

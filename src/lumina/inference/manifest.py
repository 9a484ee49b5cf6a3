"""What lies in a model's folder: `files/` and, written last, `manifest.json`.

A model is installed where there is a valid manifest. Everything that installs one (a download, an import, an export)
ends by writing it, so that a broken-off installation is none.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from lumina.errors import BadModel

NAME, FILES, MARK, RUNS = "manifest.json", "files", "broken.txt", "runs.json"
"""`broken.txt` holds the reason why an installed model could not be loaded; installing it anew removes it. `runs.json`
says what it ran on when it was last loaded, for processes that do not load it."""
LARGEST = 1 << 20


@dataclass(frozen=True, slots=True)
class Stored:
    """One installed file: its size in bytes and its SHA-256 in hexadecimal."""

    size: int
    sha256: str


@dataclass(frozen=True, slots=True)
class Manifest:
    """What was installed.

    Attributes:
        model, version: of the entry that it was installed for.
        files: path inside `files/` -> what lies there.
        source: where it came from, for people: an address, a folder, "exported".
        installed_at: when, with time zone.
        terms_accepted: title of the conditions that were accepted; "" where there were none.
        terms_accepted_at: when that was, with time zone.
        own: whether the files are of the user's own making: exported, say, and so not the published ones.
    """

    model: str
    version: int
    files: Mapping[str, Stored]
    source: str
    installed_at: datetime
    terms_accepted: str = ""
    terms_accepted_at: datetime | None = None
    own: bool = False


def read(folder: Path) -> Manifest | None:
    """The manifest of a model's folder; None where there is none.

    Raises:
        BadModel: it is damaged.
    """
    place = folder / NAME
    try:
        with place.open("rb") as file:
            values = json.loads(file.read(LARGEST))
        return _manifest(values)
    except (FileNotFoundError, NotADirectoryError):
        return None
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise BadModel(f"{place} is damaged ({error}); install the model again.") from error


def read_or_none(folder: Path) -> Manifest | None:
    """The manifest of a model's folder; None where there is none, or a damaged one."""
    try:
        return read(folder)
    except BadModel:
        return None


def write(folder: Path, manifest: Manifest) -> None:
    """Make the model in `folder` an installed one, as one step."""
    values = {
        "model": manifest.model,
        "version": manifest.version,
        "source": manifest.source,
        "installed_at": manifest.installed_at.isoformat(),
        "terms_accepted": manifest.terms_accepted,
        "terms_accepted_at": manifest.terms_accepted_at.isoformat() if manifest.terms_accepted_at else None,
        "own": manifest.own,
        "files": {path: {"size": file.size, "sha256": file.sha256} for path, file in manifest.files.items()},
    }
    unmark(folder)
    put(folder / NAME, json.dumps(values, indent=2).encode() + b"\n")


def mark_broken(folder: Path, reason: str) -> None:
    """Remember, for all processes, that the installed files cannot be used."""
    put(folder / MARK, reason.encode())


def unmark(folder: Path) -> None:
    """Forget what was wrong with the files: they are new, or will be tried again."""
    (folder / MARK).unlink(missing_ok=True)


def mark(folder: Path) -> str:
    """Why the installed files cannot be used; "" where nothing is known against them."""
    try:
        return (folder / MARK).read_text("utf-8", errors="replace")
    except OSError:
        return ""


def note_running(folder: Path, provider: str, warning: str) -> None:
    """Remember, for all processes, what the model runs on here, where the folder can be written."""
    if runs_on(folder) != (provider, warning):
        with contextlib.suppress(OSError):
            put(folder / RUNS, json.dumps({"provider": provider, "warning": warning}).encode())


def runs_on(folder: Path) -> tuple[str, str]:
    """What the model ran on when it was last loaded, and the warning about that; "" where it never was."""
    try:
        values = json.loads((folder / RUNS).read_bytes())
        return str(values["provider"]), str(values["warning"])
    except (OSError, ValueError, KeyError, TypeError):
        return "", ""


def digest(path: Path) -> Stored:
    """Size and SHA-256 of a file, read in pieces."""
    with path.open("rb") as file:
        return Stored(path.stat().st_size, hashlib.file_digest(file, "sha256").hexdigest())


def put(place: Path, data: bytes) -> None:
    """Write a file as a whole: beside its place, flushed to the disk, renamed."""
    scratch = place.with_name(f".{place.name}.{os.getpid()}.part")
    with scratch.open("wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
    scratch.replace(place)


def _manifest(values: Mapping[str, Any]) -> Manifest:
    files = {str(path): Stored(int(each["size"]), str(each["sha256"])) for path, each in values["files"].items()}
    return Manifest(
        model=str(values["model"]),
        version=int(values["version"]),
        files=files,
        source=str(values["source"]),
        installed_at=datetime.fromisoformat(values["installed_at"]),
        terms_accepted=str(values.get("terms_accepted", "")),
        terms_accepted_at=datetime.fromisoformat(when) if (when := values.get("terms_accepted_at")) else None,
        own=bool(values.get("own", False)),
    )

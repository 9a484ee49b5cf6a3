"""Putting files that are here already into a model's folder."""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path

from lumina.domain.model import ModelEntry
from lumina.errors import BadModel
from lumina.inference import manifest
from lumina.inference.held import held
from lumina.inference.manifest import Manifest, Stored

INCOMING, COPIED = "incoming", "copied"
"""Folders of what is being downloaded, and of what is being copied; they take the place of `files` when complete."""
_OLD = f"{manifest.FILES}.old"


def install(
    home: Path,
    entry: ModelEntry,
    given: Mapping[str, Path],
    source: str,
    terms_accepted: str = "",
    *,
    own: bool = False,
) -> None:
    """Copy a model's files to their place, beside what is there, and make them the installed ones as one step.

    Args:
        home: of all models.
        entry: of the model.
        given: path inside the model's folder -> where that file lies now.
        source: where the files come from, for people.
        terms_accepted: title of the terms that were accepted.
        own: the files are of the user's own making, and so not the published ones.

    Raises:
        BadModel: one of the entry's files is not given, or is another one than the entry says.
        Conflict: somebody else changes this model right now.
        OSError: they cannot be read or written; then nothing is changed.
    """
    if missing := [file.path for file in entry.files if file.path not in given]:
        raise BadModel(f"Model {entry.name} needs {', '.join(missing)}, which is not there.")
    folder, now = home / entry.name, datetime.now(UTC)
    with held(home, entry.name):
        scratch = folder / COPIED
        shutil.rmtree(scratch, ignore_errors=True)
        try:
            stored = _copied(entry, given, scratch, own=own)
            accepted_at = now if terms_accepted else None
            new = Manifest(entry.name, entry.version, stored, source, now, terms_accepted, accepted_at, own)
            settle(folder, scratch, new)
        finally:
            shutil.rmtree(scratch, ignore_errors=True)


def _copied(entry: ModelEntry, given: Mapping[str, Path], scratch: Path, *, own: bool) -> dict[str, Stored]:
    stored = {}
    for file in entry.files:
        place = scratch / file.path
        place.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(given[file.path], place)
        stored[file.path] = manifest.digest(place)
        if file.sha256 and not own and stored[file.path].sha256 != file.sha256:
            raise BadModel(f"{given[file.path]} is another file than {file.path} of {entry.name}: its SHA-256 differs.")
    return stored


def settle(folder: Path, scratch: Path, new: Manifest) -> None:
    """Let the files in `scratch` take the place of the installed ones: a few renames, the manifest's last.

    Who is killed in between leaves a model without manifest, which `recover` completes.
    """
    manifest.write(scratch, new)
    _exchange(folder, scratch)


def recover(folder: Path) -> None:
    """Complete an installation that was killed during its last renames."""
    if (folder / manifest.NAME).exists():
        return
    for scratch in (folder / manifest.FILES, folder / INCOMING, folder / COPIED):
        if (scratch / manifest.NAME).exists():
            _exchange(folder, scratch)
            return


def _exchange(folder: Path, scratch: Path) -> None:
    files, old = folder / manifest.FILES, folder / _OLD
    (folder / manifest.NAME).unlink(missing_ok=True)
    if scratch != files:
        shutil.rmtree(old, ignore_errors=True)
        if files.exists():
            files.rename(old)
        scratch.rename(files)
    manifest.unmark(folder)
    (files / manifest.NAME).replace(folder / manifest.NAME)
    shutil.rmtree(old, ignore_errors=True)

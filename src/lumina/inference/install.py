"""Putting files that are here already into a model's folder."""

from __future__ import annotations

import os
import shutil
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path

from lumina.domain.model import ModelEntry
from lumina.errors import BadModel
from lumina.inference import manifest
from lumina.inference.manifest import Manifest


def install(home: Path, entry: ModelEntry, given: Mapping[str, Path], source: str, terms_accepted: str = "") -> None:
    """Copy a model's files to their place, beside what is there, and make them the installed ones as one step.

    Args:
        home: of all models.
        entry: of the model.
        given: path inside the model's folder -> where that file lies now.
        source: where the files come from, for people.
        terms_accepted: title of the terms that were accepted.

    Raises:
        BadModel: one of the entry's files is not given, or is another one than the entry says.
    """
    if missing := [file.path for file in entry.files if file.path not in given]:
        raise BadModel(f"Model {entry.name} needs {', '.join(missing)}, which is not there.")
    folder = home / entry.name
    scratch = folder / f"{manifest.FILES}.{os.getpid()}.part"
    shutil.rmtree(scratch, ignore_errors=True)
    scratch.mkdir(parents=True)
    try:
        stored = {}
        for file in entry.files:
            place = scratch / file.path
            place.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(given[file.path], place)
            stored[file.path] = manifest.digest(place)
            if file.sha256 and stored[file.path].sha256 != file.sha256:
                raise BadModel(
                    f"{given[file.path]} is another file than {file.path} of {entry.name}: its SHA-256 differs."
                )
        settle(folder, scratch)
    finally:
        shutil.rmtree(scratch, ignore_errors=True)
    manifest.write(folder, Manifest(entry.name, entry.version, stored, source, datetime.now(UTC), terms_accepted))


def settle(folder: Path, scratch: Path) -> None:
    """Let the files in `scratch` take the place of the installed ones; without a manifest until one is written."""
    (folder / manifest.NAME).unlink(missing_ok=True)
    shutil.rmtree(folder / manifest.FILES, ignore_errors=True)
    scratch.rename(folder / manifest.FILES)

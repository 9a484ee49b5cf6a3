"""Models from folders: taken in without a network, checked, exported."""

from __future__ import annotations

import os
import shutil
import tempfile
import time
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from lumina.domain.model import ModelEntry, ModelFile
from lumina.errors import BadInput, LuminaError, NotFound, Unavailable
from lumina.inference import install, manifest
from lumina.inference.held import held
from lumina.inference.models import Models
from lumina.inference.providers import Execution
from lumina.remote.hub import check_terms

_TRIALS = ".trial-"
OLD_SECONDS = 86_400
"""After which nobody is at an import any more."""
_TRIAL = np.arange(64 * 64 * 3, dtype=np.uint32).reshape(64, 64, 3).astype(np.uint8)
"""A picture of some colours: a network that makes no vector of it makes none of any."""
MOST_FILES = 20_000
"""Looked through in a folder that a person names; more is no folder of models."""


@dataclass(frozen=True, slots=True)
class Found:
    """A model of the catalogue whose files lie in a folder; `files`: path inside the model -> where it lies."""

    entry: ModelEntry
    files: Mapping[str, Path]

    @property
    def size(self) -> int:
        """Bytes of these files."""
        return sum(path.stat().st_size for path in self.files.values())


@dataclass(frozen=True, slots=True)
class Verified:
    """What a check of an installed model has found.

    Attributes:
        problems: sentences that name the file; none where all is well.
        provider: what it ran on; "" where it could not be loaded.
        own: whether the files are of the user's own making: nobody can tell whether they are the published ones.
    """

    name: str
    problems: tuple[str, ...]
    provider: str
    own: bool


def find(models: Models, folder: Path, name: str | None = None) -> Found:
    """The model whose files lie in a folder or in folders inside it.

    Args:
        models: of this process.
        folder: as it came from a hub, say, or a model's folder of another Lumina.
        name: of the model, where its files alone do not tell.

    Raises:
        BadInput: there is none, or several could be meant; the message says which and what is missing.
        NotFound: there is no model of that name.
    """
    there = _files(folder)
    known = manifest.read_or_none(folder)
    if name is None and known is not None:
        name = known.model
    if name is not None:
        return _named(models.entry(name), there, folder)
    found = [Found(entry, files) for entry in models.entries() if (files := _matching(entry, there))]
    sure = [each for each in found if all(file.sha256 for file in each.entry.files)]
    if len(sure or found) == 1:
        return (sure or found)[0]
    if found:
        could = ", ".join(each.entry.name for each in found)
        raise BadInput(f"The files in {folder} could be those of {could}: say which with --name.")
    raise BadInput(f"{folder} has the files of no model that Lumina knows. {_nearest(models, there)}")


def take_in(models: Models, found: Found, source: str, *, accept_terms: bool = False, own: bool = False) -> None:
    """Copy a model's files, load them once to see that they can be used, and make them the installed ones.

    Args:
        models: of this process.
        found: the model and its files.
        source: where they come from, for people.
        accept_terms: the user accepts the terms of a model that has some.
        own: the files are of the user's own making: they are not compared with the published ones.

    Raises:
        BadInput: terms have to be accepted first.
        BadModel: a file is another one than the published, or cannot be used. What was installed stays.
        Conflict: somebody else changes this model right now.
        Unavailable: the disk is full, or a file cannot be read.
    """
    entry = found.entry
    check_terms(entry, manifest.read_or_none(models.folder(entry.name)), accept_terms=accept_terms)
    models.home.mkdir(parents=True, exist_ok=True)
    _sweep(models.home)
    accepted = entry.terms.title if entry.terms else ""
    try:
        with tempfile.TemporaryDirectory(dir=models.home, prefix=_TRIALS) as scratch:
            trial = Models(Path(scratch), Execution.CPU, entries=(entry,))
            install.install(trial.home, entry, found.files, source, accepted, own=own)
            load(trial, entry.name)
            new = manifest.read(trial.folder(entry.name))
            assert new is not None, "written by the line before last"
            with held(models.home, entry.name):
                folder = models.folder(entry.name)
                folder.mkdir(exist_ok=True)
                install.settle(folder, trial.folder(entry.name) / manifest.FILES, new)
    except OSError as error:
        raise Unavailable(f"Model {entry.name} cannot be copied to {models.home}: {error.strerror}.") from error


def _sweep(home: Path) -> None:
    """Remove what an import has left that was killed."""
    for trial in home.glob(f"{_TRIALS}*"):
        with suppress(OSError):
            if trial.stat().st_mtime < time.time() - OLD_SECONDS:
                shutil.rmtree(trial)


def verify(models: Models, name: str) -> Verified:
    """Read all files of an installed model, compare them with what was installed, and load it.

    What is found wrong is remembered: the model counts as broken until it is installed anew, or found whole.

    Raises:
        NotFound: there is no such model, or it is not installed.
    """
    entry, folder = models.entry(name), models.folder(name)
    known = manifest.read_or_none(folder)
    if known is None:
        raise NotFound(models.waiting(name) or f"Model {name} is not installed.")
    problems = [problem for file in entry.files if (problem := _problem(folder, known, file))]
    provider = ""
    if problems:
        manifest.mark_broken(folder, " ".join(problems))
    else:
        manifest.unmark(folder)
        try:
            provider = load(models, name)
        except LuminaError as error:
            problems.append(str(error))
    return Verified(name, tuple(problems), provider, known.own)


def load(models: Models, name: str) -> str:
    """Load all parts of a model and try them; returns what it runs on.

    Raises:
        BadModel: one of them cannot be used.
        Unavailable: it is not installed, or does not fit into memory.
    """
    entry = models.entry(name)
    if not entry.embeds:
        models.matting(name).load()
        return models.standing(name).provider
    models.image_encoder(name).encode([_TRIAL])
    if entry.text is not None:
        models.text_encoder(name).encode_text(["a"])
    models.classifier(name)
    return models.standing(name).provider


def export(entry: ModelEntry, checkpoint: Path, folder: Path) -> Found:
    """Turn a checkpoint of the reference library into the model's files; see `lumina.inference.export`.

    Raises:
        Unavailable: PyTorch or transformers is not installed.
        BadInput: the checkpoint cannot be read, or the model is none that makes vectors.
    """
    from lumina.inference.export import export_checkpoint

    if not entry.embeds:
        raise BadInput(f"{entry.name} is no model of transformers, and comes as ONNX: lumina models pull {entry.name}")
    if not (checkpoint / "config.json").is_file():
        raise BadInput(f"{checkpoint} is no folder with a checkpoint: it has no config.json.")
    try:
        export_checkpoint(entry, str(checkpoint), folder)
    except (OSError, ValueError, AttributeError) as error:
        raise BadInput(f"{checkpoint} cannot be exported as {entry.name}: {error}") from error
    return _named(entry, _files(folder), folder)


def _files(folder: Path) -> dict[str, list[Path]]:
    """Name -> where files of that name lie; those nearest to the top first."""
    if not folder.is_dir():
        raise BadInput(f"{folder} is no folder.")
    there: dict[str, list[Path]] = {}
    count = 0
    for root, _, names in os.walk(folder):
        for name in names:
            if (place := Path(root) / name).is_file():  # reading a pipe might never end
                there.setdefault(name, []).append(place)
        if (count := count + len(names)) > MOST_FILES:
            raise BadInput(f"{folder} holds more than {MOST_FILES:,} files: name the folder that holds the model.")
    return there


def _named(entry: ModelEntry, there: Mapping[str, list[Path]], folder: Path) -> Found:
    if missing := [file.path for file in entry.files if Path(file.path).name not in there]:
        raise BadInput(f"{folder} lacks {', '.join(missing)}, which {entry.name} needs.")
    return Found(entry, {file.path: _best(file, there[Path(file.path).name]) for file in entry.files})


def _best(file: ModelFile, places: list[Path]) -> Path:
    """Of several files of one name the right one; the first, where none is."""
    return next((place for place in places if len(places) > 1 and _is(file, place)), places[0])


def _matching(entry: ModelEntry, there: Mapping[str, list[Path]]) -> dict[str, Path]:
    found = {}
    for file in entry.files:
        place = next((place for place in there.get(Path(file.path).name, ()) if _is(file, place)), None)
        if place is None:
            return {}
        found[file.path] = place
    return found


def _is(file: ModelFile, place: Path) -> bool:
    """By content where that is known, else by size, which the catalogue knows roughly."""
    try:
        size = place.stat().st_size
        if file.sha256:
            return size < 2 * file.size + (1 << 20) and manifest.digest(place).sha256 == file.sha256
    except OSError:
        return False
    return abs(size - file.size) <= file.size // 10


def _nearest(models: Models, there: Mapping[str, list[Path]]) -> str:
    def share(entry: ModelEntry) -> float:
        return sum(Path(file.path).name in there for file in entry.files) / len(entry.files)

    best = max(models.entries(), key=share)
    if not share(best):
        return "Files are recognised by name and content: `lumina models list --files` shows which they are."
    same = [entry.name for entry in models.entries() if share(entry) == share(best)]
    return (
        f"By their names they could be those of {', '.join(same)}, but their contents are others. "
        "Are they of your own making? Then --own --name NAME takes them as they are."
    )


def _problem(folder: Path, known: manifest.Manifest, file: ModelFile) -> str:
    """What is wrong with one installed file; "" where nothing is."""
    place, stored = folder / manifest.FILES / file.path, known.files.get(file.path)
    again = f"install it again: lumina models pull {known.model}"
    if stored is None or not place.is_file():
        return f"{place} is missing; {again}."
    try:
        found = manifest.digest(place)
    except OSError as error:
        return f"{place} cannot be read ({error.strerror}); {again}."
    if found != stored:
        return f"{place} is damaged: it is not as it was installed; {again}."
    if file.sha256 and not known.own and found.sha256 != file.sha256:
        return f"{place} is another file than the published one; {again}."
    return ""

"""Getting models from where they are published: resumed, checked, and put in place as one step."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from lumina.domain.model import ModelEntry, ModelFile
from lumina.errors import BadInput, Unavailable
from lumina.inference import built_in, install, manifest
from lumina.inference.held import held, is_held
from lumina.inference.manifest import Manifest, Stored
from lumina.remote.patience import Patience
from lumina.remote.progress import Progress, Tell, silent
from lumina.remote.shown import shown

HUB = "https://huggingface.co"
PYPI = "https://pypi.org/simple"
SPARE = 256 << 20
"""Bytes of the disk that a download leaves free."""


@dataclass(frozen=True, slots=True)
class Pulled:
    """What a download did.

    Attributes:
        manifest: of the installed model.
        unchanged: it was installed already, and whole.
        first_use: files whose SHA-256 Lumina did not know: the one that the hub states was taken, and is kept from
            now on.
    """

    manifest: Manifest
    unchanged: bool = False
    first_use: tuple[str, ...] = ()


@dataclass(frozen=True)
class Hub:
    """Where models come from, and where they go.

    Attributes:
        home: folder of all models.
        mirror: address that stands for the hub's own; "" for the hub.
        index: of Python packages.
        token: of an account at the hub, for models that are given to members only. It is sent to the hub alone.
        origin: the hub's address in the catalogue.
        patience: with servers.
    """

    home: Path
    mirror: str = ""
    index: str = PYPI
    token: str = ""
    origin: str = HUB
    patience: Patience = field(default_factory=Patience)

    def __repr__(self) -> str:
        return f"Hub({str(self.home)!r}, mirror={shown(self.mirror)!r})"

    def pull(
        self,
        entry: ModelEntry,
        *,
        accept_terms: bool = False,
        accept_change: bool = False,
        again: bool = False,
        tell: Tell = silent,
        stop: Callable[[], bool] = lambda: False,
    ) -> Pulled:
        """Download a model and install it. What is installed stays usable until the new files are complete.

        Args:
            entry: of the model.
            accept_terms: the user accepts the terms of a model that has some.
            accept_change: the user trusts a file that has changed at a hub whose word alone there is.
            again: download also what is installed.
            tell: called with the progress.
            stop: asked often; what has arrived is kept for the next time.

        Raises:
            BadInput: terms have to be accepted first.
            Conflict: somebody else is at it; or a file has changed.
            Unavailable: the network, the server or the disk; the message says what to do.
            BadModel: what arrives is not what was expected.
            Interrupted: told to stop.
        """
        if entry.built_in and (known := manifest.read_or_none(built_in.folder(entry.name))) is not None:
            return Pulled(known, unchanged=True)
        folder = self.home / entry.name
        check_terms(entry, manifest.read_or_none(folder), accept_terms=accept_terms)
        try:
            with held(self.home, entry.name):
                install.recover(folder)
                known = manifest.read_or_none(folder)
                if known is not None and not again and whole(folder, entry, known):
                    return Pulled(known, unchanged=True)
                return self._pull(entry, known, accept_change=accept_change, again=again, tell=tell, stop=stop)
        except OSError as error:
            raise Unavailable(f"{error.filename or folder} cannot be written: {error.strerror}.") from error

    def remove(self, name: str, *, dry_run: bool = False) -> int:
        """Delete a model's files, also those that a download has left; returns their bytes.

        Raises:
            BadInput: it is built in.
            Conflict: it is being downloaded or imported right now.
            Unavailable: the disk does not let them be deleted.
        """
        if name in built_in.NAMES:
            raise BadInput(f"Model {name} comes with the program: it cannot be removed.")
        folder = self.home / name
        try:
            with held(self.home, name):
                size = sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())
                if not dry_run and folder.exists():
                    (folder / manifest.NAME).unlink(missing_ok=True)
                    shutil.rmtree(folder)
        except OSError as error:
            raise Unavailable(f"{error.filename or folder} cannot be deleted: {error.strerror}.") from error
        return size

    def address(self, file: ModelFile) -> str:
        """Where a file is fetched from: its publisher, or the mirror."""
        if self.mirror and file.url.startswith(f"{self.origin}/"):
            return self.mirror + file.url.removeprefix(self.origin)
        return file.url

    def pulling(self, name: str) -> bool:
        """True while some process of this machine downloads the model."""
        return (self.home / name / install.INCOMING).is_dir() and is_held(self.home, name)

    def progress(self, entry: ModelEntry) -> Progress | None:
        """How far the download is that goes on, or that was broken off; None where there is none."""
        incoming = self.home / entry.name / install.INCOMING
        if not incoming.is_dir():
            return None
        done = 0
        for path in incoming.rglob("*"):
            try:
                done += 0 if path.suffix == ".json" and ".part" in path.suffixes else path.stat().st_size
            except OSError:
                continue  # renamed meanwhile
        return Progress("", min(done, entry.size), entry.size)

    def _pull(
        self,
        entry: ModelEntry,
        known: Manifest | None,
        *,
        accept_change: bool,
        again: bool,
        tell: Tell,
        stop: Callable[[], bool],
    ) -> Pulled:
        from lumina.remote.fetching import Fetching  # httpx is for those who download

        folder, accepted_at = self.home / entry.name, datetime.now(UTC)
        self._check_space(entry)
        usable = None if again or (known and known.own) else known  # own files are not the published ones
        with Fetching(self, entry, usable, {} if accept_change else pins(entry, known), tell, stop) as fetching:
            stored = {file.path: fetching.fetch(file) for file in entry.files}
        fetching.clean()
        accepted: str = entry.terms.title if entry.terms else ""
        when: datetime | None = accepted_at if entry.terms else None
        if known is not None and known.terms_accepted == accepted:
            when = known.terms_accepted_at
        source = self.index if any(file.package for file in entry.files) else self.mirror or self.origin
        new = Manifest(entry.name, entry.version, stored, shown(source), accepted_at, accepted, when)
        install.settle(folder, folder / install.INCOMING, new)
        return Pulled(new, first_use=tuple(file.path for file in entry.files if not file.sha256))

    def _check_space(self, entry: ModelEntry) -> None:
        had = self.progress(entry)
        need = entry.size - (had.done if had else 0) + SPARE
        free = shutil.disk_usage(self.home).free
        if free < need:
            raise Unavailable(
                f"Model {entry.name} needs {need / 1e6:,.0f} MB (with some to spare) on the disk of {self.home}, "
                f"where {free / 1e6:,.0f} MB are free. Nothing was downloaded."
            )


def from_environment(home: Path, mirror: str, environment: Mapping[str, str] | None = None) -> Hub:
    """The hub as this machine reaches it.

    Args:
        home: folder of all models.
        mirror: the setting model_mirror.
        environment: HF_TOKEN, and PIP_INDEX_URL as pip knows it; by default the process's own.
    """
    given = os.environ if environment is None else environment
    return Hub(home, mirror.rstrip("/"), given.get("PIP_INDEX_URL") or PYPI, given.get("HF_TOKEN", "").strip())


def check_terms(entry: ModelEntry, known: Manifest | None, *, accept_terms: bool) -> None:
    """The user has accepted the model's terms, now or before.

    Raises:
        BadInput: it has terms, and they are not accepted.
    """
    terms = entry.terms
    if terms is None or accept_terms or (known is not None and known.terms_accepted == terms.title):
        return
    raise BadInput(
        f"{entry.title} has terms of its own, the {terms.title} ({terms.url}). {terms.summary} "
        f"Read them; if you accept them: lumina models pull {entry.name} --accept-terms"
    )


def whole(folder: Path, entry: ModelEntry, known: Manifest) -> bool:
    """Whether the installed files are there, as large as they were, and nothing is known against them."""
    if known.version != entry.version or manifest.mark(folder):
        return False
    return all(_sound(folder / manifest.FILES / file.path, known.files.get(file.path)) for file in entry.files)


def pins(entry: ModelEntry, known: Manifest | None) -> dict[str, str]:
    """SHA-256 of the files for which there was only a server's word when they were installed."""
    if known is None or known.version != entry.version or known.own:
        return {}
    return {f.path: known.files[f.path].sha256 for f in entry.files if not f.sha256 and f.path in known.files}


def _sound(place: Path, stored: Stored | None) -> bool:
    return stored is not None and place.is_file() and place.stat().st_size == stored.size

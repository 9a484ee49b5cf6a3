"""Everything about the networks that are installed on this machine."""

from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import numpy as np

from lumina.domain.model import Classifier, ModelEntry, ModelState, Purpose, Standing
from lumina.errors import BadModel, NotFound, Unavailable
from lumina.inference import built_in, catalogue, manifest, providers
from lumina.inference.check import read_model, regular_file
from lumina.inference.images import Images, open_images
from lumina.inference.matting import Matting, open_matting
from lumina.inference.providers import Execution
from lumina.inference.session import weights
from lumina.inference.texts import Texts, open_texts
from lumina.inference.vocabulary import vocabulary

Loaded = TypeVar("Loaded")


class Models:
    """The models of the catalogue and what is loaded of them: one per process, safe to use from several threads.

    Nothing is read before it is asked for. A model that is installed, replaced or removed while the process runs is
    seen at once, because each question looks at its manifest.

    Args:
        home: folder with one folder per model: `NAME/manifest.json`, `NAME/files/...`.
        execution: what to run on.
        threads: processor cores that one network may use; None: all that this process may.
        entries: instead of the catalogue.
    """

    def __init__(
        self,
        home: Path,
        execution: Execution = Execution.AUTO,
        threads: int | None = None,
        entries: tuple[ModelEntry, ...] = catalogue.ENTRIES,
    ) -> None:
        self.home, self.execution = home, execution
        self._threads = threads or providers.cores()
        self._entries = entries
        self._lock = threading.Lock()
        self._locks: dict[str, threading.Lock] = {}
        self._loaded: dict[tuple[str, str], tuple[Any, Any]] = {}
        self._images: dict[str, Images] = {}
        self._texts: dict[str, Texts] = {}
        self._mattings: dict[str, Matting] = {}

    def entries(self) -> tuple[ModelEntry, ...]:
        """All models that there are, installed or not."""
        return self._entries

    def entry(self, name: str) -> ModelEntry:
        """One of them.

        Raises:
            NotFound: there is none of that name.
        """
        return catalogue.entry(name, self._entries)

    def folder(self, name: str) -> Path:
        """Where a model's manifest and files lie."""
        return built_in.folder(name) if self.entry(name).built_in else self.home / name

    def standing(self, name: str) -> Standing:
        """How a model stands now; looks at names and sizes only, so it may be asked often."""
        entry = self.entry(name)
        return self._amiss(entry) or self._running(name)

    def waiting(self, name: str) -> str | None:
        """One sentence on why this model cannot be used; None where it can. Does not even import the runtime."""
        amiss = self._amiss(self.entry(name))
        return amiss.detail if amiss else None

    def image_encoder(self, name: str) -> Images:
        """An `ImageEncoder`; it is loaded at the first `encode`, which raises `Unavailable` where that cannot be.

        Raises:
            NotFound: there is no such model, or it makes no vectors.
        """
        entry = self.entry(name)
        if not entry.embeds:
            raise NotFound(f"Model {name} makes no vectors; models that do are {self._able(Purpose.VECTORS)}.")
        with self._lock:
            if name not in self._images:
                self._images[name] = Images(
                    entry,
                    lambda: self._load(
                        entry,
                        "image",
                        lambda: open_images(self._files(name), entry, self.execution, self._threads),
                    ),
                    lambda reason: self._refuse(entry, reason),
                )
            return self._images[name]

    def matting(self, name: str) -> Matting:
        """A network that tells things from their background, loaded as image encoders are.

        Raises:
            NotFound: there is no such model, or it is for something else.
        """
        entry = self.entry(name)
        if entry.purpose is not Purpose.MATTING:
            raise NotFound(f"Model {name} cuts nothing out; models that do are {self._able(Purpose.MATTING)}.")
        with self._lock:
            if name not in self._mattings:
                self._mattings[name] = Matting(
                    entry,
                    lambda: self._load(
                        entry,
                        "image",
                        lambda: open_matting(self._files(name), entry, self.execution, self._threads),
                    ),
                )
            return self._mattings[name]

    def text_encoder(self, name: str) -> Texts:
        """A `TextEncoder`, loaded as image encoders are.

        Raises:
            NotFound: there is no such model, or it knows no words.
        """
        entry = self.entry(name)
        tower = entry.text
        if tower is None:
            able = ", ".join(each.name for each in self._entries if each.text)
            raise NotFound(f"Model {name} knows no words; models that do are {able or 'none'}.")
        with self._lock:
            if name not in self._texts:
                self._texts[name] = Texts(
                    entry,
                    tower,
                    lambda: self._load(
                        entry,
                        "text",
                        lambda: open_texts(self._files(name), entry, tower, self.execution, self._threads),
                    ),
                )
            return self._texts[name]

    def classifier(self, name: str) -> Classifier | None:
        """The last layer of a network that was taught a vocabulary; None for models without one.

        Raises:
            Unavailable: the model is not installed, or broken.
            NotFound: there is no such model.
        """
        entry = self.entry(name)
        if entry.classifier is None:
            return None
        return self._load(entry, "classifier", lambda: _open_classifier(self._files(name), entry))

    def _able(self, purpose: Purpose) -> str:
        return ", ".join(entry.name for entry in self._entries if entry.purpose is purpose) or "none"

    def _files(self, name: str) -> Path:
        return self.folder(name) / manifest.FILES

    def _amiss(self, entry: ModelEntry) -> Standing | None:
        """How a model stands that cannot be used; None where it can."""
        try:
            wrong = self._wrong(entry)
        except BadModel as error:
            return Standing(ModelState.BROKEN, str(error))
        if wrong is None:
            detail = f"Model {entry.name} is not installed: lumina models pull {entry.name}"
            return Standing(ModelState.MISSING, detail)
        return Standing(ModelState.BROKEN, wrong) if wrong else None

    def _wrong(self, entry: ModelEntry) -> str | None:
        """None where it is not installed; what is wrong with it; "" where nothing is."""
        folder = self.folder(entry.name)
        known = manifest.read(folder)
        if known is None:
            return None
        again = f"; install it again: lumina models pull {entry.name}"
        if known.model != entry.name or known.version != entry.version:
            return f"Model {entry.name} was installed as version {known.version}, needed is {entry.version}{again}"
        for file in entry.files:
            place = self._files(entry.name) / file.path
            stored = known.files.get(file.path)
            if stored is None or not place.is_file() or place.stat().st_size != stored.size:
                return f"Model {entry.name} is damaged: {place} is missing or not as it was installed{again}"
        reason = manifest.mark(folder)
        return f"Model {entry.name} cannot be used: {reason}" if reason else ""

    def _running(self, name: str) -> Standing:
        held = self._loaded.get((name, "image"))
        if held is None:
            provider, warning = manifest.runs_on(self.folder(name))
            return Standing(
                ModelState.INSTALLED,
                provider=provider or providers.candidates(self.execution)[0].value,
                warning=warning or providers.unusable(self.execution),
            )
        session = held[1]
        return Standing(ModelState.INSTALLED, provider=session.provider.value, warning=session.warning)

    def _load(self, entry: ModelEntry, part: str, load: Callable[[], Loaded]) -> Loaded:
        """What was loaded before, if the files are still the same; else load it now, in one thread alone.

        Raises:
            Unavailable: it is not installed, broken (and then remembered as such for all processes), or too large.
        """
        with self._lock:
            lock = self._locks.setdefault(f"{entry.name} {part}", threading.Lock())
        with lock:
            stamp = self._stamp(entry.name)
            held = self._loaded.get((entry.name, part))
            if held is not None and held[0] == stamp:
                loaded: Loaded = held[1]
                return loaded
            if waiting := self.waiting(entry.name):
                raise Unavailable(waiting)
            loaded = self._first(entry, load, stamp)
            self._loaded[(entry.name, part)] = (stamp, loaded)
            if part == "image" and not entry.built_in:
                session: Any = loaded
                manifest.note_running(self.folder(entry.name), session.provider.value, session.warning)
            return loaded

    def _first(self, entry: ModelEntry, load: Callable[[], Loaded], stamp: object) -> Loaded:
        try:
            return load()
        except BadModel as error:
            if self._stamp(entry.name) != stamp:  # other files took their place while they were read
                raise Unavailable(f"Model {entry.name} is being replaced right now.") from error
            self._refuse(entry, str(error))
            raise
        except MemoryError as error:
            raise Unavailable(f"Model {entry.name} does not fit into this machine's free memory: {error}") from error

    def _refuse(self, entry: ModelEntry, reason: str) -> None:
        """Remember that the installed files cannot be used."""
        if not entry.built_in:
            manifest.mark_broken(self.folder(entry.name), reason)

    def _stamp(self, name: str) -> tuple[int, int] | None:
        try:
            known = (self.folder(name) / manifest.NAME).stat()
        except OSError:
            return None
        return known.st_mtime_ns, known.st_ino


def _open_classifier(folder: Path, entry: ModelEntry) -> Classifier:
    part = entry.classifier
    assert part is not None, "asked for a classifier that the entry has"
    size = next(file.size for file in entry.files if file.path == entry.image.file)
    place = regular_file(folder, entry.image.file, size)
    model = read_model(place, folder)
    matrix = weights(model, place, part.weights)
    classes = vocabulary(part.vocabulary)
    if matrix.size != len(classes) * entry.dimensions:
        raise BadModel(f"{place}: its last layer is {matrix.shape}, not {len(classes)} x {entry.dimensions}.")
    bias = weights(model, place, part.bias) if part.bias else np.zeros(len(classes), dtype=np.float32)
    return Classifier(
        model=entry.name,
        version=entry.version,
        weights=matrix.reshape(len(classes), entry.dimensions),
        bias=bias.reshape(len(classes)),
        scale=part.scale,
        keys=tuple(key for key, _ in classes),
        names=tuple(names for _, names in classes),
    )

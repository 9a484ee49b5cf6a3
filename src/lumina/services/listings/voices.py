"""The voices of a question: each model's vector of what is asked, and the space it is compared in."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from blake3 import blake3
from numpy.typing import NDArray

from lumina.domain.ensemble import WORDS, VoiceState, Wanted
from lumina.domain.model import ModelEntry
from lumina.domain.picture import Pixels
from lumina.domain.searching import TEMPLATES, Example
from lumina.domain.vectors import Space, SpaceKind
from lumina.errors import Unavailable
from lumina.services.kept import Kept
from lumina.services.search.questions import LONGEST, Questions, check_image
from lumina.store import Store, browse, listing_search, searched, spaces, vectors

KEPT = 200
"""Vectors of pictures that are kept: filters are changed more often than pictures."""
PICTURES = 8
"""Pictures that are kept, at most some 6 MB each: decoding one takes a process of its own."""
Vector = NDArray[np.float32]
CutOut = Callable[[Pixels], Pixels]
"""Takes a picture's background away. Raises `Unavailable` where it cannot, or where nothing stands out from it."""


@dataclass(frozen=True, slots=True)
class Voice:
    """One voice that can be asked.

    Attributes:
        model, title: of the model. kind: of the space, or `words`. family: voices of one see alike.
        space, vector: None where words are looked for. lexemes: these.
        like: the question is of the kind that the space holds.
        single: each listing has one vector, however many images it has.
        detail: what is to be said of it although it was used.
    """

    model: str
    title: str
    kind: str
    family: str
    space: Space | None = None
    vector: Vector | None = None
    lexemes: tuple[str, ...] = ()
    like: bool = True
    single: bool = False
    detail: str | None = None

    def state(self, *, used: bool, detail: str | None = None) -> VoiceState:
        """As it is told."""
        return VoiceState(self.model, self.title, self.kind, used, detail or self.detail)


class Voices:
    """Makes voices; networks are loaded when they are first needed, one after the other, never within a transaction.

    Args:
        store: the database.
        questions: reads pictures, and knows what is installed.
        cut_out: takes a picture's background away.
    """

    def __init__(self, store: Store, questions: Questions, cut_out: CutOut) -> None:
        self.store, self.questions, self.cut_out = store, questions, cut_out
        self._vectors: Kept[Vector] = Kept(KEPT)
        self._pictures: Kept[Pixels] = Kept(PICTURES)

    def of(self, wanted: Wanted) -> tuple[list[Voice], list[VoiceState]]:
        """Those that can be asked, and those that cannot, with the reason.

        Raises:
            BadInput: the picture cannot be used.
            NotFound: there is no such image.
        """
        able, unable = list[Voice](), list[VoiceState]()
        asked = _Asked(self, wanted)
        asked.check()
        for entry, kind, ask in self._tries(wanted, asked):
            try:
                able.append(ask())
            except (Unavailable, MemoryError) as error:
                reason = str(error) or f"Model {entry.name} does not fit into memory."
                unable.append(VoiceState(entry.name, entry.title, kind.value, used=False, detail=reason))
        if wanted.text and wanted.models is None:
            voice = self._words(wanted.text)
            if voice.lexemes:
                able.append(voice)
            else:
                unable.append(voice.state(used=False, detail="There is no word in it that titles could be found by."))
        return able, unable

    def _tries(self, wanted: Wanted, asked: _Asked) -> Iterator[tuple[ModelEntry, SpaceKind, Callable[[], Voice]]]:
        chosen = [self.questions.models.entry(name) for name in wanted.models or ()]
        for entry in chosen or [each for each in self.questions.models.entries() if each.embeds]:
            for kind in wanted.on.kinds if wanted.example is not None else ():
                yield entry, kind, lambda entry=entry, kind=kind: asked.by_picture(entry, kind)  # type: ignore[misc]
            if wanted.example is None and entry.text is None:
                yield entry, SpaceKind.TEXT, lambda entry=entry: _wordless(entry)  # type: ignore[misc]
            for kind in _text_kinds(wanted, entry):
                yield entry, kind, lambda entry=entry, kind=kind: asked.by_text(entry, kind)  # type: ignore[misc]

    def _words(self, text: str) -> Voice:
        with self.store.transaction() as tx:
            found = listing_search.lexemes(tx, text[:LONGEST])
        return Voice(WORDS, "Words of titles and tags", WORDS, WORDS, lexemes=tuple(found), single=True)

    def space(self, entry: ModelEntry, kind: SpaceKind) -> Space:
        """The space that searches use.

        Raises:
            Unavailable: it has no vectors.
        """
        with self.store.transaction() as tx:
            space = spaces.live(tx, entry.name, kind)
            if space is not None and spaces.size(tx, space, 1):
                return space
        what = _WHAT[kind]
        raise Unavailable(
            self.questions.models.waiting(entry.name) or f"No {what} has been embedded by {entry.name} yet."
        )

    def check(self, entry: ModelEntry, space: Space) -> None:
        """Whether a model can make vectors that are like those of a space.

        Raises:
            Unavailable: it is not installed, or another version than the space is of.
        """
        if waiting := self.questions.models.waiting(entry.name):
            raise Unavailable(waiting)
        if space.version != entry.version:
            raise Unavailable(f"Images are still being embedded by the new version of {entry.name}.")

    def encoded(self, entry: ModelEntry, space: Space, key: bytes, pixels: Callable[[], Pixels]) -> Vector:
        """A picture as a model sees it. Raises as `check`."""
        self.check(entry, space)
        encoder = self.questions.models.image_encoder(entry.name)
        return self._vectors.get((entry.name, entry.version, key), lambda: encoder.encode([pixels()])[0])

    def picture(self, example: Example) -> Pixels:
        """What is asked with; an upload is decoded once. Raises as `Questions.pixels`."""
        if example.data is None:
            return self.questions.pixels(example)
        key = (blake3(example.data).digest(), example.region)
        return self._pictures.get(key, lambda: self.questions.pixels(example))


_WHAT = {SpaceKind.IMAGE: "image", SpaceKind.CUTOUT: "cut-out", SpaceKind.TEXT: "listing's text"}


def _text_kinds(wanted: Wanted, entry: ModelEntry) -> Sequence[SpaceKind]:
    """Where a text is compared: beside a picture with texts alone, since the picture speaks to the pictures."""
    if not wanted.text or entry.text is None:
        return ()
    return (SpaceKind.TEXT,) if wanted.example is not None else (*wanted.on.kinds, SpaceKind.TEXT)


def _wordless(entry: ModelEntry) -> Voice:
    raise Unavailable(f"{entry.title} knows no words.")


class _Whole(Exception):
    """Nothing could be cut out, and why."""


class _Asked:
    """One question; its picture is decoded, and cut out, once for all models."""

    def __init__(self, voices: Voices, wanted: Wanted) -> None:
        self.voices, self.wanted = voices, wanted
        self._uncut: str | None = None

    def check(self) -> None:
        """Say what is wrong with what is asked, whether or not there is a model to see it.

        Raises:
            BadInput: the picture cannot be used.
            NotFound: there is no such image.
        """
        if (example := self.wanted.example) is None:
            return
        if example.data is not None:
            _ = self._pixels
        else:
            assert example.image_id is not None, "an example is a file or an image"
            with self.voices.store.transaction() as tx:
                check_image(browse.existing(tx, [example.image_id]), example.image_id)

    def by_picture(self, entry: ModelEntry, kind: SpaceKind) -> Voice:
        space = self.voices.space(entry, kind)
        example = self._example
        if example.image_id is not None and example.region is None:
            vector = self._stored(space, example.image_id)
            if vector is not None:
                return _voice(entry, space, vector)
        if kind is SpaceKind.CUTOUT:
            return self._cut_voice(entry, space)
        return _voice(entry, space, self.voices.encoded(entry, space, self._key, lambda: self._pixels))

    def _cut_voice(self, entry: ModelEntry, space: Space) -> Voice:
        """By the picture without its background; by the whole where that cannot be, and then it says so."""
        try:
            vector = self.voices.encoded(entry, space, self._key + b"cutout", lambda: self._cut)
        except _Whole as why:
            vector = self.voices.encoded(entry, space, self._key, lambda: self._pixels)
            return _voice(entry, space, vector, detail=f"The picture was compared whole: {why}")
        return _voice(entry, space, vector)

    def by_text(self, entry: ModelEntry, kind: SpaceKind) -> Voice:
        space = self.voices.space(entry, kind)
        self.voices.check(entry, space)
        like = kind is SpaceKind.TEXT
        vector = self.voices.questions.worded(self.wanted.text, entry.name, ("{}",) if like else TEMPLATES)
        return _voice(entry, space, vector, like=like, single=like)

    @property
    def _example(self) -> Example:
        assert self.wanted.example is not None, "asked by a picture"
        return self.wanted.example

    @cached_property
    def _key(self) -> bytes:
        """Tells pictures apart. Of a known image it is that of its pixels: they may be made anew."""
        example = self._example
        data = example.data if example.data is not None else self._pixels.tobytes()
        return blake3(data).digest() + repr(example.region).encode()

    @cached_property
    def _pixels(self) -> Pixels:
        return self.voices.picture(self._example)

    @cached_property
    def _cut(self) -> Pixels:
        """The picture without its background."""
        if self._uncut is None:
            try:
                return self.voices.cut_out(self._pixels)
            except Unavailable as error:
                self._uncut = str(error)
        raise _Whole(self._uncut)

    def _stored(self, space: Space, image_id: int) -> Vector | None:
        with self.voices.store.transaction() as tx:
            if not searched.has_vector(tx, space, image_id):
                return None
            _, matrix = vectors.load(tx, space, [image_id])
        return np.asarray(matrix[0], np.float32)


def _voice(entry: ModelEntry, space: Space, vector: Vector, **more: object) -> Voice:
    return Voice(entry.name, entry.title, space.kind.value, entry.family or entry.name, space, vector, **more)  # type: ignore[arg-type]

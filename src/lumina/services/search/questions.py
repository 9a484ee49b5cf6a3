"""Questions to a space of vectors: words, a picture, or an image that is known, as one vector."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from lumina.domain.picture import PictureError, Pixels
from lumina.domain.searching import TEMPLATES, Example
from lumina.domain.values import RenditionKind
from lumina.domain.vectors import Space
from lumina.engine.apart import decode_apart
from lumina.errors import BadInput, NotFound, Unavailable
from lumina.files.derived import DerivedStore
from lumina.files.picture import PROXY_SIDE, ProxyPicture
from lumina.inference import built_in
from lumina.inference.models import Models
from lumina.services.kept import Kept
from lumina.store import Store, browse, searched, spaces, vectors

KEPT = 1_000
"""Queries whose vectors are kept."""
LONGEST = 1_000
"""Characters of a query that a network gets to see; it takes some 77 words or parts of words."""
MOST_BYTES = 50_000_000
"""Of a picture to search by."""
FINEST = 3 * PROXY_SIDE
"""Pixels of the longer side to which a file is decoded where only a region of it is asked for."""
AT_ONCE = 2
"""Pictures that are decoded at the same time."""
PATIENCE = 5.0
"""Seconds that others wait for their turn."""


@dataclass(frozen=True, slots=True)
class Question:
    """A vector of length 1 and the space it asks; `itself` is left out of what is found."""

    space: Space
    vector: NDArray[np.float32]
    itself: int | None = None


class Questions:
    """Makes questions; networks are loaded when they are first needed, never within a transaction.

    Args:
        store: the database. models: what is installed. derived: holds the proxies.
        preferred: name of the model that searches use where several can.
        max_pixels, megabytes: of a picture to search by, and the memory that decoding it may take.
    """

    def __init__(
        self, store: Store, models: Models, derived: DerivedStore, *, preferred: str, max_pixels: int, megabytes: int
    ) -> None:
        self.store, self.models, self.derived = store, models, derived
        self.preferred = preferred
        self.max_pixels, self.megabytes = max_pixels, megabytes
        self._words: Kept[NDArray[np.float32]] = Kept(KEPT)
        self._decoding = threading.Semaphore(AT_ONCE)

    def of_words(self, text: str, model: str | None = None) -> Question:
        """Words as the text encoder of a model puts them.

        Raises:
            NotFound: there is no such model, or it knows no words.
            Unavailable: it is not installed, or has no vectors to compare with.
        """
        name = model or self.preferred
        self._check_words(name)
        space = self._space(name)
        if space is None:
            raise Unavailable(_none_yet(name))
        return Question(space, self.worded(text, name))

    def worded(self, text: str, name: str, templates: Sequence[str] = TEMPLATES) -> NDArray[np.float32]:
        """Words as a model puts them: the middle of its vectors for the sentences they are put into.

        Raises:
            NotFound: there is no such model, or it knows no words.
            Unavailable: it is not installed.
        """
        self._check_words(name)
        encoder = self.models.text_encoder(name)
        text = text[:LONGEST]
        frames = [template.format(text) for template in templates]
        key = (name, encoder.version, text, tuple(templates))
        return self._words.get(key, lambda: _mean(encoder.encode_text(frames)))

    def _check_words(self, name: str) -> None:
        self.models.text_encoder(name)
        if waiting := self.models.waiting(name):
            raise Unavailable(waiting)

    def of_example(self, example: Example, model: str | None = None) -> Question:
        """A picture, a known image, or a region of either.

        Raises:
            BadInput: it is no picture that can be read, too large, or the region too small.
            NotFound: there is no such image or model.
            Unavailable: no model that is installed has vectors to compare with, or too many pictures come at once.
        """
        if example.image_id is not None and example.region is None:
            return self._of_image(example.image_id, model)
        pixels = self.pixels(example)
        space = self._installed(model)
        vector = self.models.image_encoder(space.model).encode([pixels])[0]
        return Question(space, vector, example.image_id)

    def _of_image(self, image_id: int, model: str | None) -> Question:
        """Its vector as it is stored: of the best space that has one, whether its model is installed or not."""
        with self.store.transaction() as tx:
            check_image(browse.existing(tx, [image_id]), image_id)
            for name in self._names(model):
                space = spaces.live(tx, name)
                if space is not None and searched.has_vector(tx, space, image_id):
                    _, matrix = vectors.load(tx, space, [image_id])
                    return Question(space, _mean(matrix.astype(np.float32)), image_id)
        raise Unavailable(f"Image {image_id} has not been embedded by {model or 'any model'} yet.")

    def pixels(self, example: Example) -> Pixels:
        """Height x width x 3 of what is asked with, the longer side about as long as a proxy's.

        Raises:
            BadInput: it is no picture that can be read, too large, or the region too small.
            NotFound: there is no such image.
            Unavailable: it has not been rendered yet.
        """
        if example.data is not None:
            pixels = self._decoded(example.data, example)
        else:
            assert example.image_id is not None, "an example is a file or an image"
            pixels = self._proxy(example.image_id)
        return pixels if example.region is None else np.ascontiguousarray(example.region.of(pixels))

    def _decoded(self, data: bytes, example: Example) -> Pixels:
        if len(data) > MOST_BYTES:
            raise BadInput(f"image: {len(data) / 1e6:,.0f} MB; at most {MOST_BYTES / 1e6:,.0f} are taken.")
        part = 1.0 if example.region is None else max(example.region.width, example.region.height)
        side = min(round(PROXY_SIDE / max(part, 1e-3)), FINEST)
        if not self._decoding.acquire(timeout=PATIENCE):  # whoever waits keeps others from being served
            raise Unavailable("Other pictures are being looked at right now; try again in a moment.")
        try:
            return decode_apart(data, side=side, max_pixels=self.max_pixels, megabytes=self.megabytes)
        except PictureError as error:
            raise BadInput(f"image: {error.reason}") from error
        finally:
            self._decoding.release()

    def _proxy(self, image_id: int) -> Pixels:
        with self.store.transaction() as tx:
            check_image(browse.existing(tx, [image_id]), image_id)
            key = browse.rendition_key(tx, image_id, RenditionKind.PROXY)
        if key is None:
            raise Unavailable(f"Image {image_id} has not been rendered yet, so no region of it can be looked at.")
        try:
            return ProxyPicture(image_id, self.derived.path(RenditionKind.PROXY, key)).pixels(PROXY_SIDE)
        except PictureError as error:
            raise Unavailable(f"The rendering of image {image_id} cannot be read: {error.reason}") from error

    def _installed(self, model: str | None) -> Space:
        """The best space whose model is installed."""
        for name in self._names(model):
            if self.models.waiting(name) is None and (space := self._space(name)) is not None:
                return space
        raise Unavailable(self._why_none(model))

    def _why_none(self, model: str | None) -> str:
        name = model or self.preferred
        ready = [each for each in self._names(model) if self.models.waiting(each) is None]
        if model is None:  # what comes with the program looks at photos only where the settings say so
            ready = [each for each in ready if each not in built_in.NAMES]
        return self.models.waiting(name) or "" if not ready else _none_yet(ready[0])

    def _space(self, model: str) -> Space | None:
        """The live space of the version that is installed."""
        with self.store.transaction() as tx:
            space = spaces.live(tx, model)
            if space is None or not spaces.size(tx, space, 1):
                return None
        if space.version != self.models.entry(model).version:
            raise Unavailable(f"Images are still being embedded by the new version of {model}.")
        return space

    def _names(self, model: str | None) -> Iterator[str]:
        """Models in the order in which they are tried."""
        if model is not None:
            yield self.models.entry(model).name
            return
        names = [entry.name for entry in self.models.entries() if entry.embeds]
        yield from dict.fromkeys([*([self.preferred] if self.preferred in names else []), *names])


def _mean(rows: NDArray[np.float32]) -> NDArray[np.float32]:
    """The middle of vectors, of length 1."""
    middle = rows.mean(axis=0)
    return np.asarray(middle / max(float(np.linalg.norm(middle)), 1e-12), dtype=np.float32)


def check_image(found: list[int], image_id: int) -> None:
    """Raises `NotFound` where an image was not found."""
    if not found:
        raise NotFound(f"There is no image {image_id}.")


def _none_yet(model: str) -> str:
    return f"No image has been embedded by {model} yet."

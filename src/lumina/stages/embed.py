"""Vectors of images: one stage for each model of the catalogue."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import ClassVar

import numpy as np

from lumina.domain.model import ModelEntry
from lumina.domain.picture import Picture, PictureError
from lumina.domain.stage import Failure, Lane, Noted, Reads, Stage
from lumina.domain.vectors import Embedding, SpaceKind
from lumina.inference.ahead import ahead
from lumina.inference.images import Images, sound
from lumina.inference.models import Models
from lumina.inference.preprocess import Tensor

Outcome = Embedding | Noted[Embedding] | Failure


class Embed(Stage[Picture, Embedding]):
    """What a network sees in the picture, as a vector; look-alikes lie close together."""

    result, reads = Embedding, Reads.PROXY
    needs: ClassVar[tuple[str, ...]] = ("proxy",)
    kind: ClassVar[SpaceKind] = SpaceKind.IMAGE
    lane = Lane.GPU
    batch = 32
    side, enough = 1440, 256
    """Pixels: all models start from the proxy at half its size, which takes half the time to decode, or, where its
    shorter side would then be less than any of them takes, from the whole."""

    def __init__(self, entry: ModelEntry, models: Models) -> None:
        self.name, self.version = f"embed:{entry.name}", entry.version
        self.entry, self.models = entry, models

    @property
    def waiting(self) -> str | None:
        """What has to be done before the model can be used."""
        return self.models.waiting(self.entry.name)

    def run(self, items: Sequence[Picture]) -> list[Outcome]:
        """One vector per picture; the next ones are decoded while the network is at work.

        Raises:
            Unavailable: the model is not installed, broken, or does not fit into memory.
        """
        encoder = self.models.image_encoder(self.entry.name)
        encoder.load()
        outcomes: list[Outcome] = []
        for prepared in ahead(lambda picture: self._prepared(encoder, picture), items, encoder.fitting.size):
            outcomes.extend(self._outcomes(encoder, prepared))
        return outcomes

    @classmethod
    def side_for(cls, size: tuple[int, int]) -> int:
        """The longer side of the rendering that a picture of this width and height is prepared from."""
        return (max(size) + 1) // 2 if min(size) >= 2 * cls.enough else cls.side

    def _prepared(self, encoder: Images, picture: Picture) -> Tensor | Failure:
        try:
            return encoder.prepare(picture.pixels(self.side_for(picture.size)))
        except PictureError as error:
            return Failure(error.code, error.reason, error.retryable)

    def _outcomes(self, encoder: Images, prepared: Sequence[Tensor | Failure]) -> Iterator[Outcome]:
        tensors = [each for each in prepared if not isinstance(each, Failure)]
        features = iter(encoder.features(np.stack(tensors)) if tensors else ())
        for each in prepared:
            yield each if isinstance(each, Failure) else self._outcome(next(features))

    def _outcome(self, feature: Tensor) -> Embedding | Failure:
        if not sound(feature[np.newaxis]).all():
            reason = f"{self.entry.title} gives no usable vector for this picture (not finite, or all zeros)."
            return Failure("bad-vector", reason)
        exact = feature.astype(np.float64)  # squares of large numbers would not fit
        vector = (exact / np.linalg.norm(exact)).astype(np.float32)
        return Embedding(self.entry.name, self.entry.version, vector, self.kind)


class EmbedCutout(Embed):
    """What a network sees in the picture without its background, or in the whole where nothing could be cut out."""

    needs, reads = ("cutout",), Reads.CUTOUT
    kind = SpaceKind.CUTOUT

    def __init__(self, entry: ModelEntry, models: Models) -> None:
        super().__init__(entry, models)
        self.name = f"embed:{entry.name}:cutout"


class EmbedBuiltIn(Embed):
    """A model that comes with the program.

    It runs on the lane of the processor, so that a home without any other model needs no process for networks.
    """

    lane = Lane.CPU


class EmbedListings(EmbedBuiltIn):
    """One that nobody asked for: it looks at images of marketplaces alone."""

    needs = ("proxy", "download")

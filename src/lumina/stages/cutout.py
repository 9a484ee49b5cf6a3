"""Products without their background."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial

import numpy as np
from blake3 import blake3

from lumina.domain.derived import DerivedFiles
from lumina.domain.market import CutOut
from lumina.domain.picture import Picture, PictureError, Pixels
from lumina.domain.stage import Failure, Lane, Noted, Reads, Stage
from lumina.domain.values import RenditionKind
from lumina.inference import matting
from lumina.inference.ahead import ahead
from lumina.inference.matting import Alpha, Map
from lumina.inference.models import Models
from lumina.inference.preprocess import Tensor
from lumina.vision.cutout import check, refusal, share
from lumina.vision.encode import webp_with_alpha

Outcome = CutOut | Noted[CutOut] | Failure


@dataclass(frozen=True, slots=True)
class _Prepared:
    """A picture, decoded, and what the network takes of it."""

    picture: Picture
    pixels: Pixels
    tensor: Tensor


class Cutout(Stage[Picture, CutOut]):
    """What the picture shows, without its background: WebP with transparency, as large as the proxy.

    Where less than 2 % or more than 98 % of the picture would be left, nothing is cut out, and the whole picture stands
    for itself.

    Args:
        derived: keeps the files.
        models: has the network.
        model: its name.
    """

    name, version, result = "cutout", 1, CutOut
    needs, reads = ("download", "proxy"), Reads.PROXY
    lane = Lane.GPU
    batch = 8
    side, quality, effort = 1440, 88, 1

    def __init__(self, derived: DerivedFiles, models: Models, model: str) -> None:
        self.derived, self.models, self.model = derived, models, model

    @property
    def waiting(self) -> str | None:
        """What has to be done before the model can be used."""
        return self.models.waiting(self.model)

    def run(self, items: Sequence[Picture]) -> list[Outcome]:
        """One outcome per picture; while the network is at work, the next are decoded and the last are written.

        Raises:
            Unavailable: the model is not installed, broken, or does not fit into memory.
        """
        network = self.models.matting(self.model)
        network.load()
        with ThreadPoolExecutor(2, thread_name_prefix="cutout") as pool:
            under_way = []
            for prepared in ahead(partial(self._prepared, network), items, network.fitting.size):
                tensors = [each.tensor for each in prepared if isinstance(each, _Prepared)]
                maps = iter(network.maps(np.stack(tensors)) if tensors else ())
                for each in prepared:
                    answer = next(maps) if isinstance(each, _Prepared) else None
                    under_way.append(pool.submit(self._finished, network.version, each, answer))
            return [each.result() for each in under_way]

    def key(self, render_key: bytes, version: int) -> bytes:
        """BLAKE3-16 of what is shown and how it was made. `version`: of the network."""
        made = f"{self.name}:{self.version}:{self.model}:{version}"
        return blake3(render_key + made.encode()).digest(length=16)

    def _prepared(self, network: matting.Matting, picture: Picture) -> _Prepared | Failure:
        try:
            pixels = picture.pixels(self.side)
            return _Prepared(picture, pixels, network.prepare(pixels))
        except PictureError as error:
            return Failure(error.code, error.reason, error.retryable)

    def _finished(self, version: int, prepared: _Prepared | Failure, answer: Map | None) -> Outcome:
        if isinstance(prepared, Failure) or answer is None:
            assert isinstance(prepared, Failure), "each prepared picture has an answer"
            return prepared
        if not np.isfinite(answer).all():
            return Failure("bad-mask", f"{self.model} gives no usable answer for this picture (not finite).")
        height, width = prepared.pixels.shape[:2]
        alpha = matting.alpha(answer, width, height)
        found, checksum = share(alpha), prepared.picture.render_key
        if reason := refusal(found):
            return Noted(CutOut(None, checksum, self.model, version, found, refused=reason), reason)
        try:
            return self._kept(version, prepared.pixels, checksum, alpha)
        except PictureError as error:
            return Failure(error.code, error.reason, error.retryable)

    def _kept(self, version: int, pixels: Pixels, checksum: bytes, alpha: Alpha) -> CutOut:
        data = webp_with_alpha(pixels, alpha, self.quality, self.effort)
        key = self.key(checksum, version)
        self.derived.write(RenditionKind.CUTOUT, key, data, partial(check, alpha))
        height, width = alpha.shape
        return CutOut(key, checksum, self.model, version, share(alpha), width, height, len(data))

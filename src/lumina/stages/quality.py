"""Technical measures, and the quality score that is made of them."""

from __future__ import annotations

from lumina.domain.each import EachPicture
from lumina.domain.encoding import Family
from lumina.domain.picture import Gray, Picture
from lumina.domain.stage import Lane
from lumina.domain.values import Measures
from lumina.vision.measures import Edges, brightness, clipped, contrast, crispness, laplacian, sharpness, without_border
from lumina.vision.quality.blocks import coefficients
from lumina.vision.quality.detail import COARSE, detail
from lumina.vision.quality.history import history
from lumina.vision.quality.tables import quality_of
from lumina.vision.resize import box, fit
from lumina.vision.score import Known, compression, score


class Quality(EachPicture[Measures]):
    """Sharpness and exposure at 320 px; traces of compression and enlargement at full size; the score."""

    name, version, result = "quality", 3, Measures
    lane = Lane.CPU

    def one(self, picture: Picture) -> Measures:
        """The measures of one picture."""
        gray = picture.luma
        edges = laplacian(gray)
        known = _known(picture, gray, edges)
        parts = score(known)
        dark, bright = clipped(gray)
        return Measures(
            sharpness=sharpness(gray, edges),
            brightness=brightness(gray),
            contrast=contrast(gray),
            clipped_dark=dark,
            clipped_bright=bright,
            detail=known.detail,
            compression=compression(known),
            data_size=known.encoding.data_size,
            score=parts.total,
            format_score=parts.format,
            resolution_score=parts.resolution,
            size_score=parts.size,
            sharpness_score=parts.sharpness,
        )


def _calm(gray: Gray, side: int) -> Gray:
    """Small pictures at half their size, so that noise of compression does not count as sharpness."""
    half = max(1, side // 2)
    if half >= max(gray.shape):
        return gray
    return box(gray, *fit((gray.shape[1], gray.shape[0]), half))


def _known(picture: Picture, gray: Gray, edges: Edges) -> Known:
    encoding, tiles, (width, height) = picture.encoding, picture.tiles, picture.size
    blocks, inner = coefficients(tiles, (0, 0)), without_border(gray)
    earlier = history(tiles, encoding.steps, blocks) if encoding.family in (Family.JPEG, Family.LOSSLESS) else []
    quality = quality_of(encoding.steps) if encoding.steps else None
    calm = _calm(inner, max(width, height))
    return Known(
        encoding=encoding,
        pixels=width * height,
        quality=quality,
        earlier=tuple(each.quality for each in earlier),
        detail=detail(tiles, blocks, coarse=quality is not None and quality < COARSE),
        inner=inner.size / gray.size,
        crispness=crispness(calm, edges if calm.shape == gray.shape else None),
    )

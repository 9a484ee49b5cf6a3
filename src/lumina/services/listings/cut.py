"""A picture that was asked with, without its background: as the stage that cuts out would have it."""

from __future__ import annotations

import numpy as np

from lumina.domain.picture import Pixels
from lumina.errors import Unavailable
from lumina.files.decode.alpha import on_white
from lumina.inference import matting
from lumina.inference.models import Models
from lumina.vision.cutout import refusal, share


def cut_out(models: Models, model: str, pixels: Pixels) -> Pixels:
    """What a picture shows, on white.

    Args:
        models: has the network.
        model: its name.
        pixels: height x width x 3, sRGB, upright.

    Raises:
        Unavailable: the model is not installed, broken, or does not fit into memory; or next to nothing or next to
            everything of the picture would be left.
        NotFound: it is for something else.
    """
    if waiting := models.waiting(model):
        raise Unavailable(waiting)
    network = models.matting(model)
    answer = network.maps(network.prepare(pixels)[np.newaxis])[0]
    if not np.isfinite(answer).all():
        raise Unavailable(f"{model} gives no usable answer for this picture (not finite).")
    alpha = matting.alpha(answer, pixels.shape[1], pixels.shape[0])
    if reason := refusal(share(alpha)):
        raise Unavailable(reason)
    return np.ascontiguousarray(on_white(np.dstack([pixels, alpha])))

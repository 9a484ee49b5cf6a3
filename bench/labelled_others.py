"""Pictures that look alike and are no copies: frames of a burst or bracket, pages, templates, plain pictures."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from functools import partial

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

Pixels = NDArray[np.uint8]

_SYLLABLES = ("ba", "de", "fi", "go", "lu", "ma", "ne", "po", "ra", "si", "to", "va", "we", "yo", "han", "kel", "mor")
_BORDER = 0.08
"""Share of the picture at each side that a frame may move into."""


def burst(pixels: Pixels, rng: np.random.Generator, frames: int = 3) -> Iterator[Pixels]:
    """Frames of one release held down: the hand moves, the subject moves, the sensor's noise is new each time.

    A third are on a tripod, where the subject alone moves.
    """
    reach = 0.0 if rng.random() < 1 / 3 else rng.uniform(0.004, 0.03)
    at, tilt = np.zeros(2), 0.0
    height, width = pixels.shape[:2]
    subject = rng.uniform(0.25, 0.75, 2)
    for _ in range(frames):
        frame = _window(pixels, at, tilt)
        yield _noisy(frame, rng, 2.0)
        at = at + _step(rng, reach)
        tilt += rng.normal(0, 0.3) * (reach > 0)
        pixels = _moved(pixels, subject * (width, height), rng)


def bracket(pixels: Pixels, rng: np.random.Generator) -> Iterator[Pixels]:
    """Three exposures of one frame, one or two stops apart, the camera on a tripod or nearly so."""
    stops = rng.choice([1.0, 1.5, 2.0])
    reach = rng.choice([0.0, 0.002])
    for step in (0.0, -stops, stops):
        frame = _window(pixels, _step(rng, reach), 0.0).astype(np.float64) / 255
        exposed = np.clip(frame**2.2 * 2.0**step, 0, 1) ** (1 / 2.2)
        yield _noisy(np.rint(255 * exposed).astype(np.uint8), rng, 2.0)


def flat(rng: np.random.Generator) -> Pixels:
    """One colour, often black, with noise."""
    colour = rng.integers(0, 256, 3) * int(rng.random() < 0.7)
    return _noisy(np.full((480, 640, 3), colour, np.uint8), rng, rng.uniform(0, 3))


def split_tone(rng: np.random.Generator) -> Pixels:
    """Two colours with a straight boundary: sky and sea."""
    first, second = rng.integers(0, 256, (2, 3))
    picture = np.full((480, 640, 3), first, np.uint8)
    if rng.random() < 0.5:
        picture[round(480 * rng.uniform(0.35, 0.65)) :] = second
    else:
        picture[:, round(640 * rng.uniform(0.35, 0.65)) :] = second
    return _noisy(picture, rng, 1.5)


def gradient(rng: np.random.Generator) -> Pixels:
    """One colour running into another at any angle."""
    first, second = rng.integers(0, 256, (2, 3))
    angle = rng.uniform(0, 2 * np.pi)
    y, x = np.mgrid[0:480, 0:640] / 640
    along = np.cos(angle) * x + np.sin(angle) * y
    share = (along - along.min()) / np.ptp(along)
    return _noisy(np.rint(first + share[..., None] * (second - first)).astype(np.uint8), rng, 1.0)


def page(rng: np.random.Generator) -> Pixels:
    """A page of text, its margins and type as on all the others."""
    image = Image.new("RGB", (850, 1100), (255, 255, 255))
    draw = ImageDraw.Draw(image)
    font = ImageFont.load_default(20)
    line = 90
    while line < 1000:
        for _ in range(rng.integers(4, 9)):
            draw.text((90, line), words(rng, 60), font=font, fill=(20, 20, 20))
            line += 28
        line += 20
    return np.asarray(image)


def screenshot(template: int, rng: np.random.Generator) -> Pixels:
    """A window of one program, the text in it another each time; `template` names the program."""
    look = np.random.default_rng(7000 + template)
    back, bar, accent = (tuple(int(v) for v in look.integers(*span, 3)) for span in ((225, 256), (20, 120), (60, 220)))
    width, height = ((1080, 1920), (1280, 800), (1440, 900))[template % 3]
    image = Image.new("RGB", (width, height), back)
    draw = ImageDraw.Draw(image)
    draw.rectangle((0, 0, width, height // 12), fill=bar)
    draw.rectangle((0, 0, width // 5, height), fill=bar)
    for number in range(8):
        draw.ellipse((20, 160 + 90 * number, 80, 220 + 90 * number), fill=accent)
    title, text = ImageFont.load_default(36), ImageFont.load_default(22)
    draw.text((width // 5 + 20, height // 30), words(rng, 24), font=title, fill=(255, 255, 255))
    for line in range(height // 12 + 30, height - 60, 64):
        draw.text((width // 5 + 30, line), words(rng, 50), font=text, fill=(40, 40, 40))
    return np.asarray(image)


def words(rng: np.random.Generator, letters: int) -> str:
    """Meaningless text of up to so many letters."""
    text = ""
    while len(text) < letters * rng.uniform(0.6, 1.0):
        text += "".join(rng.choice(_SYLLABLES, rng.integers(1, 4))) + " "
    return text[:letters]


PLAIN: Mapping[str, Callable[[np.random.Generator], Pixels]] = {
    "flat": flat,
    "split tone": split_tone,
    "gradient": gradient,
    "page": page,
    **{f"screenshot {template}": partial(screenshot, template) for template in range(3)},
}
"""Pictures made from nothing."""
WRITTEN = ("page", "screenshot")
"""How the names of those with text begin."""


def _step(rng: np.random.Generator, reach: float) -> NDArray[np.float64]:
    """A move in any direction, in shares of the picture."""
    angle = rng.uniform(0, 2 * np.pi)
    return reach * rng.uniform(0.5, 1.0) * np.array([np.cos(angle), np.sin(angle)])


def _window(pixels: Pixels, at: NDArray[np.float64], tilt: float) -> Pixels:
    """The middle of the picture, moved by shares of its size and tilted by degrees."""
    height, width = pixels.shape[:2]
    turn = cv2.getRotationMatrix2D((width / 2, height / 2), tilt, 1.0)
    turn[:, 2] += np.clip(at, -_BORDER, _BORDER) * (width, height)
    moved = cv2.warpAffine(pixels, turn, (width, height), flags=cv2.INTER_CUBIC, borderMode=cv2.BORDER_REFLECT)
    down, across = round(height * _BORDER), round(width * _BORDER)
    return np.asarray(moved[down : height - down, across : width - across], np.uint8)


def _moved(pixels: Pixels, centre: NDArray[np.float64], rng: np.random.Generator) -> Pixels:
    """A round part of the picture moved by up to 3 % of the width, fading out at its rim."""
    height, width = pixels.shape[:2]
    y, x = np.mgrid[0:height, 0:width].astype(np.float32)
    distance = np.hypot(x - centre[0], y - centre[1]) / (0.22 * width)
    strength = np.exp(-(distance**2)).astype(np.float32)
    dx, dy = rng.uniform(0.008, 0.03, 2) * width * rng.choice([-1, 1], 2)
    warped = cv2.remap(
        pixels,
        x + np.float32(dx) * strength,
        y + np.float32(dy) * strength,
        cv2.INTER_LINEAR,
        borderMode=cv2.BORDER_REFLECT,
    )
    return np.asarray(warped, np.uint8)


def _noisy(pixels: Pixels, rng: np.random.Generator, deviation: float) -> Pixels:
    """With a sensor's noise, in grey levels."""
    noise = rng.normal(0, deviation, pixels.shape)
    return np.asarray((pixels + noise).round().clip(0, 255), np.uint8)

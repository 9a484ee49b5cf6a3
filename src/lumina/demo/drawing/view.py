"""From where, in which light and before what a photograph is taken."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True, slots=True)
class View:
    """One photograph's circumstances.

    Attributes:
        turn: of things that stand, in radians around their axis. rise: of the camera over the horizon, in radians.
        lean: of things that lie or hang, in radians, as seen. tilt: how far these are turned away, -1 to 1.
        zoom: 1 lets the product fill about two thirds. right, down: of the middle, as shares of the picture.
        light: where it comes from: right, up, and towards the camera; of length 1.
        bright, warm: around 1 and 0. backdrop: number of a backdrop. chance: of what the backdrop leaves to chance.
        mirrored: whether the picture was flipped.
    """

    turn: float
    rise: float
    lean: float
    tilt: tuple[float, float]
    zoom: float
    right: float
    down: float
    light: tuple[float, float, float]
    bright: float
    warm: float
    backdrop: int
    chance: int
    mirrored: bool


def view(seed: tuple[int, int, int]) -> View:
    """The circumstances of a photograph; `seed`: of the world, number of the listing, rank of the photograph.

    The first is taken from the front and as a whole, the further ones from elsewhere, closer, on other backdrops.
    """
    world, number, rank = seed
    draw = np.random.default_rng((world, 77, number, rank))
    own = np.random.default_rng((world, 78, number))  # what all photographs of a listing have in common
    home, first = int(own.integers(0, 1 << 16)), rank == 1
    light = np.array([draw.choice((-1, 1)) * draw.uniform(0.35, 0.8), draw.uniform(0.3, 0.8), draw.uniform(0.6, 0.9)])
    light /= np.linalg.norm(light)
    far = 0.0 if first else 1.0
    return View(
        turn=float(own.uniform(-0.4, 0.4) + far * draw.uniform(-2.4, 2.4)),
        rise=float(draw.uniform(0.2, 0.3) if first else draw.uniform(0.1, 0.55)),
        lean=float(draw.uniform(-0.05, 0.05) + far * draw.uniform(-0.35, 0.35)),
        tilt=(float(far * draw.uniform(-0.9, 0.9)), float(far * draw.uniform(-0.5, 0.5))),
        zoom=float(draw.uniform(0.95, 1.05) if first else draw.choice((0.8, 1.0, 1.3, 1.6)) * draw.uniform(0.9, 1.1)),
        right=float(far * draw.uniform(-0.1, 0.1)),
        down=float(far * draw.uniform(-0.06, 0.06)),
        light=(float(light[0]), float(light[1]), float(light[2])),
        bright=float(draw.uniform(0.96, 1.06) if first else draw.uniform(0.82, 1.15)),
        warm=float(draw.uniform(-0.03, 0.05)),
        backdrop=home if first else int(draw.integers(0, 1 << 16)),
        chance=int(draw.integers(0, 1 << 30)),
        mirrored=bool(not first and draw.random() < 0.12),
    )

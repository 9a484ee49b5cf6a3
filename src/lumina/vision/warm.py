"""Compile all loops now, so that whoever calls them first need not wait: `python -m lumina.vision.warm`.

They are kept on disk (`lumina.vision.compiled`); done again, this takes half a second.
"""

from __future__ import annotations

import numpy as np

from lumina.vision.hamming import join
from lumina.vision.resample import Kernel, resampled
from lumina.vision.signature import SIZE
from lumina.vision.verify import verify


def main() -> None:
    """Call each once, on next to nothing."""
    join(np.arange(2, dtype=np.uint64), 1)
    nothing = np.zeros((2, SIZE), np.uint8)
    verify(nothing, nothing)
    resampled(np.zeros((2, 2, 3), np.uint8), (1, 1), (0, 0), 1, Kernel.BILINEAR, np.zeros((3, 256), np.float32))


if __name__ == "__main__":
    main()

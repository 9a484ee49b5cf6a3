"""The one door to libvips, configured before it loads.

One thread per process (the pool of workers is the parallelism), no loaders that libvips itself calls untrusted (SVG,
PDF and the like), no cache of operations (each picture is seen once). Importing this before a fork is fine; *using*
libvips before a fork makes the children hang.
"""

from __future__ import annotations

import os

os.environ.setdefault("VIPS_CONCURRENCY", "1")
os.environ.setdefault("VIPS_BLOCK_UNTRUSTED", "1")

import pyvips

pyvips.cache_set_max(0)

Image = pyvips.Image
VipsError = pyvips.Error


def forget_messages() -> None:
    """Drop what libvips has said so far without failing: the next error would repeat it as if it was about that."""
    pyvips.vips_lib.vips_error_clear()


__all__ = ["Image", "VipsError", "forget_messages"]

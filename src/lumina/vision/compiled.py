"""Loops that are compiled to machine code when they are first called, by numba.

Whoever decorates a function with `compiled` is imported late, from inside the functions that need it: importing numba
takes a third of a second and some 60 MB, which nothing else should pay.
"""

from __future__ import annotations

import os
import shutil
import time
from collections.abc import Callable
from hashlib import blake2b
from pathlib import Path
from typing import Any, TypeVar, cast

from numba import config, njit
from numba.extending import intrinsic

Function = TypeVar("Function", bound=Callable[..., Any])


def _place() -> str | None:
    """The folder for machine code of just these sources; None where it cannot be made.

    Numba looks for changes in the file of a function, not in those of the functions that it calls, so the folder's
    name stands for all of them. What a machine that lost its power has left empty is taken away.
    """
    here = Path(__file__).parent
    sources = [source.read_bytes() for source in sorted(here.rglob("*.py"))]
    digest = blake2b(b"".join(text for text in sources if b"vision.compiled" in text), digest_size=8).hexdigest()
    base = Path(os.environ.get("NUMBA_CACHE_DIR") or here / "__pycache__")
    place = base / f"{_PREFIX}{digest}"
    try:
        place.mkdir(parents=True, exist_ok=True)
        for file in place.rglob("*.nb?"):
            if not file.stat().st_size:
                file.unlink()
        for old in base.glob(f"{_PREFIX}*"):
            if old != place and old.stat().st_mtime < time.time() - _OLD:
                shutil.rmtree(old, ignore_errors=True)
    except OSError:
        return None
    return str(place) if os.access(place, os.W_OK) else None


_PREFIX = "compiled-"
_OLD = 30 * 86400
"""Seconds after which the code of other sources is taken away."""
_PLACE = _place()


def compiled(function: Function) -> Function:
    """The function as machine code that runs outside the interpreter's lock; its arguments are arrays and numbers.

    The code is kept on disk for other processes: beside the source, or in `NUMBA_CACHE_DIR`. Where it cannot be
    written, each process compiles anew (some seconds).
    """
    if _PLACE is None:
        return inner(function)
    config.CACHE_DIR = _PLACE  # type: ignore[attr-defined]
    try:
        return cast(Function, njit(nogil=True, cache=True)(function))
    except RuntimeError:  # it has no file
        return inner(function)


def inner(function: Function) -> Function:
    """Like `compiled`, for what only other compiled functions call: it is kept as a part of them."""
    return cast(Function, njit(nogil=True)(function))


def _popcount(_: Any, number: Any) -> Any:
    def generate(_context: Any, builder: Any, _signature: Any, arguments: Any) -> Any:
        return builder.ctpop(arguments[0])

    return number(number), generate


popcount = cast(Callable[[Any], Any], intrinsic(_popcount))
"""How many bits of a number are set: one instruction where the processor has one, also on vectors."""

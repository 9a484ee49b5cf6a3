"""Loops that are compiled to machine code when they are first called, by numba.

Whoever decorates a function with `compiled` is imported late, from inside the functions that need it: importing numba
takes a third of a second and some 60 MB, which nothing else should pay.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar, cast

from numba import njit
from numba.extending import intrinsic

Function = TypeVar("Function", bound=Callable[..., Any])


def compiled(function: Function) -> Function:
    """The function as machine code that runs outside the interpreter's lock; its arguments are arrays and numbers.

    The code is kept on disk for other processes: beside the source, or in `NUMBA_CACHE_DIR`, or in the user's cache
    folder. Where none of them can be written, each process compiles anew (two seconds).
    """
    try:
        return cast(Function, njit(nogil=True, cache=True)(function))
    except RuntimeError:  # no place to keep it
        return cast(Function, njit(nogil=True)(function))


def inner(function: Function) -> Function:
    """Like `compiled`, for what only other compiled functions call: it is kept as a part of them."""
    return cast(Function, njit(nogil=True)(function))


def _popcount(_: Any, number: Any) -> Any:
    def generate(_context: Any, builder: Any, _signature: Any, arguments: Any) -> Any:
        return builder.ctpop(arguments[0])

    return number(number), generate


popcount = cast(Callable[[Any], Any], intrinsic(_popcount))
"""How many bits of a number are set: one instruction where the processor has one, also on vectors."""

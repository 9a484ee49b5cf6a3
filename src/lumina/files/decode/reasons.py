"""From what libraries say to what a person understands."""

from __future__ import annotations

import re

from lumina.domain.picture import PictureError

_FLAGS = re.IGNORECASE
_MEMORY = re.compile(
    r"out of memory|unable to malloc|cannot allocate|insufficient memory|memory limit|bad_alloc", _FLAGS
)
_CUT = re.compile(r"premature end|truncated|unexpected end|end of (file|data|stream|image)|eof|not enough data", _FLAGS)
_CUT_MORE = re.compile(r"read error|short read|unexpected file size|input .*ended|out of order read", _FLAGS)
_HARMLESS = re.compile(
    r"extraneous bytes before marker|unknown adobe color transform|unrecognized component ids", _FLAGS
)


def is_memory(text: str) -> bool:
    """True where the library ran out of memory."""
    return bool(_MEMORY.search(text))


def is_cut(text: str) -> bool:
    """True where the library missed data at the end."""
    return bool(_CUT.search(text) or _CUT_MORE.search(text))


def is_harmless(text: str) -> bool:
    """True for warnings after which every pixel is right."""
    return bool(_HARMLESS.search(text))


def no_memory() -> PictureError:
    """The picture does not fit into the worker."""
    return PictureError("no-memory", "Decoding this picture takes more memory than a worker may use (worker_memory).")


def truncated() -> PictureError:
    """So much is missing that there is nothing to show."""
    return PictureError("truncated", "The file is cut short: nothing of the picture is left to show.")


def corrupt(what: str) -> PictureError:
    """The content is damaged beyond use."""
    return PictureError("corrupt", f"The {what} data is damaged and cannot be decoded.")


def failure(text: str, what: str) -> PictureError:
    """The error that a library's message stands for.

    Args:
        text: the message.
        what: the format's name.
    """
    if is_memory(text):
        return no_memory()
    return truncated() if is_cut(text) else corrupt(what)

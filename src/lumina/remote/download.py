"""One file, whatever the network does: it goes on where it broke off, and ends with the very bytes or with a reason."""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from http import HTTPStatus
from pathlib import Path

from lumina.errors import BadModel, Conflict, Interrupted, Unavailable
from lumina.inference.manifest import Stored
from lumina.remote.client import SHA256, Answer, Client
from lumina.remote.part import Part
from lumina.remote.patience import Passing, Patience, wait
from lumina.remote.refusal import check
from lumina.remote.shown import shown

TELL_SECONDS = 0.2
_RANGE = re.compile(r"bytes (\d+)-\d+/(\d+|\*)$")


@dataclass(frozen=True, slots=True)
class Wanted:
    """A file to be downloaded.

    Attributes:
        url: where it is.
        place: where it is to lie.
        largest: bytes; more are refused.
        sha256: what it must have; "" where it is not known: then the server has to state it (or git's id).
        pinned: SHA-256 that it had the last time, where only the server says so; another one is refused.
        must_state: whether a file without known SHA-256 is refused where the server states no checksum either.
    """

    url: str
    place: Path
    largest: int
    sha256: str = ""
    pinned: str = ""
    must_state: bool = True


Tell = Callable[[int, int | None], None]
"""Called with the bytes so far, and of all (None: not known), while it goes on."""


def silent(done: int, total: int | None) -> None:
    """Tells nobody."""


def never() -> bool:
    """Nobody stops it."""
    return False


class _Spoiled(Exception):
    """The bytes that have arrived are not those of the file."""


def download(
    client: Client,
    wanted: Wanted,
    *,
    tell: Tell = silent,
    stop: Callable[[], bool] = never,
    patience: Patience | None = None,
) -> Stored:
    """Bring a file to its place; what an earlier try has left there is used.

    Raises:
        Unavailable: the server refuses, gives up or cannot be reached, or the disk is full.
        BadModel: what arrives is another file than the one that is wanted.
        Conflict: the server has another file than it had the last time.
        Interrupted: told to stop; what has arrived is kept.
    """
    patience = patience or Patience()
    with closing(Part(wanted.place, wanted.url)) as part:
        fruitless, spoiled, most = 0, False, part.size
        while True:
            try:
                _attempt(client, wanted, part, _Teller(tell, stop))
                _check_content(wanted, part)
                return part.finish()
            except _Spoiled as error:
                part.clear()
                if spoiled:
                    raise BadModel(f"{shown(wanted.url)}: {error}. It was downloaded twice, and removed.") from None
                spoiled, most, pause = True, 0, 0.0
            except Passing as error:
                fruitless = 0 if part.size > most else fruitless + 1
                most = max(most, part.size)
                if fruitless >= patience.tries or (error.retry_after or 0) > patience.told:
                    raise _given_up(wanted, part, error) from None
                pause = patience.pause(fruitless, error.retry_after)
            wait(pause, stop)


def _given_up(wanted: Wanted, part: Part, error: Passing) -> Unavailable:
    later = f"; it wants to be asked again in {error.retry_after:,.0f} seconds" if error.retry_after else ""
    kept = f" {part.size:,} bytes are kept: the next download goes on from there." if part.size else ""
    return Unavailable(f"{shown(wanted.url)} cannot be had: {error}{later}.{kept}")


class _Teller:
    """Tells how far it is, a few times a second, and hears when to stop."""

    def __init__(self, tell: Tell, stop: Callable[[], bool]) -> None:
        self._tell, self._stop, self._last = tell, stop, 0.0

    def __call__(self, done: int, total: int | None) -> None:
        if self._stop():
            raise Interrupted("The download was stopped; what has arrived is kept, the next one goes on from there.")
        if time.monotonic() - self._last >= TELL_SECONDS or done == total:
            self._last = time.monotonic()
            self._tell(done, total)


def _attempt(client: Client, wanted: Wanted, part: Part, teller: _Teller) -> None:
    """One request. Afterwards `part` is complete as far as the server has told its size."""
    if not (part.tag or wanted.sha256):
        part.clear()  # nothing would tell whether the rest belongs to it
    headers = {}
    if part.size:
        headers["Range"] = f"bytes={part.size}-"
        if part.tag and not part.tag.startswith("W/"):
            headers["If-Range"] = part.tag
    with client.get(wanted.url, headers) as answer:
        if answer.response.status_code == HTTPStatus.REQUESTED_RANGE_NOT_SATISFIABLE and part.size:
            _check_end(answer, part)
            return
        check(answer.response, wanted.url)
        _check_stated(answer, wanted)
        total = _start(answer, part)
        if total is not None and total > wanted.largest:
            raise BadModel(f"{shown(wanted.url)} has {total:,} bytes, but at most {wanted.largest:,} are expected.")
        part.begin(answer.response.headers.get("ETag", part.tag), answer.stated or part.stated)
        _read(answer, wanted, part, total, teller)


def _read(answer: Answer, wanted: Wanted, part: Part, total: int | None, teller: _Teller) -> None:
    teller(part.size, total)
    for piece in answer.response.iter_raw():
        if part.size + len(piece) > (wanted.largest if total is None else total):
            raise _Spoiled(f"more bytes arrive than the {total or wanted.largest:,} that were announced")
        part.write(piece)
        teller(part.size, total)
    if total is not None and part.size < total:
        raise Passing(f"it broke off after {part.size:,} of {total:,} bytes")


def _start(answer: Answer, part: Part) -> int | None:
    """Where the body goes on: after what is there, or from the beginning. Returns the bytes of the whole file."""
    response = answer.response
    length = response.headers.get("Content-Length", "")
    if response.status_code != HTTPStatus.PARTIAL_CONTENT:
        part.clear()
        told = int(length) if length.isdecimal() else None
        return answer.size or told
    found = _RANGE.match(response.headers.get("Content-Range", ""))
    other = _other(part.tag, response.headers.get("ETag", "")) or _other(part.stated, answer.stated)
    if found is None or int(found[1]) != part.size or other:
        part.clear()
        raise Passing("it goes on with another part, or another file, than was asked for")
    return answer.size or (int(found[2]) if found[2] != "*" else None)


def _other(before: str, now: str) -> bool:
    return bool(before and now and before != now)


def _check_end(answer: Answer, part: Part) -> None:
    """The server has nothing after what is there: either that is all, or it belongs to another file."""
    whole = answer.response.headers.get("Content-Range", "").removeprefix("bytes */")
    if whole != str(part.size):
        part.clear()
        raise Passing("it has less than what had arrived")


def _check_stated(answer: Answer, wanted: Wanted) -> None:
    """Refuse another file before it is downloaded."""
    stated = answer.stated if len(answer.stated) == SHA256 else ""
    if wanted.sha256 and stated and stated != wanted.sha256:
        raise BadModel(
            f"{shown(wanted.url)} is another file than the one that Lumina knows: its SHA-256 is {stated} there, "
            f"expected is {wanted.sha256}. Nothing was downloaded."
        )
    if wanted.pinned and stated and stated != wanted.pinned:
        raise changed(wanted, stated)
    if not wanted.sha256 and not answer.stated and wanted.must_state:
        raise BadModel(
            f"{shown(wanted.url)}: the server states no checksum of this file, and Lumina knows none, "
            "so that nobody could tell whether it arrives whole. Nothing was downloaded."
        )


def _check_content(wanted: Wanted, part: Part) -> None:
    have, git = part.sha256, len(part.stated) not in (0, SHA256)
    stated = part.stated if wanted.must_state else ""
    expected = wanted.sha256 or ("" if git else stated)
    if expected and have != expected:
        raise _Spoiled(f"what arrives has the SHA-256 {have}, expected is {expected}")
    if not wanted.sha256 and stated and git and stated not in part.sha1s():
        raise _Spoiled(f"what arrives does not have the SHA-1 {stated} that the server states")
    if wanted.pinned and have != wanted.pinned:
        part.clear()
        raise changed(wanted, have)


def changed(wanted: Wanted, have: str) -> Conflict:
    """The server has another file than it had the last time."""
    return Conflict(
        f"{shown(wanted.url)} has changed since it was installed: its SHA-256 is {have} now, it was {wanted.pinned}. "
        "If you know why and trust it: --accept-change."
    )

"""What shall go wrong: tests say so, the marketplace does so."""

from __future__ import annotations

import threading
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any


class Kind(StrEnum):
    """One way in which an answer can be bad."""

    SLOW = "slow"
    """Comes after `seconds`, and is good otherwise."""
    RESET = "reset"
    """The connection is reset instead of answered."""
    CUT = "cut"
    """Half of the body, then the connection is closed."""
    TRICKLE = "trickle"
    """A few bytes at a time, over `seconds`."""
    STATUS = "status"
    """`status` with an error, `retry_after` where it is given: 404, 410, 429, 500, 503 ..."""
    HTML = "html"
    """A web page with status 200 and its true content type."""
    WRONG_TYPE = "wrong type"
    """The right body under the content type `text/plain`."""
    GARBAGE = "garbage"
    """Bytes that mean nothing, under the right content type."""
    EMPTY = "empty"
    """Status 200 and no body."""
    MANY_BYTES = "many bytes"
    """A body of `size` bytes (50 MB unless told), announced or not."""
    MANY_PIXELS = "many pixels"
    """A small file that says it has 200 million pixels."""
    REDIRECT = "redirect"
    """302 to `location`."""
    REVOKED = "revoked"
    """403: the key is not active."""
    STRINGS = "strings"
    """Prices and numbers as strings."""
    UNKNOWN = "unknown"
    """Fields and values that nobody has heard of, and some that are null."""
    DUPLICATES = "duplicates"
    """Each result of a list twice."""


@dataclass
class Rule:
    """Something that goes wrong.

    Attributes:
        kind: how. path: what the address has to contain, query included; "" stands for all.
        times: how often; None: until the rule is taken away. after: so many requests pass before it begins.
        seconds, status, retry_after, location, size: what the kind needs.
    """

    kind: Kind
    path: str = ""
    times: int | None = 1
    after: int = 0
    seconds: float = 0
    status: int = 503
    retry_after: int | None = None
    location: str = ""
    size: int = 50_000_000
    announced: bool = True

    def take(self, address: str) -> bool:
        """Whether it is this request's turn; counts it."""
        if self.path not in address or self.times == 0:
            return False
        if self.after > 0:
            self.after -= 1
            return False
        if self.times is not None:
            self.times -= 1
        return True


@dataclass
class Trouble:
    """What goes wrong now; may be changed while the marketplace runs, from any thread.

    Attributes:
        rules: the first that fits a request counts. gone: listings and shops that nobody knows any more.
        changed: fields of listings that differ from what the world says; `price` as an amount of cents.
        images: ids of a listing's images as they are now, where they differ: the first is the primary one.
    """

    rules: list[Rule] = field(default_factory=list)
    gone: set[int] = field(default_factory=set)
    changed: dict[int, dict[str, Any]] = field(default_factory=dict)
    images: dict[int, list[int]] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock, repr=False)

    def add(self, kind: Kind, path: str = "", **more: Any) -> Rule:
        """One more rule, see `Rule`; returned, so that it can be taken away."""
        rule = Rule(kind, path, **more)
        with self._lock:
            self.rules.append(rule)
        return rule

    def clear(self) -> None:
        """Nothing goes wrong any more; what has changed stays so."""
        with self._lock:
            self.rules.clear()

    def find(self, address: str) -> Rule | None:
        """What goes wrong with this request."""
        with self._lock:
            return next((rule for rule in self.rules if rule.take(address)), None)

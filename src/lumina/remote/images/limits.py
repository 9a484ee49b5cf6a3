"""What a download may cost."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Limits:
    """Numbers, bytes and seconds.

    Attributes:
        parallel: images that are fetched at the same time; a host gets no more than that either.
        largest: bytes of one file; more are refused.
        seconds: for one image in all, with every new try.
        connect: for a connection. stall: without a byte, after which a connection is given up.
        tries: per image and run. first, longest: pauses between them; they double from one to the other.
        told: longest that a server may make a download wait by `Retry-After`; after that it is put off.
    """

    parallel: int = 8
    largest: int = 30_000_000
    seconds: float = 90.0
    connect: float = 10.0
    stall: float = 20.0
    tries: int = 4
    first: float = 0.5
    longest: float = 8.0
    told: float = 10.0

    def pause(self, tried: int) -> float:
        """Seconds until the next try, after so many."""
        return min(self.longest, self.first * 2.0 ** max(0, tried - 1))

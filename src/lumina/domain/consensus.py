"""Who of several copies was edited: in a group of copies that look alike, the one that was not is like most others.

Every copy was made from the source. One whose tones were changed, that was framed otherwise or got a watermark differs
from all others in that, while the source is like those that were only saved again or made smaller.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import IntEnum

FEWEST = 3
"""Pictures that must look the same before others differ from them."""
AHEAD = 2
"""By how many these must outnumber any others that look the same: of three, two may be an edited copy saved twice."""
MOST = 64
"""Different pictures of one group; of more each would have to be compared with too many."""

Pair = tuple[int, int]
"""Two looks, the lesser first."""


class Way(IntEnum):
    """How two pictures of one thing differ, the least first."""

    COLOUR = 1
    TONE = 2
    MARK = 3
    """In a part of the picture, as by a watermark."""
    FRAME = 4
    """Cut, framed, tilted or turned otherwise."""
    WRAPPED = 5
    """Not at all, but for the file: the pixels of a JPEG, kept without loss."""
    EDITED = 6
    """Somehow; it was not looked at closer."""


@dataclass(frozen=True, slots=True)
class Stray:
    """That a copy differs from most others.

    Attributes:
        way: how. peers: how many others agree with each other.
    """

    way: Way
    peers: int


def comparable(looks: Iterable[int]) -> list[Pair]:
    """The pairs of a group's looks that are to be compared: all, or none where no majority can be told.

    Args:
        looks: of the group's images, in any order, each as often as it occurs; 0 for one that is not compared.
    """
    found = sorted({look for look in looks if look})
    if not FEWEST < len(found) <= MOST:
        return []
    return [(a, b) for at, a in enumerate(found) for b in found[at + 1 :]]


def strays(looks: Sequence[int], ways: Mapping[Pair, Way]) -> dict[int, Stray]:
    """Which looks differ from those that most have in common, and how; none where there are no such.

    What agrees with one that agrees with another belongs together: each further compression changes a little.

    Args:
        looks: of the group's images; images with the same look count once.
        ways: pairs that differ, and how. Pairs that are not in it agree.
    """
    if not (pairs := comparable(looks)):
        return {}
    parts = _parts(pairs, ways)
    most = max(parts, key=len)
    others = max((len(part) for part in parts if part is not most), default=0)
    if len(most) < FEWEST or len(most) < others + AHEAD:
        return {}
    apart = (look for part in parts if part is not most for look in part)
    return {look: Stray(_usual(ways[ordered(look, each)] for each in most), len(most)) for look in apart}


def telling(looks: Iterable[int], ways: Mapping[Pair, Way]) -> list[Pair]:
    """The pairs that need a closer look to say how strays differ: each stray with one of those that agree."""
    found = sorted({look for look in looks if look})
    apart = strays(found, ways)
    one = next((look for look in found if look not in apart), 0)
    return [pair for look in apart if ways[pair := ordered(one, look)] is Way.EDITED]


def ordered(first: int, second: int) -> Pair:
    """The key of a pair."""
    return (first, second) if first < second else (second, first)


def _parts(pairs: Sequence[Pair], ways: Mapping[Pair, Way]) -> list[list[int]]:
    """Looks that agree, directly or by way of others; each part and the parts by rising looks."""
    near: defaultdict[int, list[int]] = defaultdict(list)
    for a, b in pairs:
        near[a] += [] if (a, b) in ways else [b]
        near[b] += [] if (a, b) in ways else [a]
    parts: list[list[int]] = []
    seen: set[int] = set()
    for start in sorted(near):
        if start not in seen:
            part, at = [start], 0
            seen.add(start)
            while at < len(part):
                fresh = [look for look in near[part[at]] if look not in seen]
                seen.update(fresh)
                part += fresh
                at += 1
            parts.append(sorted(part))
    return parts


def _usual(ways: Iterable[Way]) -> Way:
    """The one that is named most often; of several the least."""
    counts = Counter(ways)
    return min(counts, key=lambda way: (way is Way.EDITED, -counts[way], way))

"""Several rankings made into one."""

from __future__ import annotations

from collections.abc import Sequence

K = 60
"""How little the first places of a list count more than the next ones; Cormack, Clarke and Büttcher, SIGIR 2009."""


def reciprocal_rank(lists: Sequence[Sequence[int]], k: int = K) -> list[tuple[int, float]]:
    """Fuse rankings by reciprocal rank: each list gives its n-th entry 1 / (k + n).

    Only places count, so lists whose scores cannot be compared fuse well, and an empty one changes nothing.

    Args:
        lists: ids, best first; one that stands twice in a list counts where it stands first.
        k: 0 or more; the greater, the more it counts to be in several lists.

    Returns:
        (id, score), best first; a score of 1 is the first place in each list that has entries. Of equals comes first
        what an earlier list has, or has further up.
    """
    scores: dict[int, float] = {}
    for ranking in lists:
        for place, each in enumerate(dict.fromkeys(ranking), 1):
            scores[each] = scores.get(each, 0.0) + 1 / (k + place)
    best = sum(1 for ranking in lists if ranking) / (k + 1)
    # rounding must not tell equals apart, or the order of the lists would
    fused = [(each, round(score / best, 12)) for each, score in scores.items()]
    return sorted(fused, key=lambda pair: -pair[1])

"""The shape of a tree of names: what may stand where."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from lumina.domain.taxonomy import MAX_DEPTH, folded


@dataclass(frozen=True, slots=True)
class Place:
    """A node's place: below `parent`, None at the top; `live` is False where it was removed or merged."""

    parent: int | None
    name: str
    live: bool = True


def problem(tree: Mapping[int, Place], changed: Collection[int]) -> str | None:
    """What is wrong with the places of the changed nodes, in a sentence; None where nothing is.

    Args:
        tree: every node, with the changes made.
        changed: those that have another place, name or standing than before, or are new.
    """
    return _hanging(tree, changed) or _circular(tree, changed) or _doubled(tree, changed)


def line(tree: Mapping[int, Place], node: int) -> list[int]:
    """Ids from a node up to the top; cut short where they run in a circle or are too many."""
    found = [node]
    while (above := tree[found[-1]].parent) is not None and above not in found and len(found) <= MAX_DEPTH:
        found.append(above)
    return found


def spelt(tree: Mapping[int, Place], node: int) -> str:
    """The names from the top down to a node: `Vehicle/Truck`."""
    return "/".join(tree[each].name for each in reversed(line(tree, node)))


def _hanging(tree: Mapping[int, Place], changed: Collection[int]) -> str | None:
    """A live node below one that is none."""
    gone = {node for node in changed if not tree[node].live}
    for node, place in tree.items():
        if place.live and place.parent is not None and (node in changed or place.parent in gone):
            above = tree.get(place.parent)
            if above is None or not above.live:
                return f'"{place.name}" would hang in the air: the node above it is gone.'
    return None


def _circular(tree: Mapping[int, Place], changed: Collection[int]) -> str | None:
    for node in changed:
        if not tree[node].live:
            continue
        up = line(tree, node)
        if tree[up[-1]].parent is not None:
            deep = len(up) > MAX_DEPTH
            reason = f"more than {MAX_DEPTH} levels deep" if deep else "below itself"
            return f'"{tree[node].name}" would come {reason}.'
    return None


def _doubled(tree: Mapping[int, Place], changed: Collection[int]) -> str | None:
    above = {tree[node].parent for node in changed if tree[node].live}
    seen: dict[tuple[int | None, str], int] = {}
    for node, place in tree.items():
        if not place.live or place.parent not in above:
            continue
        other = seen.setdefault((place.parent, folded(place.name)), node)
        if other != node:
            where = f'below "{tree[place.parent].name}"' if place.parent is not None else "at the top"
            both = " and ".join(f'"{tree[each].name}"' + (f" ({each})" if each else "") for each in (other, node))
            return f"There would be two nodes of one name {where}: {both}."
    return None

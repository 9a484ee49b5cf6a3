"""The starting tree: everyday things that photos show, and where the classes of ImageNet-1k stand in it.

Both are text files beside this one; their first lines say how they are written.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from lumina.domain.taxonomy import folded

INDENT = 2


@dataclass(frozen=True, slots=True)
class Seed:
    """A node of the starting tree.

    Attributes:
        key: its stable name. parent: key of the node above it, None at the top.
        names: (language, name) beside `name`.
    """

    key: str
    parent: str | None
    name: str
    names: tuple[tuple[str, str], ...] = ()


@cache
def seeds() -> tuple[Seed, ...]:
    """All nodes, parents before those below them: the everyday ones, then the classes that have none of their own."""
    tree = list(read_tree(_lines("tree.txt")))
    return checked([*tree, *(seed for _, seed in read_classes(_lines("imagenet.txt")) if isinstance(seed, Seed))])


@cache
def class_keys() -> dict[str, str]:
    """Class of a model, like `imagenet:n02123045` -> key of the node that means the same."""
    classes = read_classes(_lines("imagenet.txt"))
    return {name: seed.key if isinstance(seed, Seed) else seed for name, seed in classes}


def read_tree(lines: Iterable[str]) -> Iterator[Seed]:
    """The nodes of an indented list.

    Raises:
        ValueError: a line is not `key: names`, or is indented by more than one level; the message has its number.
    """
    above: list[str] = []
    for number, line in enumerate(lines, 1):
        if not (text := line.strip()) or text.startswith("#"):
            continue
        depth, odd = divmod(len(line) - len(line.lstrip(" ")), INDENT)
        key, colon, rest = text.partition(": ")
        if odd or depth > len(above) or not colon or not rest.strip():
            raise ValueError(
                f"line {number}: {text!r} should be `key: names`, {INDENT} blanks deeper than the one above"
            )
        del above[depth:]
        english, *others = rest.split(" | ")
        (name, *more), spoken = _split(english), [other.split(" ", 1) for other in others]
        names = [("", each) for each in more] + [(code, each) for code, words in spoken for each in _split(words)]
        yield Seed(key, above[-1] if above else None, name, tuple(names))
        above.append(key)


def read_classes(lines: Iterable[str]) -> Iterator[tuple[str, Seed | str]]:
    """Each class with the key of the node that means the same, or a node of its own.

    Raises:
        ValueError: a line is neither `id = key` nor `id < key names`; the message has its number.
    """
    for number, line in enumerate(lines, 1):
        if not line.strip() or line.startswith("#"):
            continue
        words = line.strip().split(" ", 3)
        name = f"imagenet:{words[0]}"
        if len(words) == 3 and words[1] == "=":
            yield name, words[2]
        elif len(words) == 4 and words[1] == "<":
            first, *more = _split(words[3])
            yield name, Seed(name, words[2], first, tuple(("", each) for each in more))
        else:
            raise ValueError(f"line {number}: {line!r} should be `id = key` or `id < key names`")


def checked(nodes: Iterable[Seed]) -> tuple[Seed, ...]:
    """The same, if they are a tree.

    Raises:
        ValueError: a key is there twice, a parent comes after its child or not at all, or siblings share a name.
    """
    keys: set[str] = set()
    called: set[tuple[str | None, str]] = set()
    found = tuple(nodes)
    for seed in found:
        if seed.key in keys:
            raise ValueError(f"the key {seed.key!r} is there twice")
        if seed.parent is not None and seed.parent not in keys:
            raise ValueError(f"{seed.key!r} stands below {seed.parent!r}, which is not there before it")
        place = (seed.parent, folded(seed.name))
        if place in called:
            raise ValueError(f"{seed.name!r} is there twice below {seed.parent!r}")
        keys.add(seed.key)
        called.add(place)
    return found


def _split(words: str) -> list[str]:
    return [word for part in words.split(",") if (word := part.strip())]


def _lines(name: str) -> list[str]:
    return (files(__package__) / name).read_text(encoding="utf-8").splitlines()

"""Keywords of files as labels: `Animals|Dogs|Zoey` and plain `dog` become words about nodes of the taxonomy.

A level of a hierarchy is the node that was once made for it, wherever people have put it since; else the node of this
name right below the level above, or the only one anywhere below it; else one is made. A plain keyword makes no nodes:
it counts where exactly one has its name, unless a hierarchy of the same image ends in it.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence

from lumina.domain import change
from lumina.domain.taxonomy import MAX_DEPTH, Evidence, LabelSource, Origin, folded
from lumina.store import tags, taxonomy
from lumina.store.database import Transaction

MOST = 50_000
"""Nodes that files may make."""
Path = tuple[str, ...]


def label(tx: Transaction, said: Mapping[int, Collection[str]]) -> None:
    """Keep what files say of these images: as labels of source `sidecar`, in place of what they said before.

    The caller holds the tree, and has locked the images. Levels of a hierarchy are joined by `|`.
    """
    paths = {image: wanted for image, words in said.items() if (wanted := list(_paths(words)))}
    nodes = _nodes(tx, {path for wanted in paths.values() for path in wanted})
    rows = [
        Evidence(image, node, LabelSource.SIDECAR)
        for image, wanted in paths.items()
        for node in sorted({nodes[path] for path in _own(wanted) if path in nodes})
    ]
    tags.settle(tx, tags.replace_labels(tx, said.keys(), LabelSource.SIDECAR, "", rows))


def _paths(words: Iterable[str]) -> Iterable[Path]:
    """The keywords as paths of names; those that cannot be names of nodes are left out."""
    for word in words:
        try:
            path = tuple(change.node_name(level.strip("[]{} ")) for level in word.split("|"))
        except ValueError:
            continue
        if len(path) <= MAX_DEPTH:
            yield path


def _own(wanted: Sequence[Path]) -> list[Path]:
    """Without plain keywords that a hierarchy of the image has a level for, and without the beginnings of others."""
    levels = {folded(level) for path in wanted if len(path) > 1 for level in path}
    above = {path[:n] for path in wanted for n in range(1, len(path))}
    return [path for path in wanted if path not in above and (len(path) > 1 or folded(path[0]) not in levels)]


def _nodes(tx: Transaction, wanted: set[Path]) -> dict[Path, int]:
    """Path -> its node. Hierarchies make the nodes that they need, as long as there are not too many."""
    if not wanted:
        return {}
    plain = {path for path in wanted if len(path) == 1}
    found = _unique(tx, [(path, None) for path in sorted(plain)])
    deep = {path for path in wanted if len(path) > 1}
    for depth in range(1, max((len(path) for path in deep), default=0) + 1):
        level = sorted(
            {path[:depth] for path in deep if len(path) >= depth and (depth == 1 or path[: depth - 1] in found)}
        )
        found |= _level(tx, level, found)
    return found


def _level(tx: Transaction, level: Sequence[Path], above: Mapping[Path, int]) -> dict[Path, int]:
    """The nodes of one level of paths, those missing being made; what is below a removed node is that node."""
    live = taxonomy.targets(tx, set(above.values()))
    found = _made_once(tx, level)
    found |= {path: up for path in level if path not in found and (up := above.get(path[:-1], 0)) and up not in live}
    parents = {path: live.get(above.get(path[:-1], 0)) for path in level}
    for look in (_right_below, _unique, _make):
        if rest := [(path, parents[path]) for path in level if path not in found]:
            found |= look(tx, rest)
    return found


def _key(path: Path) -> str:
    return "file:" + "|".join(map(folded, path))


def _made_once(tx: Transaction, paths: Sequence[Path]) -> dict[Path, int]:
    """Nodes that were made for these paths: merged and removed ones, too, for the day that is undone."""
    rows = tx.rows(
        "SELECT key, id FROM taxonomy_node WHERE key = ANY(:keys)",
        keys=list(map(_key, paths)),
    )
    known = {row["key"]: row["id"] for row in rows}
    return {path: known[_key(path)] for path in paths if _key(path) in known}


def _right_below(tx: Transaction, wanted: Sequence[tuple[Path, int | None]]) -> dict[Path, int]:
    found = taxonomy.children_called(tx, [(parent, path[-1]) for path, parent in wanted])
    return {path: found[n] for n, (path, _) in enumerate(wanted) if n in found}


def _unique(tx: Transaction, wanted: Sequence[tuple[Path, int | None]]) -> dict[Path, int]:
    """The only node of a name below another, however deep; or in the whole tree."""
    found = taxonomy.only_ones_called(tx, [(parent, path[-1]) for path, parent in wanted])
    return {path: found[n] for n, (path, _) in enumerate(wanted) if n in found}


def _make(tx: Transaction, wanted: Sequence[tuple[Path, int | None]]) -> dict[Path, int]:
    """Nodes for paths, as long as there are not too many; somebody else may just have made the same ones."""
    if tx.value("SELECT count(*) FROM taxonomy_node WHERE origin = 'file'") >= MOST:
        return {}
    tx.execute(
        """INSERT INTO taxonomy_node (parent_id, name, key, origin)
        SELECT parent, name, key, :origin
        FROM unnest(CAST(:parents AS bigint[]), CAST(:names AS text[]), CAST(:keys AS text[])) w (parent, name, key)
        WHERE coalesce((SELECT nlevel(p.path) FROM taxonomy_node p WHERE p.id = w.parent), 0) < :deepest
        ORDER BY parent NULLS FIRST, key ON CONFLICT DO NOTHING""",
        deepest=MAX_DEPTH,
        origin=Origin.FILE.value,
        parents=[parent for _, parent in wanted],
        names=[path[-1] for path, _ in wanted],
        keys=[_key(path) for path, _ in wanted],
    )
    return _right_below(tx, wanted) | _made_once(tx, [path for path, _ in wanted])

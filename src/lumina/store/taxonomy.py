"""The tree of what can be seen: reading it, finding nodes by name, adding rows that the journal brings to life.

Whoever changes the tree holds `lock_tree`; whoever settles tags holds `hold_tree`, so that no label is settled by a
tree that is about to be another one. Both come before any lock on images.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import replace
from typing import Any

from lumina.domain.change import is_text
from lumina.domain.selection import Selection
from lumina.domain.taxonomy import MAX_DEPTH, Node, NodeKind, Origin, folded, singulars
from lumina.domain.tree import Place
from lumina.errors import BadInput, NotFound
from lumina.store.database import Row, Transaction

FEW, FEWER = 30_000, 2_000
"""Images of a node that are sooner sorted than found by looking through all images, or by merging its nodes' newest."""
MOST_NODES = 300
"""Nodes whose newest images are merged; a wider subtree of many images has them everywhere in the timeline."""
_LOCK = "hashtext('lumina.taxonomy')"


def lock_tree(tx: Transaction) -> None:
    """Let nobody else change the tree, nor settle tags by it, until the end of the transaction."""
    tx.execute(f"SELECT pg_advisory_xact_lock({_LOCK})")


def hold_tree(tx: Transaction) -> None:
    """Let nobody change the tree until the end of the transaction; any number may hold it at once."""
    tx.execute(f"SELECT pg_advisory_xact_lock_shared({_LOCK})")


def nodes(tx: Transaction, ids: Collection[int] | None = None, *, empty: bool = True) -> dict[int, Node]:
    """Node -> what is known of it, for all nodes that were not removed, or for those of `ids`; parents come first.

    Without `empty` nodes of the starting tree that no image has are left out, and not counted among the children.
    """
    rows = tx.rows(
        f"""WITH c AS MATERIALIZED ({_COUNTS})
        SELECT {_COLUMNS} FROM taxonomy_node n LEFT JOIN c ON c.node_id = n.id
        LEFT JOIN (SELECT k.parent_id, count(*) AS children FROM taxonomy_node k LEFT JOIN c ON c.node_id = k.id
            WHERE NOT k.removed AND {_MATTERS.format("k")} GROUP BY k.parent_id) k ON k.parent_id = n.id
        WHERE NOT n.removed AND {_MATTERS.format("n")}
          AND (CAST(:ids AS bigint[]) IS NULL OR n.id = ANY(:ids)) ORDER BY n.path""",
        ids=None if ids is None else list(ids),
        empty=empty,
    )
    names = _names(tx, None if ids is None else list(ids))
    return {row["id"]: _node(row, names.get(row["id"], ())) for row in rows}


_MATTERS = "(:empty OR {}.origin <> 'lumina' OR coalesce(c.images, 0) > 0)"


def below(tx: Transaction, parent: int | None) -> list[int]:
    """Ids of the nodes right below one, or at the top, by name."""
    rows = tx.rows(
        "SELECT id FROM taxonomy_node WHERE parent_id IS NOT DISTINCT FROM CAST(:parent AS bigint) AND NOT removed"
        " ORDER BY taxonomy_folded(name), id",
        parent=parent,
    )
    return [row["id"] for row in rows]


def like(tx: Transaction, part: str, *, limit: int) -> list[int]:
    """Ids of the nodes of which a name has this part; those that begin with it first, then the shortest names."""
    if not is_text(part):
        return []
    rows = tx.rows(
        """SELECT id FROM (
            SELECT n.id, min(CASE WHEN c.name LIKE :start THEN 0 ELSE 1 END) AS rank, min(length(c.name)) AS length
            FROM (SELECT id AS node_id, taxonomy_folded(name) AS name FROM taxonomy_node
                UNION ALL SELECT node_id, taxonomy_folded(name) FROM taxonomy_name) c
            JOIN taxonomy_node n ON n.id = c.node_id AND NOT n.removed
            WHERE c.name LIKE :part GROUP BY n.id) found ORDER BY rank, length, id LIMIT :limit""",
        part=f"%{(escaped := _escaped(folded(part)))}%",
        start=f"{escaped}%",
        limit=limit,
    )
    return [row["id"] for row in rows]


def _escaped(text: str) -> str:
    return text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")


def samples(tx: Transaction, ids: Collection[int], count: int) -> dict[int, list[int]]:
    """Node -> some of its images that are shown, or of those of the nodes below it: the newest."""
    rows = tx.rows(
        """SELECT a.id, s.images FROM taxonomy_node a CROSS JOIN LATERAL (
            SELECT array_agg(image_id ORDER BY taken_at DESC NULLS LAST, image_id DESC) AS images FROM (
                SELECT DISTINCT found.taken_at, found.image_id FROM taxonomy_node n CROSS JOIN LATERAL (
                    SELECT t.taken_at, t.image_id FROM tag t JOIN image i ON i.id = t.image_id AND i.shown
                    WHERE t.node_id = n.id ORDER BY t.taken_at DESC NULLS LAST, t.image_id DESC LIMIT :count) found
                WHERE n.path <@ a.path ORDER BY found.taken_at DESC NULLS LAST, found.image_id DESC
                LIMIT :count) newest) s
        WHERE a.id = ANY(:ids)""",
        ids=list(ids),
        count=count,
    )
    return {row["id"]: list(row["images"] or ()) for row in rows}


_COLUMNS = (
    "n.id, n.parent_id, ltree2text(n.path) AS path, n.kind, n.name, n.key, n.threshold, n.origin,"
    " coalesce(c.own, 0) AS own, coalesce(c.images, 0) AS images, coalesce(k.children, 0) AS children"
)
_COUNTS = """SELECT node_id, sum(own)::bigint AS own, sum(images)::bigint AS images FROM (
    SELECT node_id, own, images FROM taxonomy_count
    UNION ALL SELECT node_id, own, images FROM taxonomy_delta) counted GROUP BY node_id"""


def _names(tx: Transaction, ids: Sequence[int] | None) -> dict[int, tuple[tuple[str, str], ...]]:
    rows = tx.rows(
        "SELECT node_id, language, name FROM taxonomy_name"
        " WHERE CAST(:ids AS bigint[]) IS NULL OR node_id = ANY(:ids) ORDER BY node_id, language, name",
        ids=ids,
    )
    found: dict[int, tuple[tuple[str, str], ...]] = {}
    for row in rows:
        found[row["node_id"]] = (*found.get(row["node_id"], ()), (row["language"], row["name"]))
    return found


def _node(row: Row, names: tuple[tuple[str, str], ...]) -> Node:
    return Node(
        id=row["id"],
        parent_id=row["parent_id"],
        path=tuple(map(int, row["path"].split("."))),
        kind=NodeKind(row["kind"]),
        name=row["name"],
        names=names,
        key=row["key"],
        images=row["images"],
        own=row["own"],
        children=row["children"],
        threshold=row["threshold"],
        origin=Origin(row["origin"]),
    )


def get(tx: Transaction, node_id: int) -> Node:
    """One node.

    Raises:
        NotFound: there is none of this id, or it was merged or removed; the message says which.
    """
    found = nodes(tx, [node_id]).get(node_id)
    if found is None:
        raise NotFound(_gone(tx, node_id))
    return found


def _gone(tx: Transaction, node_id: int) -> str:
    row = tx.row(
        "SELECT n.name, t.id, t.name AS target FROM taxonomy_node n LEFT JOIN taxonomy_node t ON t.id = n.target_id"
        " WHERE n.id = :id",
        id=node_id,
    )
    if row is None:
        return f"There is no node {node_id} in the taxonomy."
    if row["target"] is None:
        return f'Node {node_id} ("{row["name"]}") was removed from the taxonomy.'
    return f'Node {node_id} ("{row["name"]}") was merged into node {row["id"]} ("{row["target"]}").'


def find(tx: Transaction, name: str) -> list[int]:
    """Ids of the nodes that have this name, in any language, in any case, with or without accents, by rising id.

    An English plural finds what has the singular for its name, where nothing is called by the plural.
    """
    wanted = " ".join(name.split())
    if not is_text(wanted):
        return []
    for candidates in ([wanted], singulars(wanted.lower())):
        if found := _called(tx, candidates):
            return found
    return []


def _called(tx: Transaction, candidates: Sequence[str]) -> list[int]:
    if not candidates:
        return []
    rows = tx.rows(
        """WITH wanted AS (SELECT taxonomy_folded(name) AS name FROM unnest(CAST(:names AS text[])) w (name))
        SELECT n.id FROM taxonomy_node n JOIN wanted w ON taxonomy_folded(n.name) = w.name WHERE NOT n.removed
        UNION SELECT n.id FROM taxonomy_name o JOIN wanted w ON taxonomy_folded(o.name) = w.name
        JOIN taxonomy_node n ON n.id = o.node_id WHERE NOT n.removed ORDER BY id""",
        names=list(candidates),
    )
    return [row["id"] for row in rows]


def estimated(tx: Transaction, selection: Selection, *, ordered: bool = False) -> Selection:
    """The same, knowing where the images of its tag are few.

    `ordered`: the first ones in the view's order are wanted and not all, so that many are known to be many as well.
    """
    if selection.tag is None or selection.few_tagged is not None:
        return selection
    rows: int = tx.value(
        """SELECT coalesce(sum(images), 0) FROM (
            SELECT node_id, images FROM taxonomy_count UNION ALL SELECT node_id, images FROM taxonomy_delta) c
        WHERE node_id = (SELECT target_id FROM taxonomy_node WHERE id = :tag)""",
        tag=selection.tag,
    )
    if not ordered:
        return replace(selection, few_tagged=True if rows <= FEW else None)
    few = rows <= FEWER or (rows <= FEW and not narrow(tx, selection.tag))
    return replace(selection, few_tagged=few)


def narrow(tx: Transaction, node_id: int) -> list[int]:
    """The nodes from one down, where they are few enough for their newest images to be merged; else none."""
    found = subtree_of(tx, node_id, limit=MOST_NODES + 1)
    return found if len(found) <= MOST_NODES else []


def paths(tx: Transaction, ids: Collection[int]) -> dict[int, tuple[str, ...]]:
    """Node -> names from the root to the node itself."""
    rows = tx.rows(
        """SELECT n.id, (SELECT array_agg(a.name ORDER BY nlevel(a.path)) FROM taxonomy_node a
            WHERE a.id = ANY(CAST(string_to_array(ltree2text(n.path), '.') AS bigint[]))) AS names
        FROM taxonomy_node n WHERE n.id = ANY(:ids)""",
        ids=list(ids),
    )
    return {row["id"]: tuple(row["names"]) for row in rows}


def places(tx: Transaction) -> dict[int, Place]:
    """Every node's place, removed ones included."""
    rows: Sequence[Any] = tx.execute("SELECT id, parent_id, name, NOT removed FROM taxonomy_node").all()
    return {node: Place(parent, name, live) for node, parent, name, live in rows}


def subtree(tx: Transaction, node_id: int) -> list[int]:
    """Ids of a node and all below it that were not removed, by rising id."""
    rows = tx.rows(
        "SELECT id FROM taxonomy_node WHERE path <@ (SELECT path FROM taxonomy_node WHERE id = :id) AND NOT removed"
        " ORDER BY id",
        id=node_id,
    )
    return [row["id"] for row in rows]


def subtree_of(tx: Transaction, node_id: int, *, limit: int) -> list[int]:
    """As `subtree`, at most so many, of the target where the node was merged; none where it was removed."""
    rows = tx.rows(
        """SELECT id FROM taxonomy_node WHERE NOT removed AND path <@ (
            SELECT t.path FROM taxonomy_node s JOIN taxonomy_node t ON t.id = s.target_id WHERE s.id = :id)
        LIMIT :limit""",
        id=node_id,
        limit=limit,
    )
    return [row["id"] for row in rows]


def targets(tx: Transaction, ids: Collection[int]) -> dict[int, int]:
    """Node -> the node that holds in its stead: itself, or what it was merged into; removed ones are left out."""
    rows = tx.rows(
        "SELECT id, target_id FROM taxonomy_node WHERE id = ANY(:ids) AND target_id IS NOT NULL", ids=list(ids)
    )
    return {row["id"]: row["target_id"] for row in rows}


def by_keys(tx: Transaction, keys: Collection[str]) -> dict[str, int]:
    """Key of the starting tree -> the node that holds for it now; keys whose node was removed are left out."""
    rows = tx.rows(
        "SELECT key, target_id FROM taxonomy_node WHERE key = ANY(:keys) AND target_id IS NOT NULL", keys=list(keys)
    )
    return {row["key"]: row["target_id"] for row in rows}


def reserve(tx: Transaction, parent_id: int | None, name: str, kind: NodeKind, origin: Origin) -> int:
    """A row for a node that is none yet: the journal's `Field.NODE` brings it to life; returns its id.

    Raises:
        BadInput: it would come too deep.
    """
    row = tx.row(
        """INSERT INTO taxonomy_node (parent_id, name, kind, origin, removed)
        VALUES (:parent, :name, :kind, :origin, true) RETURNING id, name, nlevel(path) AS depth""",
        parent=parent_id,
        name=name,
        kind=kind.value,
        origin=origin.value,
    )
    assert row is not None
    _check_depth(row)
    return int(row["id"])


def _check_depth(row: Row) -> None:
    if row["depth"] > MAX_DEPTH:
        raise BadInput(f'"{row["name"]}" would come more than {MAX_DEPTH} levels deep.')


def reserve_all(tx: Transaction, wanted: Sequence[tuple[int | None, str]], origin: Origin) -> list[int]:
    """As `reserve`, for (parent, name) of many nodes, each once; ids in the same order.

    Raises:
        BadInput: one would come too deep.
    """
    rows = tx.rows(
        """INSERT INTO taxonomy_node (parent_id, name, origin, removed)
        SELECT parent, name, :origin, true
        FROM unnest(CAST(:parents AS bigint[]), CAST(:names AS text[])) w (parent, name)
        RETURNING id, parent_id, name, nlevel(path) AS depth""",
        parents=[parent for parent, _ in wanted],
        names=[name for _, name in wanted],
        origin=origin.value,
    )
    for row in rows:
        _check_depth(row)
    made = {(row["parent_id"], row["name"]): row["id"] for row in rows}
    return [made[each] for each in wanted]


def state(node: Node) -> dict[str, Any]:
    """A node as `Field.NODE` of the journal keeps it; change what is to be another."""
    return {
        "parent": node.parent_id,
        "name": node.name,
        "kind": node.kind.value,
        "names": [list(pair) for pair in node.names],
        "threshold": node.threshold,
        "removed": False,
        "merged_into": None,
    }


def named_paths(tx: Transaction, wanted: Iterable[tuple[str, ...]]) -> dict[tuple[str, ...], int]:
    """Path of names -> its node, for those that exist. Each level may be any name that the node has.

    Args:
        tx: the transaction.
        wanted: names from the root down.
    """
    found: dict[tuple[str, ...], int] = {}
    every, depth = set(wanted), 1
    level = sorted({path[:1] for path in every if path})
    while level:
        called = children_called(tx, [(found.get(path[:-1]), path[-1]) for path in level])
        found |= {level[n]: node for n, node in called.items()}
        depth += 1
        level = sorted({path[:depth] for path in every if len(path) >= depth and path[: depth - 1] in found})
    return {path: found[path] for path in every if path in found}


_WANTED = """WITH wanted AS (
    SELECT n, parent, taxonomy_folded(name) AS name
    FROM unnest(CAST(:parents AS bigint[]), CAST(:names AS text[])) WITH ORDINALITY w (parent, name, n)
), called AS (
    SELECT w.n, w.parent, t.id, t.parent_id, t.path, 0 AS rank
    FROM wanted w JOIN taxonomy_node t ON taxonomy_folded(t.name) = w.name AND NOT t.removed
    UNION ALL
    SELECT w.n, w.parent, t.id, t.parent_id, t.path, 1
    FROM wanted w JOIN taxonomy_name o ON taxonomy_folded(o.name) = w.name
    JOIN taxonomy_node t ON t.id = o.node_id AND NOT t.removed
)"""


def children_called(tx: Transaction, wanted: Sequence[tuple[int | None, str]]) -> dict[int, int]:
    """Place in `wanted` -> the node that has this name, in whatever language, right below this parent or at the top."""
    return _called_in(
        tx,
        f"""{_WANTED} SELECT DISTINCT ON (n) n, id FROM called
        WHERE coalesce(parent_id, 0) = coalesce(parent, 0) ORDER BY n, rank, id""",
        wanted,
    )


def only_ones_called(tx: Transaction, wanted: Sequence[tuple[int | None, str]]) -> dict[int, int]:
    """Place in `wanted` -> the only node of this name, in whatever language, somewhere below this parent or at all."""
    return _called_in(
        tx,
        f"""{_WANTED} SELECT n, min(id) AS id FROM called c
        WHERE parent IS NULL OR path <@ (SELECT p.path FROM taxonomy_node p WHERE p.id = c.parent) AND id <> parent
        GROUP BY n HAVING count(DISTINCT id) = 1""",
        wanted,
    )


def _called_in(tx: Transaction, sql: str, wanted: Sequence[tuple[int | None, str]]) -> dict[int, int]:
    if not wanted:
        return {}
    rows = tx.rows(sql, parents=[parent for parent, _ in wanted], names=[name for _, name in wanted])
    return {row["n"] - 1: row["id"] for row in rows}

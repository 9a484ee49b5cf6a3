"""Labels, verdicts, and the tags that hold after all of them.

The rules:

- A node that was merged stands for its target, one that was removed for nothing.
- A model's label counts where its confidence reaches the node's threshold, if a person has set one.
- A no refuses a node and all below it, whatever models and files say. A later yes on a node below it takes the
  line from there upwards and what lies below the yes out of that refusal: the latest human word counts.
- Of a node and one below it that both hold only the one below becomes a tag; the one above is implied.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence

from lumina.domain.selection import Selection
from lumina.domain.summary import Position
from lumina.domain.taxonomy import Evidence, LabelSource, Tag, Verdict
from lumina.store import tag_counts, taxonomy
from lumina.store.database import Transaction

PIECE = 20_000
"""Images that are settled by one statement."""
_MANY = 200
"""From so many images on rows are joined in bulk."""
_REAL = 1e-6
"""Two confidences that are nearer are the same: the database keeps seven digits."""


def add_labels(tx: Transaction, rows: Collection[Evidence]) -> None:
    """Write what models or files say, in place of what each said before of the same image and node; then `settle`.

    What is said twice is kept once, with the greater confidence.
    """
    tx.execute(
        """INSERT INTO label (image_id, node_id, source, model, version, confidence)
        SELECT DISTINCT ON (1, 2, 3, 4) *
        FROM unnest(CAST(:images AS bigint[]), CAST(:nodes AS bigint[]), CAST(:sources AS text[]),
            CAST(:models AS text[]), CAST(:versions AS smallint[]), CAST(:confidences AS real[]))
            AS said (image_id, node_id, source, model, version, confidence) ORDER BY 1, 2, 3, 4, confidence DESC
        ON CONFLICT (image_id, node_id, source, model) DO UPDATE
        SET version = excluded.version, confidence = excluded.confidence, created_at = excluded.created_at
        WHERE (label.version, label.confidence) <> (excluded.version, excluded.confidence)""",
        images=[row.image_id for row in rows],
        nodes=[row.node_id for row in rows],
        sources=[row.source.value for row in rows],
        models=[row.model for row in rows],
        versions=[row.version for row in rows],
        confidences=[row.confidence for row in rows],
    )


def replace_labels(
    tx: Transaction, image_ids: Collection[int], source: LabelSource, model: str, rows: Collection[Evidence]
) -> list[int]:
    """As `add_labels`, and what this model (or the files) said of the images before and does no longer say goes.

    Returns:
        Those of the images of which something else is said now, by rising id: they are to be settled.
    """
    lock(tx, image_ids)
    before = _said(tx, image_ids, source, model)
    kept = {(row.image_id, row.node_id): row.confidence for row in sorted(rows, key=lambda row: row.confidence)}
    gone = [key for key in before if key not in kept]
    if gone:
        tx.execute(
            """DELETE FROM label l USING unnest(CAST(:images AS bigint[]), CAST(:nodes AS bigint[])) g (image, node)
            WHERE l.image_id = g.image AND l.node_id = g.node AND l.source = :source AND l.model = :model""",
            images=[image for image, _ in gone],
            nodes=[node for _, node in gone],
            source=source.value,
            model=model,
        )
    if rows:
        add_labels(tx, rows)
    new = {image for (image, node), said in kept.items() if abs(before.get((image, node), -1) - said) > _REAL}
    return sorted({image for image, _ in gone} | new)


def _said(tx: Transaction, image_ids: Collection[int], source: LabelSource, model: str) -> dict[tuple[int, int], float]:
    rows = tx.rows(
        "SELECT image_id, node_id, confidence FROM label"
        " WHERE image_id = ANY(:ids) AND source = :source AND model = :model",
        ids=list(image_ids),
        source=source.value,
        model=model,
    )
    return {(row["image_id"], row["node_id"]): row["confidence"] for row in rows}


def settle(tx: Transaction, image_ids: Collection[int], *, counted: bool = False) -> None:
    """Work out which tags hold for these images now, and how many images each node has.

    Labels and verdicts are written first, in the same transaction; whoever comes later sees them, since the images stay
    locked to its end. `counted`: the caller has taken the images' tags out of the counts and puts them in again.
    """
    if not image_ids:
        return
    taxonomy.hold_tree(tx)
    lock(tx, image_ids)
    for piece in _pieces(sorted(image_ids)):
        bulk = len(piece) > _MANY
        if bulk:
            tx.execute("SELECT set_config('enable_nestloop', 'off', true), set_config('work_mem', '64MB', true)")
        tx.execute(_SETTLE.format(counts="" if counted else _COUNTS), ids=piece)
        if bulk:
            tx.execute("SELECT set_config('enable_nestloop', 'on', true)")
    tag_counts.fold(tx)


def lock(tx: Transaction, image_ids: Collection[int]) -> None:
    """Let nobody else settle or remove these images until the end of the transaction."""
    tx.execute(
        "SELECT count(*) FROM (SELECT FROM image WHERE id = ANY(:ids) ORDER BY id FOR NO KEY UPDATE) locked",
        ids=sorted(image_ids),
    )


def _pieces(ids: Sequence[int]) -> Iterator[list[int]]:
    for start in range(0, len(ids), PIECE):
        yield list(ids[start : start + PIECE])


# `said`: verdicts by live node; the target's own stands against those of nodes merged into it. `overruled`: noes that
# a later yes further down takes back along its line. Depth-first order puts what lies below a node right behind it.
_SETTLE = """
WITH said AS MATERIALIZED (
    SELECT DISTINCT ON (v.image_id, t.id) v.image_id, t.id AS node_id, t.path, v.yes, v.decided_at
    FROM verdict v JOIN taxonomy_node n ON n.id = v.node_id JOIN taxonomy_node t ON t.id = n.target_id
    WHERE v.image_id = ANY(CAST(:ids AS bigint[]))
    ORDER BY v.image_id, t.id, v.node_id = t.id DESC, v.decided_at DESC, v.node_id
), claimed AS MATERIALIZED (
    SELECT DISTINCT ON (image_id, node_id) * FROM (
        SELECT image_id, node_id, path, 'human' AS source, 1 AS rank, CAST(1 AS real) AS confidence FROM said WHERE yes
        UNION ALL
        SELECT l.image_id, t.id, t.path, l.source, CASE l.source WHEN 'model' THEN 3 ELSE 2 END, l.confidence
        FROM label l JOIN taxonomy_node n ON n.id = l.node_id JOIN taxonomy_node t ON t.id = n.target_id
        WHERE l.image_id = ANY(CAST(:ids AS bigint[]))
          AND (l.source <> 'model' OR t.threshold IS NULL OR l.confidence >= t.threshold)
    ) all_claims ORDER BY image_id, node_id, rank, confidence DESC
), overruled AS MATERIALIZED (
    SELECT m.image_id, m.node_id, y.path FROM said m JOIN said y ON y.image_id = m.image_id
    WHERE NOT m.yes AND y.yes AND y.path <@ m.path AND y.decided_at >= m.decided_at
), refused AS (
    SELECT DISTINCT c.image_id, c.node_id FROM claimed c JOIN said m ON m.image_id = c.image_id AND NOT m.yes
    LEFT JOIN overruled o ON o.image_id = m.image_id AND o.node_id = m.node_id
        AND (o.path @> c.path OR o.path <@ c.path)
    WHERE m.path @> c.path AND o.image_id IS NULL
), held AS (
    SELECT c.*, coalesce(lead(c.path) OVER (PARTITION BY c.image_id ORDER BY c.path) <@ c.path, false) AS implied
    FROM claimed c LEFT JOIN refused r USING (image_id, node_id) WHERE r.image_id IS NULL
), fresh AS MATERIALIZED (
    SELECT image_id, node_id, source, confidence FROM held WHERE NOT implied
), old AS MATERIALIZED (
    SELECT image_id, node_id, source, confidence, ctid AS row FROM tag WHERE image_id = ANY(CAST(:ids AS bigint[]))
), change AS MATERIALIZED (
    SELECT image_id, node_id, f.source, f.confidence, o.row, o.source IS NULL AS added, f.source IS NULL AS gone
    FROM old o FULL JOIN fresh f USING (image_id, node_id)
    WHERE (o.source, o.confidence) IS DISTINCT FROM (f.source, f.confidence)
), taken AS MATERIALIZED (
    SELECT id AS image_id, taken_at FROM image WHERE id = ANY(CAST(:ids AS bigint[]))
), deleted AS (
    DELETE FROM tag WHERE ctid = ANY(ARRAY(SELECT row FROM change WHERE gone))
){counts}
INSERT INTO tag (image_id, node_id, source, confidence, taken_at)
SELECT c.image_id, c.node_id, c.source, c.confidence, i.taken_at FROM change c JOIN taken i USING (image_id)
WHERE NOT c.gone ORDER BY c.node_id, i.taken_at DESC NULLS LAST, c.image_id DESC
ON CONFLICT (image_id, node_id) DO UPDATE SET source = excluded.source, confidence = excluded.confidence"""
_COUNTS = """, both_sides AS MATERIALIZED (
    SELECT * FROM (SELECT -1 AS sign, image_id, node_id FROM old UNION ALL SELECT 1, image_id, node_id FROM fresh) s
    WHERE image_id IN (SELECT image_id FROM change WHERE added OR gone)
), line AS MATERIALIZED (
    SELECT n.id AS node_id, CAST(unnest(string_to_array(ltree2text(n.path), '.')) AS bigint) AS above
    FROM taxonomy_node n WHERE n.id IN (SELECT node_id FROM both_sides)
), delta AS (
    INSERT INTO taxonomy_delta (node_id, own, images)
    SELECT node_id, sum(own), sum(images) FROM (
        SELECT node_id, sum(sign) AS own, 0 AS images FROM both_sides GROUP BY node_id
        UNION ALL
        SELECT above, 0, sum(sign) FROM (
            SELECT DISTINCT sign, image_id, above FROM both_sides JOIN line USING (node_id)) d GROUP BY above
    ) counted GROUP BY node_id HAVING sum(own) <> 0 OR sum(images) <> 0
)"""


def follow_dates(tx: Transaction, image_ids: Collection[int]) -> None:
    """Images may have been taken at another time than was thought; the caller has locked them."""
    tx.execute(
        """UPDATE tag SET taken_at = i.taken_at FROM image i
        WHERE tag.image_id = ANY(:ids) AND i.id = tag.image_id AND tag.taken_at IS DISTINCT FROM i.taken_at""",
        ids=list(image_ids),
    )


def newest(
    tx: Transaction, selection: Selection, *, after: Position | None, limit: int, backwards: bool = False
) -> list[int] | None:
    """The dated images of the selection's tag that come next in the timeline, whatever else it filters by.

    None where the tag has so many nodes below it that looking through the timeline is sooner done.
    """
    if not (nodes := taxonomy.narrow(tx, selection.tag or 0)):
        return None
    order, comparison = ("ASC NULLS FIRST", ">") if backwards else ("DESC NULLS LAST", "<")
    by = f"t.taken_at {order}, t.image_id {order.split()[0]}"
    rows = tx.execute(
        f"""SELECT t.image_id FROM unnest(CAST(:nodes AS bigint[])) n (id) CROSS JOIN LATERAL (
            SELECT t.image_id, t.taken_at FROM tag t WHERE t.node_id = n.id AND t.taken_at IS NOT NULL
              {"AND t.taken_at >= CAST(:start AS date)" if selection.start else ""}
              {"AND t.taken_at < CAST(:end AS date) + 1" if selection.end else ""}
              {f"AND (t.taken_at, t.image_id) {comparison} (CAST(:at AS timestamp), :id)" if after else ""}
            ORDER BY {by} LIMIT :limit) t GROUP BY t.image_id, t.taken_at ORDER BY {by} LIMIT :limit""",
        nodes=nodes,
        start=selection.start,
        end=selection.end,
        at=after.taken_at if after else None,
        id=after.id if after else None,
        limit=limit,
    ).all()
    return [row[0] for row in rows]


def tags_of(tx: Transaction, image_ids: Collection[int]) -> dict[int, list[Tag]]:
    """Image -> its tags with the names on their way down, surest first; images without any are left out."""
    rows = tx.rows(
        "SELECT image_id, node_id, confidence, source FROM tag WHERE image_id = ANY(:ids)"
        " ORDER BY image_id, confidence DESC, node_id",
        ids=list(image_ids),
    )
    names = taxonomy.paths(tx, {row["node_id"] for row in rows})
    found: dict[int, list[Tag]] = {}
    for row in rows:
        tag = Tag(row["node_id"], row["confidence"], LabelSource(row["source"]), names[row["node_id"]])
        found.setdefault(row["image_id"], []).append(tag)
    return found


def evidence_of(tx: Transaction, image_id: int) -> list[Evidence]:
    """What models and files say of an image, of whatever node, surest first."""
    rows = tx.rows(
        "SELECT image_id, node_id, source, model, version, confidence, created_at FROM label"
        " WHERE image_id = :id ORDER BY confidence DESC, node_id, source, model",
        id=image_id,
    )
    return [Evidence(**{**row, "source": LabelSource(row["source"])}) for row in rows]


def verdicts(tx: Transaction, image_ids: Collection[int]) -> dict[int, list[Verdict]]:
    """Image -> what people have said of it, of whatever node; images of which nothing was said are left out."""
    rows = tx.rows(
        "SELECT image_id, node_id, yes, decided_at FROM verdict WHERE image_id = ANY(:ids) ORDER BY image_id, node_id",
        ids=list(image_ids),
    )
    found: dict[int, list[Verdict]] = {}
    for row in rows:
        found.setdefault(row["image_id"], []).append(Verdict(**row))
    return found


def examples(tx: Transaction, node_id: int) -> tuple[list[int], list[int]]:
    """Images of which people have said that they show a node, and that they do not, each by rising id.

    Words on nodes that were merged into it count, unless there is one on the node itself. Images that show a node below
    it show it as well: ask for those with `subtree`.
    """
    rows = tx.rows(
        """SELECT DISTINCT ON (v.image_id) v.image_id, v.yes FROM verdict v JOIN taxonomy_node n ON n.id = v.node_id
        WHERE n.target_id = :node ORDER BY v.image_id, v.node_id = :node DESC, v.decided_at DESC, v.node_id""",
        node=node_id,
    )
    return [r["image_id"] for r in rows if r["yes"]], [r["image_id"] for r in rows if not r["yes"]]

"""Documents that images are found by: written anew, in pieces, for images whose sources have changed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any

from lumina.domain.document import Document, Said, compose, has_stem, is_counted, lexemes, tsvector
from lumina.domain.values import FileFormat
from lumina.store import places
from lumina.store.database import Transaction

PIECE = 500
"""Documents written in one transaction, at most: it locks their images against removal meanwhile."""
SWEEP = 20_000
"""Images that one step of a sweep marks, at most."""
BRANCHES = 500
"""Sweeps of branches that one step spreads."""
_LOCK = "hashtext('lumina.search')"


def pending(tx: Transaction) -> bool:
    """True while anything is marked."""
    return bool(tx.value("SELECT EXISTS (SELECT FROM search_mark) OR EXISTS (SELECT FROM search_sweep)"))


def fold(tx: Transaction, limit: int = PIECE, *, newest: bool = False) -> int:
    """Write the documents of images with a mark anew, for at most `limit` marks, the oldest or the newest.

    Returns more than 0 where that did anything; 0 where nothing is marked, where somebody else is at it, and where all
    that is marked is locked. Images that somebody holds stay marked: nobody waits for anybody. Marks are taken away
    first, so that whatever changes afterwards marks its image again.
    """
    if not tx.value(f"SELECT pg_try_advisory_xact_lock({_LOCK})"):
        return 0
    swept = _sweep(tx)
    with tx.by_index():
        ids = _take(tx, limit, newest)
    if not ids:
        return swept
    free = _free(tx, ids)
    with tx.by_index():
        _write(tx, free)
    return swept + len(ids) - _leave(tx, set(ids) - set(free))


def _take(tx: Transaction, limit: int, newest: bool) -> list[int]:
    rows = tx.execute(
        f"""WITH taken AS (DELETE FROM search_mark WHERE id IN (
            SELECT id FROM search_mark ORDER BY id {"DESC" if newest else ""} LIMIT :limit) RETURNING image_id)
        SELECT DISTINCT image_id FROM taken ORDER BY image_id""",
        limit=limit,
    ).all()
    return [row[0] for row in rows]


def _free(tx: Transaction, ids: Sequence[int]) -> list[int]:
    """Those that are there and that nobody is about to remove; they stay until the end of the transaction."""
    rows = tx.execute(
        "SELECT id FROM image WHERE id = ANY(:ids) ORDER BY id FOR KEY SHARE SKIP LOCKED", ids=list(ids)
    ).all()
    return [row[0] for row in rows]


def _leave(tx: Transaction, ids: Collection[int]) -> int:
    """Mark again those that are there."""
    if not ids:
        return 0
    return tx.execute(
        "INSERT INTO search_mark (image_id) SELECT id FROM image WHERE id = ANY(:ids)", ids=sorted(ids)
    ).rowcount


def _sweep(tx: Transaction) -> int:
    """One step of the oldest sweep: marks a piece of its images."""
    _spread(tx)
    row = tx.row("SELECT * FROM search_sweep WHERE NOT below ORDER BY id LIMIT 1")
    if row is None:
        return 0
    table, column = ("tag", "node_id") if row["album_id"] is None else ("album_image", "album_id")
    marked: int | None = tx.value(
        f"""WITH marked AS (INSERT INTO search_mark (image_id) SELECT image_id FROM {table}
            WHERE {column} = :key AND image_id > :after ORDER BY image_id LIMIT :most RETURNING image_id)
        SELECT max(image_id) FROM marked HAVING count(*) = :most""",
        key=row["node_id"] if row["album_id"] is None else row["album_id"],
        after=row["after"],
        most=SWEEP,
    )
    if marked is None:
        tx.execute("DELETE FROM search_sweep WHERE id = :id", id=row["id"])
    else:
        tx.execute("UPDATE search_sweep SET after = :after WHERE id = :id", id=row["id"], after=marked)
    return 1


def _spread(tx: Transaction) -> None:
    """Make sweeps of branches into one for each of their nodes that has images."""
    tx.execute(
        """WITH branches AS (DELETE FROM search_sweep WHERE id IN (
            SELECT id FROM search_sweep WHERE below ORDER BY id LIMIT :most) RETURNING node_id)
        INSERT INTO search_sweep (node_id) SELECT DISTINCT n.id FROM branches b
        JOIN taxonomy_node top ON top.id = b.node_id JOIN taxonomy_node n ON n.path <@ top.path
        WHERE EXISTS (SELECT FROM tag WHERE node_id = n.id) AND NOT EXISTS (
            SELECT FROM search_sweep s WHERE s.node_id = n.id AND NOT s.below AND s.after = 0)""",
        most=BRANCHES,
    )


def _write(tx: Transaction, ids: Sequence[int]) -> None:
    if not ids:
        return
    before: Sequence[Any] = tx.execute(
        "SELECT tsvector_to_array(words) FROM search_document WHERE image_id = ANY(:ids)", ids=list(ids)
    ).all()
    there = _there(tx, ids)
    where = places.settle(tx, there)
    documents = {image: compose(each) for image, each in said(tx, there, where).items()}
    stems = stems_of(tx, {word for document in documents.values() for word in document.words})
    tx.execute("DELETE FROM search_document WHERE image_id = ANY(:ids)", ids=sorted(set(ids) - set(there)))
    tx.execute(
        """INSERT INTO search_document AS d (image_id, catalog_id, taken_at, words)
        SELECT i.id, i.catalog_id, i.taken_at, CAST(n.words AS tsvector)
        FROM unnest(CAST(:ids AS bigint[]), CAST(:words AS text[])) AS n (image_id, words)
        JOIN image i ON i.id = n.image_id
        ON CONFLICT (image_id) DO UPDATE
            SET words = excluded.words, taken_at = excluded.taken_at, catalog_id = excluded.catalog_id
            WHERE (d.words, d.taken_at, d.catalog_id) IS DISTINCT FROM
                (excluded.words, excluded.taken_at, excluded.catalog_id)""",
        ids=list(documents),
        words=[tsvector(document, stems) for document in documents.values()],
    )
    _count(tx, (row[0] for row in before), documents.values(), stems)


def _there(tx: Transaction, ids: Sequence[int]) -> list[int]:
    """Without the images that no search finds: those in the trash, hidden and missing ones have no document."""
    rows = tx.execute(
        "SELECT id FROM image WHERE id = ANY(:ids)"
        " AND missing_since IS NULL AND trashed_at IS NULL AND NOT hidden ORDER BY id",
        ids=list(ids),
    ).all()
    return [row[0] for row in rows]


def _count(
    tx: Transaction, before: Iterable[Sequence[str]], after: Iterable[Document], stems: Mapping[str, str]
) -> None:
    """Keep the number of documents of each word."""
    counts: Counter[str] = Counter()
    for document in after:
        counts.update(filter(is_counted, lexemes(document, stems)))
    for gone in before:
        counts.subtract(filter(is_counted, gone))
    changed = sorted((word, number) for word, number in counts.items() if number)
    tx.execute(
        """INSERT INTO search_word AS w (word, images)
        SELECT * FROM unnest(CAST(:words AS text[]), CAST(:numbers AS bigint[]))
        ON CONFLICT (word) DO UPDATE SET images = w.images + excluded.images""",
        words=[word for word, _ in changed],
        numbers=[number for _, number in changed],
    )


def stems_of(tx: Transaction, words: Collection[str]) -> dict[str, str]:
    """Word -> its stem by the rules of English, for the words that have one; learnt words are remembered."""
    found = {word: stem for word in words if (stem := _STEMS.get(word)) is not None}
    unknown = [word for word in words if word not in found and has_stem(word)]
    if unknown:
        rows: Sequence[Any] = tx.execute(
            "SELECT word, coalesce((ts_lexize('english_stem', word))[1], word)"
            " FROM unnest(CAST(:words AS text[])) AS w (word)",
            words=unknown,
        ).all()
        learnt = {row[0]: row[1] for row in rows}
        found |= learnt
        if len(_STEMS) > _MOST_STEMS:
            _STEMS.clear()  # other threads have what they need by now
        _STEMS.update(learnt)
    return found


_MOST_STEMS = 200_000
_STEMS: dict[str, str] = {}


def said(tx: Transaction, ids: Sequence[int], where: Mapping[int, tuple[str, ...]]) -> dict[int, Said]:
    """All that is said about images; `where`: the names of their places."""
    rows: Sequence[Any] = tx.execute(_SAID, ids=list(ids)).all()
    tags, branches = _tags(tx, ids)
    found = {}
    for image, taken_at, folder, stem, titles, captions, keywords, gear, files, albums, formats, video, gps in rows:
        nodes = [name for node in tags.get(image, ()) for name in branches.get(node, ())]
        found[image] = Said(
            titles=_given(titles),
            tags=(*nodes, *keywords),
            captions=_given(captions),
            albums=_given(albums or ()),
            places=where.get(image, ()),
            gear=_given(gear),
            names=(*_names(_given(files or ()), stem), folder),
            taken_at=taken_at,
            facts=_facts(formats or (), video=video, gps=gps),
        )
    return found


def _facts(formats: Sequence[str], *, video: bool, gps: bool) -> tuple[str, ...]:
    raw = any(FileFormat(name).is_raw for name in formats)
    return (
        *formats,
        *(name for name, holds in (("raw", raw), ("video", video), ("gps", gps)) if holds and name not in formats),
    )


def _names(files: tuple[str, ...], stem: str) -> tuple[str, ...]:
    return files if any(name.startswith(stem) for name in files) else (*files, stem)


def _given(texts: Iterable[str | None]) -> tuple[str, ...]:
    return tuple(text for text in texts if text)


# What a person says stands for what the file says; keywords are added to the file's.
_SAID = """
SELECT i.id, i.taken_at, i.folder, i.stem, ARRAY[coalesce(u.title, m.title)] AS titles,
    ARRAY[coalesce(u.caption, m.caption)] AS captions,
    coalesce(u.keywords, '{}') || coalesce(m.keywords, '{}') AS keywords, ARRAY[m.camera, m.lens_model] AS gear,
    (SELECT array_agg(regexp_replace(path, '^.*/', '') ORDER BY role DESC, path) FROM file
     WHERE file.image_id = i.id AND role IN ('original', 'derived')) AS files,
    (SELECT array_agg(a.name ORDER BY a.id) FROM album_image n JOIN album a ON a.id = n.album_id
     WHERE n.image_id = i.id AND a.name IS NOT NULL) AS albums,
    (SELECT array_agg(DISTINCT format) FROM file WHERE file.image_id = i.id AND role = 'original') AS formats,
    i.kind = 'video' AS video, coalesce(u.latitude, m.latitude) IS NOT NULL AS gps
FROM image i
LEFT JOIN metadata m ON m.image_id = i.id
LEFT JOIN curation u ON u.image_id = i.id
WHERE i.id = ANY(:ids)
"""


def _tags(tx: Transaction, ids: Sequence[int]) -> tuple[dict[int, list[int]], dict[int, list[str]]]:
    """Image -> its nodes; node -> its names and those of all above it, its own first."""
    rows: Sequence[Any] = tx.execute(
        "SELECT image_id, node_id FROM tag WHERE image_id = ANY(:ids)", ids=list(ids)
    ).all()
    tags: dict[int, list[int]] = {}
    for image, node in rows:
        tags.setdefault(image, []).append(node)
    if not tags:
        return {}, {}
    names: Sequence[Any] = tx.execute(
        """WITH nodes AS (SELECT id, path FROM taxonomy_node WHERE id = ANY(:nodes)),
        up AS (SELECT n.id, a.id AS above, nlevel(n.path) - nlevel(a.path) AS distance, a.name
            FROM nodes n JOIN taxonomy_node a ON a.id = ANY(CAST(string_to_array(ltree2text(n.path), '.') AS bigint[])))
        SELECT id, ARRAY[name] || coalesce((SELECT array_agg(o.name ORDER BY o.language, o.name) FROM taxonomy_name o
            WHERE o.node_id = up.above), '{}') FROM up ORDER BY id, distance""",
        nodes=sorted({node for nodes in tags.values() for node in nodes}),
    ).all()
    branches: dict[int, list[str]] = {}
    for node, called in names:
        branches.setdefault(node, []).extend(called)
    return tags, branches

"""What a query that is being typed may become, and what a word may have been meant to be."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import islice
from typing import Any
from uuid import UUID

from lumina.domain.filters import FILTERS, HAS, IS, LABELS, TYPES
from lumina.domain.places import gazetteer
from lumina.domain.query import Query
from lumina.domain.terms import Word, leaves
from lumina.domain.typed import Suggestion, Typed, last, value
from lumina.domain.words import asked, fold, words
from lumina.store import estimates, filters, tsqueries
from lumina.store.database import Transaction

LIMIT = 10
ALIKE = 0.3
"""How much of their three-letter pieces two words have in common, at least, to be mistaken for each other."""
MOST_SPELT = 12
"""Words of a query whose spelling is looked at: each takes some milliseconds."""
_END = "\U0010ffff"


def suggest(tx: Transaction, text: str, *, catalog: UUID | None = None, limit: int = LIMIT) -> list[Suggestion]:
    """What the end of a query may go on to be, most likely first; nothing behind a blank."""
    typed = last(text[:20_000].replace("\x00", " "))
    if typed is None:
        return []
    if typed.field is not None:
        return list(islice(_values(tx, typed, catalog), limit)) if typed.field in FILTERS else _fields(typed)
    return _free(tx, typed, catalog, limit)


def _free(tx: Transaction, typed: Typed, catalog: UUID | None, limit: int) -> list[Suggestion]:
    """Words and names of everything, some of each."""
    begun = _words(tx, typed, limit)
    named = [
        Suggestion(value(field, name), field, detail, typed.start)
        for field in ("tag", "place", "camera", "lens", "album")
        for name, detail in islice(_NAMES[field](tx, typed.text, catalog), 3)
    ]
    room = max(limit - len(named) - 1, limit // 2)
    found = [*_fields(typed), *begun[:room], *named]
    if not begun and not named:
        found += [Suggestion(word, "spelling", "did you mean", typed.start) for word in alike(tx, typed.text)]
    return found[:limit]


def _fields(typed: Typed) -> list[Suggestion]:
    begun = fold(typed.field or typed.text)
    names = [name for name in FILTERS if len(begun) > 1 and name.startswith(begun)]
    return [Suggestion(f"{name}:", "field", FILTERS[name].about, typed.start) for name in names]


def _words(tx: Transaction, typed: Typed, limit: int) -> list[Suggestion]:
    """Words that are in documents, most frequent first."""
    pieces = asked(typed.text)
    if len(pieces) != 1:
        return []
    rows: Sequence[Any] = tx.execute(
        "SELECT word, images FROM search_word WHERE word >= :low AND word < :high AND images > 0"
        " ORDER BY images DESC, word LIMIT :limit",
        low=pieces[0],
        high=pieces[0] + _END,
        limit=limit,
    ).all()
    return [Suggestion(word, "word", f"{images:,}", typed.start) for word, images in rows]


def _values(tx: Transaction, typed: Typed, catalog: UUID | None) -> Iterator[Suggestion]:
    field = typed.field or ""
    for name, detail in _NAMES.get(field, _nothing)(tx, typed.text, catalog):
        yield Suggestion(value(field, name), field, detail, typed.start)
    begun = fold(typed.text)
    for name in _CHOICES.get(field, ()):
        if name.startswith(begun):
            yield Suggestion(f"{field}:{name}", field, "", typed.start)
    if not typed.text and field not in _NAMES and field not in _CHOICES:
        yield Suggestion(FILTERS[field].example, field, FILTERS[field].about, typed.start)


_CHOICES: Mapping[str, Sequence[str]] = {"is": IS, "has": HAS, "type": TYPES, "label": LABELS}
_Names = Callable[[Transaction, str, UUID | None], Iterator[tuple[str, str]]]


def _nothing(_tx: Transaction, _begun: str, _catalog: UUID | None) -> Iterator[tuple[str, str]]:
    return iter(())


def _gear(column: str) -> _Names:
    def names(tx: Transaction, begun: str, _catalog: UUID | None) -> Iterator[tuple[str, str]]:
        return ((name, "") for name in filters.distinct(tx, column) if _has_word(name, begun))

    return names


def _has_word(name: str, begun: str) -> bool:
    """True where the name or a word of it begins so."""
    wanted = fold(begun)
    return fold(name).startswith(wanted) or any(word.startswith(wanted) for forms in words(name) for word in forms)


def _albums(tx: Transaction, begun: str, catalog: UUID | None) -> Iterator[tuple[str, str]]:
    rows: Sequence[Any] = tx.execute(
        "SELECT name FROM album WHERE name IS NOT NULL AND (CAST(:catalog AS uuid) IS NULL OR catalog_id = :catalog)"
        " ORDER BY id DESC LIMIT 2000",
        catalog=catalog,
    ).all()
    return ((row[0], "") for row in rows if _has_word(row[0], begun))


def _places(tx: Transaction, begun: str, _catalog: UUID | None) -> Iterator[tuple[str, str]]:
    """Countries, regions and towns at which there are images."""
    rows: Sequence[Any] = tx.execute(
        """SELECT DISTINCT name, kind, inside FROM place CROSS JOIN LATERAL (VALUES
            (country, 0, ''), (region, 1, country), (city, 2, coalesce(region || ', ', '') || country)
        ) AS n (name, kind, inside)
        WHERE starts_with(lower(name), :begun)
           OR (name ~ '[^ -~]' AND starts_with(taxonomy_folded(name), :begun)) ORDER BY kind, name LIMIT 20""",
        begun=fold(begun),
    ).all()
    return ((row[0], row[2]) for row in rows)


def _towns(_tx: Transaction, begun: str, _catalog: UUID | None) -> Iterator[tuple[str, str]]:
    towns = gazetteer().beginning(begun, LIMIT)
    return ((town.name, ", ".join(part for part in (town.region, town.country) if part)) for town in towns)


def _tags(tx: Transaction, begun: str, _catalog: UUID | None) -> Iterator[tuple[str, str]]:
    """Names of the tree in any language; one that is not the node's own is told with it."""
    rows: Sequence[Any] = tx.execute(
        """SELECT name, max(own) FROM (
            SELECT name, '' AS own FROM taxonomy_node
            WHERE taxonomy_folded(name) >= :low AND taxonomy_folded(name) < :high AND NOT removed
            UNION ALL SELECT o.name, n.name FROM taxonomy_name o JOIN taxonomy_node n ON n.id = o.node_id
            WHERE taxonomy_folded(o.name) >= :low AND taxonomy_folded(o.name) < :high AND NOT n.removed) found
        GROUP BY name ORDER BY max(own) <> '', length(name), name LIMIT 20""",
        low=fold(begun),
        high=fold(begun) + _END,
    ).all()
    return ((row[0], row[1]) for row in rows)


_NAMES: Mapping[str, _Names] = {
    "tag": _tags,
    "place": _places,
    "near": _towns,
    "camera": _gear("camera"),
    "lens": _gear("lens_model"),
    "album": _albums,
}


def alike(tx: Transaction, word: str, limit: int = 3) -> list[str]:
    """Words that are written much like this one and are in documents, likeliest first."""
    pieces = asked(word)
    if len(pieces) != 1 or len(pieces[0]) < 3:
        return []
    tx.execute("SELECT set_config('pg_trgm.similarity_threshold', :alike, true)", alike=str(ALIKE))
    rows: Sequence[Any] = tx.execute(
        """WITH near AS MATERIALIZED (SELECT word, images, similarity(word, :word) AS alike FROM search_word
            WHERE left(word, 1) NOT IN ('~', '@') AND word % :word AND word <> :word AND images > 0
            ORDER BY alike DESC LIMIT 50)
        SELECT word FROM near WHERE EXISTS (
            SELECT FROM search_document WHERE words @@ CAST(quote_literal(near.word) AS tsquery))
        ORDER BY alike + 0.05 * ln(images) DESC, word LIMIT :limit""",
        word=pieces[0],
        limit=limit,
    ).all()
    return [row[0] for row in rows]


def did_you_mean(tx: Transaction, query: Query) -> str | None:
    """The query with its unknown words spelled as known ones; None where all are known, or nothing is like them.

    Of a query of more than `MOST_SPELT` words it says nothing.
    """
    parts, end, changed = [], 0, False
    wanted = [leaf for leaf, negated in leaves(query.root) if isinstance(leaf, Word) and not negated]
    if len(wanted) > MOST_SPELT:
        return None
    for leaf in sorted(wanted, key=lambda leaf: leaf.start):
        if _is_known(tx, leaf) or not (instead := alike(tx, leaf.text, 1)):
            continue
        parts += [query.text[end : leaf.start], instead[0]]
        end, changed = leaf.end, True
    return "".join([*parts, query.text[end:]]) if changed else None


def _is_known(tx: Transaction, word: Word) -> bool:
    """True as well for what is no single word, whose parts are not counted."""
    return len(asked(word.text)) != 1 or estimates.of_words(tx, word, tsqueries.stems(tx, word)).most > 0

"""From page to page: through the fused beginning, and on by words."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import replace
from uuid import UUID

from lumina.domain.demanded import demanded
from lumina.domain.found import After
from lumina.domain.query import Query
from lumina.domain.searching import Entry, Walk
from lumina.store import Store, search, searched


def mark(text: str, catalog: UUID | None) -> int:
    """Tells queries apart; the same in all processes."""
    return int.from_bytes(hashlib.sha256(f"{catalog} {text}".encode("utf-8", "surrogatepass")).digest()[:6])


def onwards(
    store: Store, query: Query, walk: Walk, catalog: UUID | None, limit: int
) -> tuple[list[Entry], Walk | None]:
    """The next entries, and where the page behind them begins; None where nothing follows.

    What has been removed since the first page, or no longer meets what the query demands, is passed over.
    """
    page, at, after = list[Entry](), walk.at, walk.after
    while len(page) < limit and at < len(walk.entries):
        part = walk.entries[at : at + limit - len(page)]
        at += len(part)
        page += part if walk.at == 0 else _holding(store, query, part, catalog)
    known = {entry.image_id for entry in walk.entries}
    while len(page) < limit and after is not None:
        more, after = _by_words(store, query, after, catalog, limit, known, limit - len(page))
        page += more
    if at == len(walk.entries) and after is None:
        return page, None
    return page, _shortened(replace(walk, at=at, after=after))


def _holding(store: Store, query: Query, part: Sequence[Entry], catalog: UUID | None) -> list[Entry]:
    with store.transaction() as tx:
        condition = search.condition(tx, demanded(query))
        holding = set(searched.holding(tx, [entry.image_id for entry in part], condition, catalog))
    return [entry for entry in part if entry.image_id in holding]


def _by_words(
    store: Store, query: Query, after: After, catalog: UUID | None, limit: int, known: set[int], wanted: int
) -> tuple[list[Entry], After | None]:
    """At most `wanted` that were not in the beginning, and where the next ones stand."""
    with store.transaction() as tx:
        found = search.matches(tx, query, catalog=catalog, limit=limit, after=after)
    new = [hit for hit in found.hits if hit.image_id not in known]
    taken = new[:wanted]
    following = found.next if len(taken) == len(new) else After(taken[-1], after.ranked)
    return [Entry(hit.image_id, 0.0) for hit in taken], following


def _shortened(walk: Walk) -> Walk:
    """Without entries that nothing depends on: those by words alone stand before `after` anyhow."""
    if walk.at < len(walk.entries) or any(entry.strength is not None for entry in walk.entries):
        return walk
    return replace(walk, entries=(), at=0)

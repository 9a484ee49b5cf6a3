"""Look through images of one subject."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from lumina.domain.selection import Selection
from lumina.domain.subjects import ShownSubject
from lumina.services.choice import catalogs_of
from lumina.store import Transaction, cards, runs, subjects
from lumina.store.runs import Run, RunKind
from lumina.store.subjects import GroupRow


def page(
    tx: Transaction, catalog_id: UUID | None, *, after: tuple[float, int] | None = None, limit: int
) -> tuple[Run | None, list[ShownSubject], tuple[float, int] | None]:
    """The groups of one catalog or of all, the largest first.

    Returns:
        The search that they come from (the first catalog's, where there are several), the groups, and where the last
        one stands if there are more.

    Raises:
        NotFound: the catalog does not exist.
    """
    chosen = catalogs_of(tx, Selection(catalog=catalog_id))
    rows = subjects.listed(tx, chosen, after=after, limit=limit + 1)
    more = len(rows) > limit
    rows = rows[:limit]
    found = (runs.published(tx, each, RunKind.SUBJECTS) for each in chosen)
    run = next((each for each in found if each is not None), None)
    return run, _filled(tx, rows), (float(rows[-1].images), rows[-1].id) if more else None


def _filled(tx: Transaction, rows: Sequence[GroupRow]) -> list[ShownSubject]:
    members = subjects.members(tx, rows)
    shown = cards.cards(tx, {image for group in members.values() for image, _ in group})
    return [
        ShownSubject(
            row.id,
            row.catalog_id,
            row.similarity,
            tuple((shown[image], similarity) for image, similarity in members[row.id]),
        )
        for row in rows
    ]

"""Why images were found."""

from __future__ import annotations

from collections.abc import Sequence

from lumina.domain.document import texts
from lumina.domain.query import Query
from lumina.domain.reasons import Reason, reasons
from lumina.domain.words import words
from lumina.store import documents, places, tsqueries
from lumina.store.database import Transaction


def of_images(tx: Transaction, query: Query, image_ids: Sequence[int]) -> dict[int, list[Reason]]:
    """Image -> where the words of the query stand, strongest first, as of now; for a page of images."""
    said = documents.said(tx, image_ids, places.names_of(tx, image_ids))
    known = {form for each in said.values() for text, _, _ in texts(each) for forms in words(text) for form in forms}
    stems = {**documents.stems_of(tx, known), **tsqueries.stems(tx, query.root)}
    return {image: reasons(query.root, each, stems) for image, each in said.items()}

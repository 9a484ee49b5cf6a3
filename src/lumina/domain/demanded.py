"""What of a query every image has to meet that is found, whichever way finds it."""

from __future__ import annotations

from lumina.domain.query import Query
from lumina.domain.terms import And, Node, Or, Word, either, every


def demanded(query: Query) -> Query:
    """The query without the words that a picture may meet by its looks.

    What stays: filters, years, phrases in quotation marks, and what is not wanted. Of alternatives nothing stays as
    soon as one of them is a word.
    """
    return Query(query.text, None if query.root is None else _hard(query.root))


def _hard(node: Node) -> Node | None:
    if isinstance(node, Word):
        return node if node.year is not None else None
    if isinstance(node, And):
        parts = [part for each in node.nodes if (part := _hard(each)) is not None]
        return every(parts) if parts else None
    if isinstance(node, Or):
        either_of = [_hard(each) for each in node.nodes]
        known = [part for part in either_of if part is not None]
        return either(known) if len(known) == len(either_of) else None
    return node

"""Words and phrases of a query as PostgreSQL's text search takes them."""

from __future__ import annotations

from collections.abc import Mapping

from lumina.domain.terms import And, Node, Not, Or, Phrase, Word, leaves
from lumina.domain.words import STOP, asked, fold, is_short
from lumina.store.database import Transaction
from lumina.store.documents import stems_of


def is_words(node: Node) -> bool:
    """True where it is made of words and phrases alone, none of them unwanted."""
    return all(isinstance(leaf, Word | Phrase) and not negated for leaf, negated in leaves(node)) and not _has_not(node)


def _has_not(node: Node) -> bool:
    if isinstance(node, And | Or):
        return any(map(_has_not, node.nodes))
    return isinstance(node, Not)


def needed(nodes: tuple[Node, ...]) -> tuple[Node, ...]:
    """Without words like "the", where anything else is asked for as well."""
    kept = tuple(node for node in nodes if not is_stop(node))
    return kept if any(not isinstance(node, Not) for node in kept) else nodes


def is_stop(node: Node) -> bool:
    """True for a word that may be missing."""
    return isinstance(node, Word) and not node.prefix and fold(node.text) in STOP


def stems(tx: Transaction, node: Node | None) -> dict[str, str]:
    """Stems of all its words."""
    return stems_of(tx, {word for leaf, _ in leaves(node) if isinstance(leaf, Word) for word in asked(leaf.text)})


def tsquery(node: Node, stems: Mapping[str, str]) -> str:
    """A tree of words (`is_words`, or NOT of that) in the syntax of a tsquery."""
    if isinstance(node, Word):
        return _word(node, stems)
    if isinstance(node, Phrase):
        return _follow([_exact(word) for word in asked(node.text)])
    if isinstance(node, Not):
        return f"!({tsquery(node.node, stems)})"
    assert isinstance(node, And | Or), "filters are no words"
    if isinstance(node, Or):
        return f"({' | '.join(tsquery(part, stems) for part in node.nodes)})"
    return f"({' & '.join(tsquery(part, stems) for part in needed(node.nodes))})"


def _word(word: Word, stems: Mapping[str, str]) -> str:
    pieces = asked(word.text)
    parts = [_any_form(piece, stems) for piece in pieces]
    if word.prefix:
        parts[-1] = f"({quoted(pieces[-1])}:* | {_any_form(pieces[-1], stems)})"
    return _follow(parts)


def _any_form(word: str, stems: Mapping[str, str]) -> str:
    """What has the same stem: the stem itself, and words that were shortened to it."""
    if word not in stems:
        return _exact(word)
    return f"({quoted(stems[word])} | {quoted('~' + stems[word])})"


def _exact(word: str) -> str:
    return f"{quoted(word)}:*" if is_short(word) else quoted(word)


def _follow(parts: list[str]) -> str:
    return parts[0] if len(parts) == 1 else f"({' <-> '.join(parts)})"


def quoted(word: str) -> str:
    """A word, whatever is in it."""
    return "'" + word.replace("\\", "\\\\").replace("'", "''") + "'"

"""How a query is written: from its text to a tree, and back. docs/search.md tells people."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from lumina.domain.filters import FILTERS, BadValue, nearest, written
from lumina.domain.terms import And, BadQuery, Filter, Node, Not, Or, Phrase, Word, either, every
from lumina.domain.words import asked

MOST_TERMS = 200
"""Words, phrases and filters of one query."""
DEEPEST = 20
"""Brackets and NOTs within each other."""
MOST_CHARACTERS = 20_000

_QUOTES = '"“”„‟'
_BLANK = r"\s\x00-\x1f\x7f\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff"
_TOKEN = re.compile(
    rf"""(?P<blank>[{_BLANK}]+)
    | (?P<bracket>[()])
    | (?P<minus>-)(?=[^{_BLANK})-])
    | (?P<field>[A-Za-z]+):(?!//)
      (?:[{_QUOTES}](?P<quoted>[^{_QUOTES}]*)(?P<closed>[{_QUOTES}])?|(?P<bare>[^{_BLANK}(){_QUOTES}]*))
    | [{_QUOTES}](?P<phrase>[^{_QUOTES}]*)(?P<ended>[{_QUOTES}])?
    | (?P<word>[^{_BLANK}(){_QUOTES}]+)""",
    re.VERBOSE,
)
_CONTROLS = re.compile(r"[\x00-\x1f\x7f]+")
_OPERATORS = {"AND", "OR", "NOT"}


@dataclass(frozen=True, slots=True)
class _Token:
    """`kind`: ( ) NOT OR AND, or term."""

    kind: str
    start: int
    end: int
    node: Node | None = None


def read(text: str, *, typing: bool = False) -> Node | None:
    """The tree of a query; None where it is blank. `typing`: the last word may go on.

    Raises:
        BadQuery: it cannot be read, or is too long.
    """
    if len(text) > MOST_CHARACTERS:
        raise BadQuery(f"A query may have {MOST_CHARACTERS:,} characters; this one has {len(text):,}.", 0, len(text))
    tokens = list(_tokens(text, typing))
    if not tokens:
        if text.strip():
            raise BadQuery("There is no word to search for in this.", 0, len(text))
        return None
    return _Parser(tokens, len(text)).query()


def _tokens(text: str, typing: bool) -> Iterator[_Token]:
    terms = 0
    for match in _TOKEN.finditer(text):
        token = _token(match, typing and match.end() == len(text))
        if token is None:
            continue
        terms += token.kind == "term"
        if terms > MOST_TERMS:
            raise BadQuery(f"A query may have {MOST_TERMS} words and filters; this is one more.", *match.span())
        yield token


def _token(match: re.Match[str], unended: bool) -> _Token | None:
    start, end = match.span()
    if match["bracket"]:
        return _Token(match["bracket"], start, end)
    if match["minus"]:
        return _Token("NOT", start, end)
    if match["field"]:
        return _Token("term", start, end, _filter(match))
    if match["phrase"] is not None:
        return _phrase(match)
    word = match["word"] or ""
    if word in _OPERATORS:
        return _Token(word, start, end)
    stem = word.rstrip("*")
    if not asked(stem):
        return None  # a dash, an ampersand: nothing that could be found
    return _Token("term", start, end, Word(stem, len(stem) < len(word) or unended, start, end))


def _phrase(match: re.Match[str]) -> _Token | None:
    start, end = match.span()
    if not match["ended"]:
        raise BadQuery('This quotation mark has no second one: write "red truck".', start, start + 1)
    text = _plain(match["phrase"])
    return _Token("term", start, end, Phrase(text, start, end)) if asked(text) else None


def _filter(match: re.Match[str]) -> Filter:
    start, end = match.span()
    name = match["field"].lower()
    if name not in FILTERS:
        near = nearest(name)
        hint = f"Did you mean {near}:? " if near else ""
        possible = f"{hint}Filters are {', '.join(FILTERS)}; put words with a colon in quotation marks."
        raise BadQuery(f"There is no filter {name}:. {possible}", start, start + len(name) + 1)
    if match["quoted"] is not None and not match["closed"]:
        raise BadQuery("This quotation mark has no second one.", start + len(name) + 1, end)
    value = _plain(match["quoted"] if match["quoted"] is not None else match["bare"])
    if not value:
        raise BadQuery(f"{name}: needs a value right behind it, as in {FILTERS[name].example}.", start, end)
    try:
        return Filter(name, FILTERS[name].read(value), start, end)
    except BadValue as error:
        raise BadQuery(f"{name}:{_short(value)}: {error}.", start, end) from None


def _plain(text: str) -> str:
    return _CONTROLS.sub(" ", text).strip()


def _short(value: str) -> str:
    return value if len(value) <= 40 else f"{value[:39]}…"


class _Parser:
    """Or of Ands of terms: AND binds more tightly than OR, and stands between neighbours unsaid."""

    def __init__(self, tokens: list[_Token], length: int) -> None:
        self.tokens = tokens
        self.length = length
        self.at = 0

    def query(self) -> Node:
        node = self.any_of(0)
        if self.kind() is not None:
            token = self.tokens[self.at]
            raise BadQuery("This bracket closes nothing: there is no ( before it.", token.start, token.end)
        return node

    def kind(self) -> str | None:
        return self.tokens[self.at].kind if self.at < len(self.tokens) else None

    def any_of(self, depth: int) -> Node:
        nodes = [self.all_of(depth)]
        while self.kind() == "OR":
            self.at += 1
            nodes.append(self.all_of(depth))
        return either(nodes)

    def all_of(self, depth: int) -> Node:
        nodes = [self.term(depth)]
        while self.kind() not in (None, ")", "OR"):
            if self.kind() == "AND":
                self.at += 1
            nodes.append(self.term(depth))
        return every(nodes)

    def term(self, depth: int) -> Node:
        kind = self.kind()
        if kind is None or kind in (")", "OR", "AND"):
            raise self.nothing_here()
        token = self.tokens[self.at]
        if depth > DEEPEST:
            raise BadQuery(f"Brackets and NOT may stand {DEEPEST} deep; this is one more.", token.start, token.end)
        self.at += 1
        if token.node is not None:
            return token.node
        return Not(self.term(depth + 1)) if kind == "NOT" else self.group(token, depth)

    def group(self, opened: _Token, depth: int) -> Node:
        if self.kind() == ")":
            raise BadQuery("There is nothing between these brackets.", opened.start, self.tokens[self.at].end)
        node = self.any_of(depth + 1)
        if self.kind() != ")":
            raise BadQuery("This bracket is not closed: a ) is missing.", opened.start, opened.end)
        self.at += 1
        return node

    def nothing_here(self) -> BadQuery:
        """Something has to stand here: tell it of the operator that wants it."""
        token = self.tokens[min(self.at, len(self.tokens) - 1)]
        before = self.tokens[self.at - 1] if self.at else token
        blamed = before if before.kind in ("OR", "AND", "NOT") else token
        wants = "a word after it" if blamed.kind == "NOT" else "a word on both sides"
        if blamed.kind in (")", "("):
            return BadQuery("This bracket closes nothing: there is no ( before it.", blamed.start, blamed.end)
        return BadQuery(
            f'{blamed.kind} needs {wants}; as a word to search for, write "{blamed.kind}" in quotation marks.',
            blamed.start,
            blamed.end,
        )


def text_of(node: Node | None) -> str:
    """A query that is read as this tree."""
    if node is None:
        return ""
    if isinstance(node, Word):
        return f"{node.text}{'*' if node.prefix else ''}"
    if isinstance(node, Phrase):
        return f'"{node.text}"'
    if isinstance(node, Filter):
        value = written(node.value)
        return (
            f"{node.field}:{value}" if re.fullmatch(rf"[^{_BLANK}(){_QUOTES}]+", value) else f'{node.field}:"{value}"'
        )
    if isinstance(node, Not):
        return f"NOT {_bracketed(node.node)}"
    if isinstance(node, And):
        return " ".join(_bracketed(part) for part in node.nodes)
    return " OR ".join(text_of(part) for part in node.nodes)


def _bracketed(node: Node) -> str:
    return f"({text_of(node)})" if isinstance(node, And | Or) else text_of(node)

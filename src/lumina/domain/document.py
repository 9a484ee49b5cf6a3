"""What an image can be found by, put together from all that is said about it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

from lumina.domain.words import fold, words

LONGEST_TEXT = 4_000
"""Characters of one text that count."""
MOST_PLACES = 3_000
"""Words of one document that count, besides those of its place, camera, date and name, of which there are few, and
which filters count on."""
_LONG = ("title", "tag", "caption", "album")
GAP = 5
"""Places left free between texts: words of two of them are no phrase, and no neighbours."""

_DIGIT = re.compile(r"\d")
_MONTHS = "january february march april may june july august september october november december"
_DAYS = "monday tuesday wednesday thursday friday saturday sunday"
MONTHS, DAYS = tuple(_MONTHS.split()), tuple(_DAYS.split())


@dataclass(frozen=True, slots=True)
class Said:
    """All that is said about one image. Each is a list of texts.

    Attributes:
        tags: names of its nodes and of those above them, in all languages; keywords.
        places: city, region, country. gear: camera, lens.
        names: of its files and their folder.
        facts: what filters ask for, as one word each: format of its masters, raw, video, gps.
    """

    titles: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    captions: tuple[str, ...] = ()
    albums: tuple[str, ...] = ()
    places: tuple[str, ...] = ()
    gear: tuple[str, ...] = ()
    names: tuple[str, ...] = ()
    taken_at: datetime | None = None
    facts: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Document:
    """Word -> where it stands: (place, weight) each, weights A to D; and facts, which nobody can type."""

    words: Mapping[str, tuple[tuple[int, str], ...]]
    facts: tuple[str, ...] = ()


def compose(said: Said) -> Document:
    """The document of an image: what a person named first counts most (A), names of files least (D)."""
    found: dict[str, list[tuple[int, str]]] = {}
    at = 1
    for text, kind, weight in texts(said):
        if at > MOST_PLACES and kind in _LONG:
            continue
        for forms in words(text):
            for word in forms:
                found.setdefault(word, []).append((at, weight))
            at += 1
        at += GAP
    return Document({word: tuple(places) for word, places in found.items()}, said.facts)


def texts(said: Said) -> Iterator[tuple[str, str, str]]:
    """All texts, each once, with what it is and its weight."""
    for kind, given, weight in (
        ("title", said.titles, "A"),
        ("tag", said.tags, "A"),
        ("caption", said.captions, "B"),
        ("album", said.albums, "B"),
        ("place", said.places, "C"),
        ("camera", said.gear, "C"),
        ("date", date_words(said.taken_at), "C"),
        ("name", said.names, "D"),
    ):
        for text in _once(given):
            yield text[:LONGEST_TEXT], kind, weight


def _once(given: Iterable[str]) -> list[str]:
    """Each text once, whatever its case; a text that says nothing is left out."""
    texts = [text for text in given if text]
    return texts if len(texts) < 2 else list({fold(text): text for text in reversed(texts)}.values())[::-1]


def date_words(taken_at: datetime | None) -> tuple[str, ...]:
    """Year, month and day of the week: "2019", "july", "thursday"."""
    if taken_at is None:
        return ()
    return str(taken_at.year), MONTHS[taken_at.month - 1], DAYS[taken_at.weekday()]


def tsvector(document: Document, stems: Mapping[str, str]) -> str:
    """A document as PostgreSQL reads it. Stems that differ from their word stand beside it, marked by "~"."""
    parts = []
    added: dict[str, list[tuple[int, str]]] = {}
    for word, places in document.words.items():
        parts.append(f"'{word}':{_places(places)}")
        if (stem := stems.get(word, word)) != word:
            added.setdefault(f"~{stem}", []).extend(places)
    parts += [f"'{stem}':{_places(places)}" for stem, places in added.items()]
    return " ".join([*parts, *(f"'@{fact}'" for fact in document.facts)])


def _places(places: Iterable[tuple[int, str]]) -> str:
    return ",".join(f"{place}{weight}" for place, weight in places)


def lexemes(document: Document, stems: Mapping[str, str]) -> set[str]:
    """What the document is indexed under."""
    shortened = {f"~{stems[word]}" for word in document.words if stems.get(word, word) != word}
    return set(document.words) | shortened | {f"@{fact}" for fact in document.facts}


def is_counted(lexeme: str) -> bool:
    """False for long numbers and codes, of which there are as many as images, and which nobody misspells."""
    return len(lexeme) <= 4 or lexeme[0] == "@" or _DIGIT.search(lexeme) is None


def has_stem(word: str) -> bool:
    """True for words that the English rules of PostgreSQL may shorten."""
    return len(word) > 2 and word.isascii() and word.isalpha()

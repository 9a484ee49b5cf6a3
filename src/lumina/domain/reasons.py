"""Why an image was found: which words of the query stand where."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from lumina.domain.document import Said, texts
from lumina.domain.terms import Filter, Leaf, Node, Word, leaves
from lumina.domain.words import asked, is_short, words

WEIGHTS = {"A": 1.0, "B": 0.4, "C": 0.2, "D": 0.1}
LONGEST = 120
"""Characters of a text that are shown."""


@dataclass(frozen=True, slots=True)
class Reason:
    """A text that a word of the query was found in.

    Attributes:
        kind: title, tag, caption, album, place, camera, date, name.
        text: what stands there; a long one is cut. term: the word of the query.
        weight: 0-1, how much that counts.
    """

    kind: str
    text: str
    term: str
    weight: float


def reasons(root: Node | None, said: Said, stems: Mapping[str, str]) -> list[Reason]:
    """For each word and phrase that is wanted the most telling text that has it, strongest first."""
    wanted = [leaf for leaf, negated in leaves(root) if not negated]
    given = [(text, kind, weight, [*words(text)]) for text, kind, weight in texts(said)]
    found = []
    for leaf in wanted:
        if isinstance(leaf, Filter):
            continue
        place = next((entry for entry in given if holds(leaf, entry[3], stems)), None)
        if place is not None:
            text, kind, weight, _ = place
            found.append(Reason(kind, _cut(text), leaf.text, WEIGHTS[weight]))
    return sorted(found, key=lambda reason: -reason.weight)


def holds(leaf: Leaf, text: Sequence[Sequence[str]], stems: Mapping[str, str]) -> bool:
    """True where a text (`lumina.domain.words.words`) has a word or a phrase of a query."""
    if isinstance(leaf, Filter):
        return False
    pieces = asked(leaf.text)
    free = isinstance(leaf, Word)
    for at in range(len(text) - len(pieces) + 1):
        begun = [isinstance(leaf, Word) and leaf.prefix and place == len(pieces) - 1 for place in range(len(pieces))]
        if all(
            any(_is(piece, form, stems if free else {}, begun=may or is_short(piece)) for form in forms)
            for piece, forms, may in zip(pieces, text[at:], begun, strict=False)
        ):
            return True
    return False


def _is(piece: str, form: str, stems: Mapping[str, str], *, begun: bool) -> bool:
    if form == piece or (begun and form.startswith(piece)):
        return True
    return piece in stems and stems.get(form, form) == stems[piece]


def _cut(text: str) -> str:
    return text if len(text) <= LONGEST else f"{text[: LONGEST - 1]}…"

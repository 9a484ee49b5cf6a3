"""Why an image was found: which words of the query stand where."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from lumina.domain.document import Said, texts
from lumina.domain.terms import Filter, Leaf, Node, Phrase, Word, leaves
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
    there = {form for *_, places in given for forms in places for form in forms}
    there |= {stems[form] for form in there if form in stems}
    found = []
    for leaf in wanted:
        if isinstance(leaf, Filter) or not _may_stand(leaf, there, stems):
            continue
        place = next((entry for entry in given if holds(leaf, entry[3], stems)), None)
        if place is not None:
            text, kind, weight, _ = place
            found.append(Reason(kind, cut(text), leaf.text, WEIGHTS[weight]))
    return sorted(found, key=lambda reason: -reason.weight)


def _may_stand(leaf: Word | Phrase, there: Collection[str], stems: Mapping[str, str]) -> bool:
    """False where a word of it stands nowhere at all, so that not every text has to be looked through for it."""
    *whole, last = asked(leaf.text)
    if not (is_short(last) or (isinstance(leaf, Word) and leaf.prefix)):
        whole.append(last)
    return all(is_short(piece) or piece in there or stems.get(piece) in there for piece in whole)


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


def cut(text: str, longest: int = LONGEST) -> str:
    """A text, or its beginning where it is longer than so many characters."""
    return text if len(text) <= longest else f"{text[: longest - 1]}…"

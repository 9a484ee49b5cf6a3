"""Why images were found, as people are told."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence

from lumina.domain.card import ImageCard
from lumina.domain.query import Query, Understood
from lumina.domain.reasons import Reason
from lumina.domain.searching import Entry, Why
from lumina.domain.taxonomy import Tag, folded
from lumina.store import Transaction, reasons, tags

FILTER = 0.05
"""All results meet the filters: that says least about any of them."""
_GRADES = ((0.9, "Looks very much like {}"), (0.65, "Looks like {}"), (0.0, "Looks somewhat like {}"))
_TOLD = {
    "title": ("words", "Title: {}"),
    "caption": ("words", "Caption: {}"),
    "album": ("words", "Album: {}"),
    "tag": ("tag", "Tagged {}"),
    "place": ("place", "Taken in {}"),
    "camera": ("camera", "Taken with {}"),
    "date": ("date", "Taken in {}"),
    "name": ("name", "Named {}"),
}
_DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")


def whys(
    tx: Transaction, query: Query, entries: Sequence[Entry], shown: Mapping[int, ImageCard], like: str
) -> dict[int, tuple[Why, ...]]:
    """Image -> its reasons, strongest first.

    Args:
        tx: the transaction.
        query: what was asked.
        entries: what was found.
        shown: their cards.
        like: what those that were found by looks look like, in words.
    """
    ids = [entry.image_id for entry in entries if entry.image_id in shown]
    if not ids or (query.root is None and all(entry.strength is None for entry in entries)):
        return {}
    worded = reasons.of_images(tx, query, ids) if query.root is not None else {}
    wants_tags = any(piece.kind == "tag" for piece in query.understood)
    wants_tags |= any(reason.kind == "tag" for found in worded.values() for reason in found)
    tagged = tags.tags_of(tx, ids) if wants_tags else {}
    strengths = {entry.image_id: entry.strength for entry in entries}
    return {
        image: _sorted(
            [
                *_looks(strengths[image], like),
                *(_word(reason, tagged.get(image, ())) for reason in worded.get(image, ())),
                *_filters(query, shown[image], tagged.get(image, ())),
            ]
        )
        for image in ids
    }


def _sorted(found: Sequence[Why]) -> tuple[Why, ...]:
    """Each text once, strongest first."""
    once: dict[tuple[str, str], Why] = {}
    for why in sorted(found, key=lambda why: -why.weight):
        once.setdefault((why.kind, why.text), why)
    return tuple(once.values())


def _looks(strength: float | None, like: str) -> Iterator[Why]:
    if strength is not None:
        sentence = next(sentence for least, sentence in _GRADES if strength >= least)
        yield Why("picture", sentence.format(like), strength)


def _word(reason: Reason, tagged: Collection[Tag]) -> Why:
    kind, sentence = _TOLD[reason.kind]
    text = reason.text
    if kind == "tag":
        text = _path(text, tagged) or text
    elif kind == "date":
        text = text.capitalize()
        sentence = "Taken on a {}" if reason.text in _DAYS else sentence
    return Why(kind, sentence.format(text), reason.weight)


def _path(name: str, tagged: Collection[Tag]) -> str | None:
    """The way down to a tag of this name, or to one below it: "truck > pickup"."""
    for tag in tagged:
        names = [folded(each) for each in tag.path]
        if folded(name) in names:
            return " > ".join(tag.path[names.index(folded(name)) :])
    return None


def _filters(query: Query, card: ImageCard, tagged: Collection[Tag]) -> Iterator[Why]:
    for piece in query.understood:
        if piece.negated or piece.kind in ("word", "phrase", "year"):
            continue
        yield _filter(piece, card, tagged)


def _filter(piece: Understood, card: ImageCard, tagged: Collection[Tag]) -> Why:
    if piece.kind == "tag" and (path := _path(piece.text, tagged)):
        return Why("tag", f"Tagged {path}", FILTER)
    if piece.kind == "camera" and card.camera:
        return Why("camera", f"Taken with {card.camera}", FILTER)
    if piece.kind == "date" and card.taken_at:
        return Why("date", f"Taken on {card.taken_at.date().isoformat()}", FILTER)
    if piece.kind in ("place", "near"):
        return Why("place", f"Taken {'near' if piece.kind == 'near' else 'in'} {piece.text}", FILTER)
    return Why("filter", f"{piece.kind}: {piece.text}", FILTER)

"""Search among listings: every voice brings what is closest to it, all judge all of that, one order comes out."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from heapq import nlargest

import numpy as np
from blake3 import blake3
from numpy.typing import NDArray

from lumina.domain.ensemble import (
    WORDS,
    Gauge,
    ListingFilter,
    ListingHit,
    ListingKey,
    ListingsFound,
    Opinion,
    Recipe,
    VoiceState,
    Wanted,
)
from lumina.domain.fusion import reciprocal_rank
from lumina.domain.vectors import Near, Space
from lumina.errors import BadInput
from lumina.services.listings.voices import Vector, Voice, Voices
from lumina.services.search.background import Backgrounds
from lumina.store import Store, Transaction, cards, catalogs, listing_cards, listing_search, nearest, searched, spaces
from lumina.store.selection import Condition
from lumina.vision import ensemble
from lumina.vision.cores import cores

EACH = 50
"""Images that each voice brings in; more where more results are asked for."""
NARROWEST = 100
"""The index keeps so many in view at least; `nearest.BREADTH` are shared among the voices, for what one of them misses
another brings in: at 100,000 listings five voices find the same with 100 each as with 400, in half the time."""
SINGLE = 3
"""So many times more where all images of a listing have the same vector, or where one voice alone is asked."""
WORDS_GAUGE = Gauge(middle=0.0, width=1.0, level=0.6, present=0.6, top=1.0)
"""Of words counts which share of them a listing has: more than half of them is no chance."""


@dataclass(frozen=True, slots=True)
class _Heard:
    """What a voice brought in.

    Attributes:
        found: closest first.
        whole: `known` has all images that meet the filters and have a vector.
        known: image -> similarity, of those and perhaps others.
    """

    voice: Voice
    gauge: Gauge
    found: list[Near]
    known: dict[int, float]
    whole: bool = False


@dataclass(frozen=True, slots=True)
class _Among:
    """What is searched: these images, or those that meet a condition, which are many.

    Attributes:
        count: closest ones wanted.
        breadth: how many of the best an index keeps in view for one voice.
        alone: one voice is asked, and nobody else brings in other listings.
    """

    condition: Condition
    images: list[int] | None
    count: int
    breadth: int
    alone: bool

    def of(self, voice: Voice) -> int:
        """Closest ones wanted of a voice."""
        return self.count * (SINGLE if voice.single or self.alone else 1)


class ListingSearch:
    """Finds listings, for the API and the command line. Safe to share between threads.

    Args:
        store: the database.
        voices: makes vectors of what is asked.
        each: images that each voice brings in, at least.
        threads: voices that are asked at the same time.
    """

    def __init__(self, store: Store, voices: Voices, *, each: int = EACH, threads: int | None = None) -> None:
        self.store, self.voices, self.each = store, voices, each
        self.backgrounds = Backgrounds(store, listing_search.size, listing_search.sample)
        self._pool = ThreadPoolExecutor(threads or min(cores(), 4), thread_name_prefix="voices")

    def close(self) -> None:
        """End the threads."""
        self._pool.shutdown(wait=False, cancel_futures=True)

    def find(self, wanted: Wanted) -> ListingsFound:
        """The listings that look like a picture, or like what a text says, best first.

        Raises:
            BadInput: nothing is asked, or the picture cannot be used.
            NotFound: there is no such catalog, image or model.
        """
        if wanted.example is None and not wanted.text.strip():
            raise BadInput("image, image_id, text: one of them has to be given.")
        if wanted.where.catalog is not None:
            with self.store.transaction() as tx:
                catalogs.get(tx, wanted.where.catalog)
        try:
            return self._find(wanted)
        except spaces.Replaced:  # by a newer version, which is there by now
            return self._find(wanted)

    def _find(self, wanted: Wanted) -> ListingsFound:
        with spaces.in_place():
            able, unable = self.voices.of(wanted)
            return self.answer(wanted, able, unable)

    def answer(self, wanted: Wanted, able: Sequence[Voice], unable: Sequence[VoiceState] = ()) -> ListingsFound:
        """What these voices find together."""
        among = self._among(wanted, len(able))
        asked = list(self._pool.map(lambda voice: self._hear(wanted, voice, len(able), among), able))
        heard = [each for each in asked if isinstance(each, _Heard)]
        states = [_state(each) for each in asked] + list(unable)
        itself = wanted.example.image_id if wanted.example else None
        candidates = sorted({near.image_id for each in heard for near in each.found} - {itself})
        if not candidates:
            return ListingsFound(tuple(states), (), _nothing(heard, wanted, among))
        scored = list(self._pool.map(lambda each: self._score(each, candidates), heard))
        with self.store.transaction() as tx:
            hits = self._ranked(tx, wanted, heard, np.stack(scored), candidates)
        return ListingsFound(
            tuple(states), tuple(hits), _note(hits, wanted.where) if hits else _nothing(heard, wanted, among)
        )

    def _among(self, wanted: Wanted, voices: int) -> _Among:
        condition = _condition(wanted)
        with self.store.transaction() as tx:
            images = nearest.few(tx, condition, wanted.where.catalog)
        breadth = max(NARROWEST, nearest.BREADTH // max(1, voices))
        return _Among(condition, images, max(self.each, wanted.limit), breadth, alone=voices == 1)

    def _hear(self, wanted: Wanted, voice: Voice, voices: int, among: _Among) -> _Heard | VoiceState:
        """What is closest to a voice; why it cannot tell."""
        if voice.space is None or voice.vector is None:
            return self._hear_words(wanted, voice, among.count)
        known = self.backgrounds.of(voice.space)
        scores = np.einsum("ij,j->i", known.sample, voice.vector)
        gauge = ensemble.gauge(scores, known.size, known.calibration, voices=voices, like=voice.like)
        if gauge is None:
            few = f"Too few listings have been embedded by {voice.model} to tell what is alike by chance."
            return voice.state(used=False, detail=few)
        near = self._closest(wanted, voice.space, voice.vector, among, among.of(voice))
        best = max((each.similarity for each in near), default=-1.0)
        return _heard(voice, ensemble.heard(gauge, best), near, among)

    def _closest(self, wanted: Wanted, space: Space, vector: Vector, among: _Among, count: int) -> list[Near]:
        """The closest so many; where few are searched, all of them."""
        with self.store.transaction() as tx:
            if among.images is not None:
                return listing_search.exact(tx, space, vector, among.images)
            catalog = wanted.where.catalog
            return nearest.nearest(
                tx,
                space,
                vector,
                count=count,
                conditions=among.condition,
                catalog=catalog,
                many=True,
                breadth=among.breadth,
            )

    def _hear_words(self, wanted: Wanted, voice: Voice, count: int) -> _Heard:
        with self.store.transaction() as tx:
            images = listing_search.by_words(tx, voice.lexemes, wanted.where, count)
            known = {each.image_id: each.similarity for each in listing_search.shares(tx, voice.lexemes, images)}
        return _Heard(voice, WORDS_GAUGE, [Near(image, known[image]) for image in images if image in known], known)

    def _score(self, heard: _Heard, candidates: Sequence[int]) -> NDArray[np.float64]:
        """A voice's similarity to every candidate; NaN where it has no vector of one."""
        known = dict(heard.known)
        missing = [image for image in candidates if image not in known]
        if missing and not heard.whole:
            with self.store.transaction() as tx:
                if heard.voice.space is not None and heard.voice.vector is not None:
                    more = listing_search.exact(tx, heard.voice.space, heard.voice.vector, missing)
                else:
                    more = listing_search.shares(tx, heard.voice.lexemes, missing)
            known |= {near.image_id: near.similarity for near in more}
        return np.array([known.get(image, np.nan) for image in candidates], np.float64)

    def _ranked(
        self,
        tx: Transaction,
        wanted: Wanted,
        heard: Sequence[_Heard],
        scores: NDArray[np.float64],
        candidates: Sequence[int],
    ) -> list[ListingHit]:
        of_image = listing_search.listings_of(tx, candidates)
        there = [at for at, image in enumerate(candidates) if image in of_image]
        keys = list(dict.fromkeys(of_image[candidates[at]] for at in there))
        number = {key: at for at, key in enumerate(keys)}
        listings = np.array([number[of_image[candidates[at]]] for at in there], np.int64)
        shown = listing_search.images_shown(tx, keys)
        images = np.array([[1 if each.voice.single else shown[key] for key in keys] for each in heard], np.int64)
        ranking = ensemble.rank(
            scores[:, there], listings, images, [each.gauge for each in heard], [each.voice.family for each in heard]
        )
        found = _Found(heard, ranking, keys, [candidates[at] for at in there])
        order = found.calibrated() if wanted.recipe is Recipe.CALIBRATED else found.fused(of_image)
        return _told(tx, found, order[: wanted.limit], _asked_file(tx, wanted))


@dataclass(frozen=True, slots=True)
class _Found:
    """A ranking and what its numbers stand for."""

    heard: Sequence[_Heard]
    ranking: ensemble.Ranking
    keys: Sequence[ListingKey]
    candidates: Sequence[int]

    def calibrated(self) -> list[tuple[int, float]]:
        """Places in the ranking and scores, best first, of listings that are no chance to one voice at least."""
        kept = self.ranking.matched.any(axis=0)
        return [(int(at), float(self.ranking.scores[at])) for at in np.flatnonzero(kept)]

    def fused(self, of_image: dict[int, ListingKey]) -> list[tuple[int, float]]:
        """The same listings by reciprocal rank: each voice's own list alone counts."""
        place = {self.keys[number]: at for at, number in enumerate(self.ranking.listings.tolist())}
        kept = {at for at, _ in self.calibrated()}
        lists = [
            [place[of_image[near.image_id]] for near in each.found if near.image_id in of_image] for each in self.heard
        ]
        return [(at, score) for at, score in reciprocal_rank(lists) if at in kept]

    def opinions(self, at: int) -> tuple[Opinion, ...]:
        """What the voices say of one listing."""
        ranking = self.ranking
        return tuple(
            Opinion(
                each.voice.model,
                each.voice.kind,
                int(ranking.places[row, at]),
                float(ranking.similarities[row, at]),
                float(ranking.strengths[row, at]),
            )
            for row, each in enumerate(self.heard)
            if ranking.places[row, at]
        )

    def matched_by(self, at: int) -> int:
        """How many models say that it is no chance, each counted once."""
        return len({each.voice.model for row, each in enumerate(self.heard) if self.ranking.matched[row, at]})


def _told(
    tx: Transaction, found: _Found, order: Sequence[tuple[int, float]], asked_file: bytes | None
) -> list[ListingHit]:
    keys = [found.keys[found.ranking.listings[at]] for at, _ in order]
    best = [found.candidates[found.ranking.best[at]] for at, _ in order]
    listings, pictures = listing_cards.listing_cards(tx, keys), cards.cards(tx, best)
    files = listing_search.checksums(tx, best) if asked_file is not None else {}
    return [
        ListingHit(
            listing=listings[key],
            best=pictures[image],
            score=round(score, 6),
            matched_by=found.matched_by(at),
            identical=asked_file is not None and files.get(image) == asked_file,
            opinions=found.opinions(at),
        )
        for (at, score), key, image in zip(order, keys, best, strict=True)
        if key in listings and image in pictures
    ]


def _condition(wanted: Wanted) -> Condition:
    condition = listing_search.condition(wanted.where)
    image = wanted.example.image_id if wanted.example else None
    return condition if image is None else searched.except_image(condition, image)


def _heard(voice: Voice, gauge: Gauge, near: Sequence[Near], among: _Among) -> _Heard:
    known = {each.image_id: each.similarity for each in near}
    closest = nlargest(among.of(voice), near, key=lambda each: (each.similarity, -each.image_id))
    return _Heard(voice, gauge, closest, known, whole=among.images is not None)


def _asked_file(tx: Transaction, wanted: Wanted) -> bytes | None:
    """BLAKE3 of the file that was asked with, where it was asked with a whole one."""
    example = wanted.example
    if example is None or example.region is not None:
        return None
    if example.data is not None:
        return blake3(example.data).digest()
    assert example.image_id is not None, "an example is a file or an image"
    return listing_search.checksums(tx, [example.image_id]).get(example.image_id)


def _state(heard: _Heard | VoiceState) -> VoiceState:
    if isinstance(heard, VoiceState):
        return heard
    if any(near.similarity >= heard.gauge.level for near in heard.found):
        return heard.voice.state(used=True)
    what = "No listing has most of these words." if heard.voice.kind == WORDS else "To it, nothing looks like it."
    return heard.voice.state(used=True, detail=" ".join(filter(None, (heard.voice.detail, what))))


def _nothing(heard: Sequence[_Heard], wanted: Wanted, among: _Among) -> str:
    if not heard:
        return "No model can answer: see what each of them waits for."
    filtered = wanted.where != type(wanted.where)()
    if filtered and among.images == []:
        other = "other " if wanted.example and wanted.example.image_id else ""
        return f"No {other}listing meets the filters."
    what = " among the listings that meet the filters" if filtered else ""
    return f"Nothing{what} looks like it more than chance explains."


def _note(hits: Sequence[ListingHit], where: ListingFilter) -> str | None:
    return " ".join(filter(None, (_doubt(hits), _mixed(hits, where)))) or None


def _doubt(hits: Sequence[ListingHit]) -> str | None:
    """That nothing is certain, where no two models clearly agree on the first listing, nor words on any.

    Of a question whose answer is not there most answers are like that, of one whose answer is there one in nine.
    """
    if hits[0].agreed or any(hit.said for hit in hits):
        return None
    return "Nothing is certain: no two models clearly see more than chance in the first of these. They are the nearest."


def _mixed(hits: Sequence[ListingHit], where: ListingFilter) -> str | None:
    """That prices in several currencies were compared, where nobody has said in which."""
    if where.currency is not None or (where.price_min is None and where.price_max is None):
        return None
    found = sorted({hit.listing.currency for hit in hits if hit.listing.currency})
    if len(found) < 2:
        return None
    return f"Prices in {', '.join(found[:-1])} and {found[-1]} were compared as numbers: a currency can be chosen."

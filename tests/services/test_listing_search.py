"""Listings found by several models together: whichever are there, whatever they are asked about."""

from __future__ import annotations

import io
from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from lumina.domain.ensemble import WORDS, ListingFilter, ListingKey, ListingsFound, On, Recipe, Wanted
from lumina.domain.picture import Pixels
from lumina.domain.region import Region
from lumina.domain.searching import Example
from lumina.errors import NotFound, Unavailable
from lumina.files.derived import DerivedStore
from lumina.services.listings import ListingSearch, view
from lumina.services.listings.voices import CutOut, Voice, Voices
from lumina.services.search.questions import Questions
from lumina.store import Store, listing_search, spaces, vectors
from lumina.store.listings import save
from tests.support.lookalikes import NAMES, SeeingModels, Shelf, direction, shelf
from tests.support.market import listing, market

pytestmark = [pytest.mark.integration, pytest.mark.timeout(60)]


class Place:
    """A searched shelf."""

    def __init__(self, store: Store, folder: Path, here: Shelf) -> None:
        self.store, self.folder, self.here = store, folder, here
        self.models = SeeingModels()
        self.cuts: list[Pixels] = []
        self.search = self.searching(self.cut)

    def searching(self, cut: CutOut) -> ListingSearch:
        questions = Questions(
            self.store, self.models, DerivedStore(self.folder), preferred="", max_pixels=1_000_000, megabytes=1024
        )
        return ListingSearch(self.store, Voices(self.store, questions, cut), threads=2)

    def cut(self, pixels: Pixels) -> Pixels:
        """What is left is blue, whatever it was."""
        self.cuts.append(pixels)
        return np.full_like(pixels, (0, 0, 255))

    def find(self, **wanted: object) -> ListingsFound:
        return self.search.find(Wanted(**wanted))  # type: ignore[arg-type]


@pytest.fixture
def place(store: Store, tmp_path: Path) -> Iterator[Place]:
    made = Place(store, tmp_path, shelf(store))
    yield made
    made.search.close()


def picture(colour: str) -> Example:
    stream = io.BytesIO()
    Image.new("RGB", (64, 48), colour).save(stream, "PNG")
    return Example(stream.getvalue())


def listings(found: ListingsFound) -> list[int]:
    return [hit.listing.listing_id for hit in found.hits]


def states(found: ListingsFound) -> dict[tuple[str, str], bool]:
    return {(voice.name, voice.kind): voice.used for voice in found.voices}


def test_a_picture_finds_its_listing_by_whatever_models_there_are(place: Place) -> None:
    red = picture("red")
    assert listings(place.find(example=red)) == [1]
    place.models.missing = set(NAMES[1:])
    found = place.find(example=picture("lime"))
    assert listings(found) == [2]
    assert states(found) == {(name, "image"): name == NAMES[0] for name in NAMES}
    assert found.voices[1].detail == f"Model {NAMES[1]} is not installed"
    assert [opinion.model for opinion in found.hits[0].opinions] == [NAMES[0]]
    place.models.missing = set(NAMES)
    silent = place.find(example=picture("blue"))
    assert (silent.hits, "waits" in str(silent.note)) == ((), True)
    known = place.find(example=Example(image_id=place.here.images[2][0]))
    assert listings(known) == [2], "known images need no model"
    place.models.missing = set()
    for recipe in Recipe:
        for chosen in (None, NAMES[:1], NAMES[2:]):
            assert listings(place.find(example=red, recipe=recipe, models=chosen)) == [1]
    seen = place.models.seers[NAMES[0]].seen
    place.find(example=red, where=ListingFilter(price_max=Decimal(5)))
    assert place.models.seers[NAMES[0]].seen == seen, "the same picture is not looked at again"
    with pytest.raises(NotFound, match="nonsense"):
        place.find(example=red, models=("nonsense",))


def test_vectors_of_an_older_version_are_not_compared_with_a_newer_one(place: Place) -> None:
    with place.store.transaction() as tx:
        tx.execute("UPDATE vector_space SET version = 9 WHERE model = :name", name=NAMES[0])
    for asked in ({"example": picture("red")}, {"text": "red"}):
        found = place.find(**asked)
        first = next(voice for voice in found.voices if voice.name == NAMES[0])
        assert (first.used, "new version" in str(first.detail)) == (False, True)
        assert listings(found) == [1]


def test_regions_are_looked_at_and_cut_outs_compared_with_cut_outs(place: Place) -> None:
    halves = np.zeros((64, 64, 3), np.uint8)
    halves[:, :32, 0] = halves[:, 32:, 1] = 255
    stream = io.BytesIO()
    Image.fromarray(halves).save(stream, "PNG")
    right = Example(stream.getvalue(), region=Region(0.5, 0, 0.5, 1))
    assert listings(place.find(example=right)) == [2]
    found = place.find(example=picture("red"), on=On.CUTOUT)
    assert listings(found) == [3], "what was left when it was cut out"
    assert len(place.cuts) == 1, "once for all models"
    both = place.find(example=picture("red"), on=On.BOTH)
    assert sorted(listings(both)) == [1, 3]
    assert set(states(both)) == {(name, kind) for name in NAMES for kind in ("image", "cutout")}
    assert [hit.matched_by for hit in both.hits] == [len(NAMES)] * 2


def test_a_picture_that_cannot_be_cut_out_is_compared_whole_and_it_is_said(place: Place) -> None:
    def refuse(pixels: Pixels) -> Pixels:
        raise Unavailable("Nothing was cut out.")

    search = place.searching(refuse)
    found = search.find(Wanted(example=picture("red"), on=On.CUTOUT))
    assert listings(found) == [1]
    assert {voice.detail for voice in found.voices} == {"The picture was compared whole: Nothing was cut out."}
    search.close()


def test_text_is_compared_with_pictures_with_texts_and_with_words(place: Place) -> None:
    found = place.find(text="a red mug")
    assert listings(found)[0] == 1
    kinds = {(each.model, each.kind): each.rank for each in found.hits[0].opinions}
    assert {kind for (_, kind), rank in kinds.items() if rank == 1} == {"image", "text", WORDS}
    wordless = {voice.name for voice in found.voices if voice.detail and "knows no words" in voice.detail}
    assert wordless == set(NAMES[2:])
    beside = place.find(text="green", example=picture("red"))
    assert sorted(listings(beside)) == [1, 2]
    assert ("clip-vit-b32", "text") in states(beside)
    place.models.missing = set(NAMES)
    assert listings(place.find(text="green mugs")) == [2], "words alone"
    assert place.find(text="mug", where=ListingFilter(shops=(7,))).hits[0].listing.listing_id == 2


def test_words_are_looked_for_in_one_catalog_however_often_others_have_them(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(listing_search, "OFTEN", 1)
    with place.store.transaction() as tx:
        other = market(tx, Path("/elsewhere"), "other")
        save(tx, other.source_id, [listing(900, 1, title="Another mug")])
        tx.execute("UPDATE image SET missing_since = NULL, awaited = false WHERE source_id = :s", s=other.source_id)
        catalog = tx.value("SELECT catalog_id FROM source WHERE id = :s", s=other.source_id)
    place.models.missing = set(NAMES)
    assert listings(place.find(text="mugs", where=ListingFilter(catalog=catalog))) == [900]


def test_an_image_that_is_shown_no_more_or_hidden_is_not_found(place: Place) -> None:
    with place.store.transaction() as tx:
        tx.execute("UPDATE listing_image SET gone_at = now() WHERE listing_id = 1")
        tx.execute("UPDATE image SET hidden = true WHERE id = ANY(:ids)", ids=place.here.images[2])
    for colour in ("red", "lime"):
        assert listings(place.find(example=picture(colour))) == []
    assert listings(place.find(text="red mug", models=None)) == []


def test_a_listing_of_which_only_images_are_known_is_found_and_shown(place: Place) -> None:
    with place.store.transaction() as tx:
        tx.execute("DELETE FROM listing WHERE listing_id = 1")
    card = place.find(example=picture("red")).hits[0].listing
    assert (card.listing_id, card.title, card.state, card.images) == (1, "", "unknown", 2)
    with place.store.transaction() as tx:
        whole = view.details(tx, ListingKey(card.source_id, 1))
    assert [each.image.id for each in whole.pictures] == place.here.images[1]
    assert (whole.tags, whole.history, whole.shop) == ([], (), None)


def test_images_without_vectors_of_a_model_are_judged_by_the_others(place: Place) -> None:
    """While images are still being embedded, what a model has not seen is not against a listing."""
    before = place.find(example=picture("red")).hits[0]
    with place.store.transaction() as tx:
        for name in NAMES[1:]:
            table = tx.value("SELECT id FROM vector_space WHERE model = :name AND kind = 'image'", name=name)
            tx.execute(f"DELETE FROM vector_{table} WHERE image_id = ANY(:ids)", ids=place.here.images[1])
    wanted = Wanted(example=picture("red"))
    found = place.searching(place.cut).find(wanted)
    assert listings(found)[0] == 1
    assert [opinion.model for opinion in found.hits[0].opinions] == [NAMES[0]]
    assert found.hits[0].score == pytest.approx(before.opinions[0].strength / 1.2 + 0.2 / 1.2, abs=0.02)
    narrow = replace(wanted, where=ListingFilter(price_min=Decimal(2)))
    assert listings(place.searching(place.cut).find(narrow)) == []


def test_the_answer_says_when_nothing_is_certain_and_when_no_listing_meets_the_filters(place: Place) -> None:
    assert place.find(example=picture("red")).note is None
    nothing = place.find(example=picture("red"), where=ListingFilter(shops=(12345,)))
    assert (nothing.hits, nothing.note) == ((), "No listing meets the filters.")
    with place.store.transaction() as tx:
        for name in NAMES[1:]:  # to all other models listing 1 looks like anything
            space = spaces.live(tx, name)
            assert space is not None
            ids = np.array(place.here.images[1])
            vectors.save(tx, space, ids, np.stack([direction(name, "image", 77) for _ in ids]))
    search = place.searching(place.cut)
    found = search.find(Wanted(example=picture("red")))
    assert (listings(found), found.hits[0].matched_by) == ([1], 1)
    assert str(found.note).startswith("Nothing is certain: no two models clearly see")
    hit = found.hits[0]
    for strengths, agreed in (((0.9, 0.505, 0.505), False), ((0.52, 0.52, 0.1), True), ((0.6,), True)):
        told = tuple(replace(each, strength=strong) for each, strong in zip(hit.opinions, strengths, strict=False))
        assert replace(hit, opinions=told).agreed == agreed
    assert search.find(Wanted(example=picture("red"), models=NAMES[:1])).note is None, "nobody else was asked"
    assert search.find(Wanted(example=picture("red"), text="red mug")).note is None, "its words are there"
    few = ListingFilter(price_max=Decimal(3))
    prices = "Prices in EUR and USD were compared as numbers: a currency can be chosen."
    assert search.find(Wanted(text="mug", where=few)).note == prices
    assert search.find(Wanted(text="mug", where=replace(few, currency="EUR"))).note is None
    search.close()


def test_a_space_that_is_dropped_while_it_is_searched_is_asked_for_no_more(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A newer version has taken its place; here nothing has, so the other models answer."""
    hear = ListingSearch._hear

    def late(search: ListingSearch, wanted: Wanted, voice: Voice, *rest: Any) -> Any:
        with place.store.transaction() as tx:
            if voice.model == NAMES[0] and voice.space in spaces.every(tx):
                tx.execute("UPDATE vector_space SET state = 'retired' WHERE id = :id", id=voice.space.id)
                assert spaces.drop(tx, voice.space)
        return hear(search, wanted, voice, *rest)

    monkeypatch.setattr(ListingSearch, "_hear", late)
    found = place.find(example=picture("red"))
    assert listings(found) == [1]
    assert states(found) == {(name, "image"): name != NAMES[0] for name in NAMES}

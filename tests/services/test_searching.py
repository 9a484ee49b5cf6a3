"""One search over words and pictures, where everybody knows what the pictures show."""

from __future__ import annotations

import io
from collections.abc import Iterator
from pathlib import Path

import pytest
from PIL import Image

from lumina.domain.region import region
from lumina.domain.searching import Example, SearchPage, WayKind, WayState
from lumina.errors import BadInput, NotFound
from lumina.store import Store, filters
from tests.conftest import copied
from tests.support.seeing import COLOURS, THINGS, Library, Shot, library

pytestmark = [pytest.mark.integration, pytest.mark.timeout(60)]

EACH = 12
"""Images of each thing; the first of each is named after another thing, as people do."""


@pytest.fixture(scope="module")
def seen(postgres: str, template_database: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Library]:
    """Images of five things; for tests that only look."""
    with copied(postgres, template_database) as url:
        store = Store(url)
        made = library(store, tmp_path_factory.mktemp("derived"))
        fill(made)
        yield made
        store.close()


def fill(made: Library) -> None:
    shots = [Shot("", taken=f"2000-01-{number % 28 + 1:02}") for number in range(90)]
    for place, thing in enumerate(THINGS):
        wrong = THINGS[(place + 1) % len(THINGS)]
        names = [wrong, *["img"] * (EACH - 1)]
        shots += [Shot(thing, name, f"20{10 + at % 10}-0{place + 1}-01") for at, name in enumerate(names)]
    made.add(*shots)
    made.settle()


@pytest.fixture
def own(store: Store, tmp_path: Path) -> Library:
    """As `seen`, for tests that change it."""
    made = library(store, tmp_path)
    fill(made)
    return made


def ids(page: SearchPage) -> list[int]:
    return [item.image.id for item in page.items]


def states(page: SearchPage) -> dict[WayKind, WayState]:
    return {way.kind: way.state for way in page.ways}


def named(made: Library, thing: str) -> set[int]:
    """The image whose file is named so."""
    before = THINGS[THINGS.index(thing) - 1]
    return {min(made.showing(before))}


def assert_found(page: SearchPage, truth: set[int]) -> None:
    """All of them, and no more than two that chance has brought so far up: among so few images it may."""
    found = set(ids(page))
    assert truth <= found
    assert len(found - truth) <= 2


@pytest.mark.parametrize("thing", THINGS)
def test_finds_what_pictures_show_and_what_words_say(seen: Library, thing: str) -> None:
    page = seen.search.find(thing, limit=100)
    assert_found(page, seen.showing(thing) | named(seen, thing))
    assert page.total == len(page.items)
    assert set(states(page).values()) == {WayState.USED}
    by_name = next(item for item in page.items if item.image.id in named(seen, thing))
    assert by_name.reasons[0].kind == "name"
    looks = [item.reasons[0] for item in page.items if item is not by_name]
    assert all(why.kind == "picture" and f"“{thing}”" in why.text and 0.5 <= why.weight <= 1 for why in looks)


def test_more_are_asked_for_where_none_of_the_first_is_chance(seen: Library, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("lumina.store.nearest.FIRST", 5)
    assert_found(seen.search.find("truck", limit=100), seen.showing("truck"))


def test_what_nothing_shows_and_nobody_wrote_gives_an_empty_page(seen: Library) -> None:
    absent = [
        "unicorn",
        "submarine helicopter",
        "zz\x00zz",
        "\u7070\u8272",
        *(f"thing{number}" for number in range(26)),
    ]
    empty = []
    for page in map(seen.search.find, absent):
        if not page.items:
            assert (page.total, page.next, set(states(page).values())) == (0, None, {WayState.NOTHING})
            assert all(way.detail for way in page.ways)
            empty.append(page.query.text)
    assert len(empty) >= 0.75 * len(absent), "chance is allowed in one of twenty, and in more where images are few"


def test_filters_years_phrases_and_refusals_hold_for_pictures_too(seen: Library) -> None:
    trucks = seen.showing("truck") | named(seen, "truck")
    in_2013 = set(ids(seen.search.find("truck 2013", limit=100)))
    assert in_2013
    assert in_2013 < trucks
    assert in_2013 == set(ids(seen.search.find("truck date:2013", limit=100)))
    assert not ids(seen.search.find("truck camera:nikon"))
    assert set(ids(seen.search.find('"truck"'))) == named(seen, "truck"), "what is quoted has to stand there"
    without = seen.search.find("truck -lake", limit=100)
    assert_found(without, trucks - named(seen, "lake"))
    assert not named(seen, "lake") & set(ids(without))


def test_a_blank_query_is_everything_newest_first(seen: Library) -> None:
    page = seen.search.find("  ", limit=200)
    taken = [item.image.taken_at for item in page.items if item.image.taken_at]
    assert len(page.items) == len(seen.shows) == len(taken)
    assert taken == sorted(taken, reverse=True)
    assert states(page) == {WayKind.WORDS: WayState.USED}
    assert all(item.reasons == () for item in page.items)


@pytest.mark.parametrize("text", ["", "truck", "house 2011", "date:2012", "im*"])
def test_pages_put_together_are_the_whole(seen: Library, text: str) -> None:
    whole = ids(seen.search.find(text, limit=200))
    walked: list[int] = []
    walk = None
    for _ in range(100):
        page = seen.search.find(text, limit=7, walk=walk)
        walked += ids(page)
        walk = page.next
        if walk is None:
            break
    assert walked == whole
    assert len(set(walked)) == len(walked)


def test_pages_stay_as_they_were_while_the_library_changes(own: Library) -> None:
    whole = ids(own.search.find("truck", limit=100))
    first = own.search.find("truck", limit=5)
    with own.store.transaction() as tx:
        tx.execute("UPDATE image SET trashed_at = now() WHERE id = :id", id=whole[6])
    own.add(Shot("truck", "truck", "2024-01-01", noise=0.1))
    own.settle()
    rest = own.search.find("truck", limit=100, walk=first.next)
    assert ids(first) + ids(rest) == [image for image in whole if image != whole[6]]


def test_words_go_on_behind_the_fused_beginning_without_repeating_it(
    own: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("lumina.services.search.search.HEAD", 4)
    more = own.add(*(Shot("house", "truck", f"2000-01-{day:02}") for day in range(1, 20)))
    more += own.add(Shot("truck", "truck", "1990-01-01", noise=0.1))  # looks most like it, and is last by date
    own.settle()
    walked, walk = list[int](), None
    while not walked or walk is not None:
        page = own.search.find("truck", limit=6, walk=walk)
        walked += ids(page)
        walk = page.next
    assert len(set(walked)) == len(walked)
    assert set(walked) >= {*more, *named(own, "truck")}
    assert more[-1] in walked[:3]


def test_a_cursor_of_another_search_is_refused(seen: Library) -> None:
    page = seen.search.find("truck", limit=5)
    for text, catalog in (("lake", None), ("truck", seen.catalog)):
        with pytest.raises(BadInput, match="another search"):
            seen.search.find(text, limit=5, walk=page.next, catalog=catalog)


def test_an_image_finds_those_that_look_like_it_but_not_itself(seen: Library) -> None:
    image = max(seen.showing("dog"))
    page = seen.search.find("", example=Example(image_id=image), limit=100)
    assert image not in ids(page)
    assert len(set(ids(page)) & seen.showing("dog")) > EACH / 2
    assert len(set(ids(page)) - seen.showing("dog")) <= 2
    assert all(item.reasons[0].text.endswith("the picture") for item in page.items)
    assert states(page) == {WayKind.PICTURE: WayState.USED}
    strengths = [item.reasons[0].weight for item in page.items]
    assert strengths == sorted(strengths, reverse=True)
    assert set(ids(seen.search.find("date:2011", example=Example(image_id=image)))) < set(ids(page))


def picture(left: str, right: str) -> bytes:
    """One thing beside another."""
    made = Image.new("RGB", (200, 100))
    for at, thing in ((0, left), (100, right)):
        colour = [0, 0, 0]
        colour[COLOURS[thing]] = 250
        made.paste(tuple(colour), (at, 0, at + 100, 100))
    stream = io.BytesIO()
    made.save(stream, "PNG")
    return stream.getvalue()


def test_a_region_of_a_file_is_searched_by_what_it_shows(seen: Library) -> None:
    data = picture("truck", "dog")
    for thing, part in (("truck", "0,0,0.5,1"), ("dog", "0.5,0,0.5,1")):
        page = seen.search.find("", example=Example(data=data, region=region(part)), limit=100)
        assert_found(page, seen.showing(thing))
    both = seen.search.find("lake", example=Example(data=data, region=region("0,0,0.5,1")), limit=100)
    assert_found(both, seen.showing("truck") | named(seen, "lake"))
    assert ids(both)[0] in named(seen, "lake"), "which shows a truck, and is called lake"


@pytest.mark.parametrize(
    ("example", "message"),
    [
        (Example(data=b"GIF89a" + bytes(50)), "image: "),
        (Example(data=bytes(50_000_001)), "at most 50 are taken"),
        (Example(data=picture("dog", "dog"), region=region("0,0,0.01,1")), "too few to see"),
    ],
)
def test_a_picture_that_cannot_be_used_is_refused(seen: Library, example: Example, message: str) -> None:
    with pytest.raises(BadInput, match=message):
        seen.search.find("", example=example)


def test_what_is_not_there_is_named(seen: Library) -> None:
    with pytest.raises(NotFound, match="image 99999"):
        seen.search.find("", example=Example(image_id=99999))
    with pytest.raises(NotFound, match="nonsense"):
        seen.search.find("date:2019", model="nonsense")


def test_words_alone_serve_where_no_model_is_installed(own: Library) -> None:
    own.models.lack = "Model clip-vit-b32 is not installed: lumina models pull clip-vit-b32"
    page = own.search.find("truck")
    assert set(ids(page)) == named(own, "truck")
    assert [(way.kind, way.state) for way in page.ways] == [
        (WayKind.WORDS, WayState.USED),
        (WayKind.PICTURE, WayState.UNAVAILABLE),
    ]
    assert page.ways[1].detail == own.models.lack
    by_picture = own.search.find("", example=Example(data=picture("dog", "dog")))
    assert (by_picture.items, by_picture.total) == ((), None)
    stored = own.search.find("", example=Example(image_id=max(own.showing("dog"))))
    assert stored.items, "vectors that are there serve without the network"


def test_too_few_vectors_say_nothing(store: Store, tmp_path: Path) -> None:
    few = library(store, tmp_path)
    first = few.add(Shot("truck", "helicopter"))
    few.settle()
    page = few.search.find("helicopter")
    assert ids(page) == first
    assert states(page)[WayKind.PICTURE] is WayState.NOTHING
    assert "Too few" in page.ways[1].detail
    assert few.search.find("helicoptor").spelling == "helicopter"


def test_the_network_is_asked_once_for_the_same_words(seen: Library) -> None:
    asked = len(seen.models.seer.asked)
    for _ in range(3):
        seen.search.find("tree house lake")
    assert len(seen.models.seer.asked) == asked + 1
    assert "a photo of tree house lake" in seen.models.seer.asked[-1]


def test_names_in_filters_are_looked_up_once_and_reasons_stay_short(
    seen: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []
    real = filters.distinct
    monkeypatch.setattr(filters, "distinct", lambda tx, column: asked.append(column) or real(tx, column))
    page = seen.search.find("truck -camera:nikon " + "truck " * 150, limit=100)
    assert set(ids(page)) >= seen.showing("truck")
    assert asked == ["camera"]
    assert max(len(why.text) for item in page.items for why in item.reasons) < 150


def test_who_comes_with_too_many_pictures_is_told_to_come_again(seen: Library, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("lumina.services.search.questions.PATIENCE", 0.01)
    decoding = seen.search.questions._decoding
    with decoding, decoding:
        page = seen.search.find("", example=Example(data=picture("dog", "dog")))
    assert states(page) == {WayKind.PICTURE: WayState.UNAVAILABLE}
    assert "in a moment" in page.ways[0].detail

"""The marketplace over HTTP: shapes, limits, keys, photographs, and everything that can go wrong."""

from __future__ import annotations

import time
from collections.abc import Iterator

import httpx
import pytest

from lumina.demo.limits import Meter
from tests.support.marketplace import KEY, Kind, Limits, Server, marketplace

pytestmark = [pytest.mark.integration, pytest.mark.timeout(60)]

API = "/v3/application"


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    with marketplace(130) as running:
        yield running


@pytest.fixture
def ask(server: Server) -> Iterator[httpx.Client]:
    server.market.trouble.clear()
    server.market.counts.clear()
    with httpx.Client(base_url=server.url, headers={"x-api-key": KEY}, timeout=5) as client:
        yield client


def ids(answer: httpx.Response) -> list[int]:
    return [listing["listing_id"] for listing in answer.json()["results"]]


def test_lists_come_in_pages_that_fit_together_up_to_the_deepest_offset(ask: httpx.Client) -> None:
    pages = [ask.get(f"{API}/listings/active", params={"limit": 50, "offset": at}) for at in (0, 50, 100)]
    found = [id_ for page in pages for id_ in ids(page)]
    assert len(found) == len(set(found)) == pages[0].json()["count"] == 130
    assert found == sorted(found, reverse=True), "the newest first"
    assert len(ids(ask.get(f"{API}/listings/active"))) == 25
    assert "images" not in pages[0].json()["results"][0]
    refused = ask.get(f"{API}/listings/active", params={"offset": 12_001})
    assert (refused.status_code, refused.json()) == (
        400,
        {"error": "Offset provided is greater than the maximum offset allowed."},
    )
    assert ids(ask.get(f"{API}/listings/active", params={"offset": 12_000})) == []
    assert "limit" in ask.get(f"{API}/listings/active", params={"limit": 101}).json()["error"]


def test_searches_by_words_price_and_taxonomy_find_exactly_what_fits(ask: httpx.Client) -> None:
    def search(**what: object) -> list[dict]:  # type: ignore[type-arg]
        return ask.get(f"{API}/listings/active", params={"limit": 100, **what}).json()["results"]  # type: ignore[no-any-return]

    mugs = search(keywords="MUG")
    assert mugs
    assert all("mug" in listing["title"].lower() for listing in mugs)
    cheap = search(max_price=30, sort_on="price", sort_order="asc")
    prices = [listing["price"]["amount"] for listing in cheap]
    assert prices == sorted(prices)
    assert prices[-1] <= 3000
    assert len(cheap) + len(search(min_price=30.01)) == 130
    kitchen = {listing["taxonomy_id"] for listing in search(taxonomy_id=1055)}
    assert kitchen == {1057, 1058, 1059, 1062}
    nodes = ask.get(f"{API}/seller-taxonomy/nodes").json()
    assert {node["id"] for node in nodes["results"]} == {891, 66, 132, 1179}


def test_a_batch_holds_images_and_shops_where_they_were_asked_for(ask: httpx.Client, server: Server) -> None:
    some = ids(ask.get(f"{API}/listings/active"))[:3]
    asked = {"listing_ids": ",".join(map(str, [*some, 5])), "includes": "Images,Shop"}
    batch = ask.get(f"{API}/listings/batch", params=asked).json()
    assert [listing["listing_id"] for listing in batch["results"]] == some
    first = batch["results"][0]
    assert [image["rank"] for image in first["images"]] == list(range(1, len(first["images"]) + 1))
    assert first["images"] == ask.get(f"{API}/listings/{some[0]}/images").json()["results"]
    assert first["shop"] == ask.get(f"{API}/shops/{first['shop_id']}").json()
    assert first["price"].keys() == {"amount", "divisor", "currency_code"}
    assert ask.get(f"{API}/listings/batch", params={"listing_ids": ",".join(["1"] * 101)}).status_code == 400
    assert ask.get(f"{API}/listings/5").status_code == 404


def test_shops_are_found_by_name_with_their_listings_and_reviews(ask: httpx.Client, server: Server) -> None:
    known = server.market.world.shops[2]
    shop = ask.get(f"{API}/shops", params={"shop_name": known.name}).json()["results"][0]
    assert (shop["shop_id"], shop["shop_name"]) == (known.shop_id, known.name)
    own = ask.get(f"{API}/shops/{known.shop_id}/listings/active", params={"limit": 100}).json()
    assert own["count"] == shop["listing_active_count"] == len(own["results"])
    reviews = ask.get(f"{API}/shops/{known.shop_id}/reviews", params={"limit": 100}).json()
    moments = [review["created_timestamp"] for review in reviews["results"]]
    assert moments == sorted(moments, reverse=True)
    since = {"limit": 100, "min_created": moments[3]}
    assert ask.get(f"{API}/shops/{known.shop_id}/reviews", params=since).json()["count"] == 4
    one = reviews["results"][0]["listing_id"]
    assert ask.get(f"{API}/listings/{one}/reviews").json()["count"] >= 1


def test_listings_change_and_vanish_between_two_looks(ask: httpx.Client, server: Server) -> None:
    trouble = server.market.trouble
    sold, gone, dearer = ids(ask.get(f"{API}/listings/active"))[:3]
    try:
        trouble.changed |= {sold: {"state": "sold_out"}, dearer: {"price": 99_999}}
        trouble.gone.add(gone)
        left = ids(ask.get(f"{API}/listings/active"))
        assert not {sold, gone} & set(left)
        assert ask.get(f"{API}/listings/{sold}").json()["state"] == "sold_out"
        assert ask.get(f"{API}/listings/{gone}").status_code == 404
        assert ask.get(f"{API}/listings/{dearer}").json()["price"]["amount"] == 99_999
        assert ids(ask.get(f"{API}/listings/active", params={"min_price": 900})) == [dearer]
    finally:
        trouble.changed.clear()
        trouble.gone.clear()


@pytest.mark.parametrize(
    ("key", "error"),
    [
        ("", "Missing x-api-key header or client_id."),
        ("demo", "Shared secret is required in x-api-key header."),
        ("demo:wrong", "API key not found or not active, or incorrect shared secret for API key."),
    ],
)
def test_who_has_no_key_is_told_so(server: Server, key: str, error: str) -> None:
    answer = httpx.get(f"{server.url}{API}/openapi-ping", headers={"x-api-key": key} if key else {})
    assert (answer.status_code, answer.json()) == (403, {"error": error})


def test_photographs_are_told_from_their_addresses_and_never_sent_twice(ask: httpx.Client) -> None:
    listing = ids(ask.get(f"{API}/listings/active"))[0]
    image = ask.get(f"{API}/listings/{listing}/images").json()["results"][0]
    whole = ask.get(image["url_570xN"])
    assert whole.headers["content-type"] == "image/jpeg"
    assert whole.content[:2] == b"\xff\xd8"
    etag, modified = whole.headers["etag"], whole.headers["last-modified"]
    for condition in ({"if-none-match": etag}, {"if-modified-since": modified}):
        again = ask.get(image["url_570xN"], headers=condition)
        assert (again.status_code, again.content) == (304, b"")
    rest = ask.get(image["url_570xN"], headers={"range": "bytes=1000-", "if-range": etag})
    assert (rest.status_code, rest.content) == (206, whole.content[1000:])
    assert ask.get(image["url_570xN"], headers={"range": "bytes=1000-", "if-range": '"other"'}).status_code == 200
    assert ask.get(image["url_570xN"], headers={"range": "bytes=9999999-"}).status_code == 416
    guessed = image["url_570xN"].replace(f"/{image['url_570xN'].split('/')[-3]}/", "/000000/")
    assert ask.get(guessed).status_code == 404
    assert ask.get(image["url_fullxfull"]).content != whole.content


def test_a_connection_is_kept_and_requests_are_counted(ask: httpx.Client, server: Server) -> None:
    for _ in range(5):
        ask.get(f"{API}/openapi-ping")
    counts = server.market.counts
    assert (counts.paths[f"{API}/openapi-ping"], counts.statuses[200], len(counts.clients)) == (5, 5, 1)
    assert counts.below("/v3/") == 5
    assert counts.limited == 0


def test_who_asks_too_often_is_refused_for_a_second_and_who_asks_too_much_for_a_day() -> None:
    now = [100.0]
    meter = Meter(Limits(per_second=3, per_day=5, day=1000, wait=86_400), clock=lambda: now[0])
    assert [meter.ask().error for _ in range(4)] == [None, None, None, "Exceeded per second rate limit"]
    assert meter.ask().headers["retry-after"] == "1"
    now[0] += 1.01
    verdict = meter.ask()
    assert verdict.error is None
    assert verdict.headers == {
        "x-limit-per-second": "3",
        "x-remaining-this-second": "2",
        "x-limit-per-day": "5",
        "x-remaining-today": "1",
    }
    assert meter.ask().error is None
    now[0] += 1.01
    refused = meter.ask()
    assert (refused.error, refused.headers["retry-after"]) == ("Exceeded daily rate limit", "86400")
    now[0] += 1000
    assert meter.ask().error is None


def test_limits_hold_over_http_and_do_not_count_photographs() -> None:
    limits = Limits(per_second=2, per_day=None)
    with (
        marketplace(3, limits=limits) as server,
        httpx.Client(base_url=server.url, headers={"x-api-key": KEY}) as ask,
    ):
        answers = [ask.get(f"{API}/openapi-ping") for _ in range(3)]
        assert [answer.status_code for answer in answers] == [200, 200, 429]
        assert answers[2].json() == {"error": "Exceeded per second rate limit"}
        assert answers[2].headers["retry-after"] == "1"
        assert ask.get("/1/r/il/000000/1/il_570xN.1_0000.jpg").status_code == 404
        assert server.market.counts.limited == 1
        limits.per_second, limits.headers = None, False
        assert not [name for name in ask.get(f"{API}/openapi-ping").headers if name.startswith("x-")]


def test_everything_that_can_go_wrong_goes_wrong_once(ask: httpx.Client, server: Server) -> None:
    path, add = f"{API}/listings/active", server.market.trouble.add
    good = ask.get(path).json()
    add(Kind.RESET)
    with pytest.raises((httpx.ReadError, httpx.RemoteProtocolError)):
        ask.get(path)
    add(Kind.CUT)
    with pytest.raises(httpx.RemoteProtocolError):
        ask.get(path)
    add(Kind.SLOW, seconds=0.15)
    since = time.monotonic()
    assert ask.get(path).json() == good
    assert time.monotonic() - since >= 0.15
    add(Kind.STATUS, status=429, retry_after=7)
    assert ask.get(path).headers["retry-after"] == "7"
    add(Kind.HTML)
    assert ask.get(path).text.startswith("<!doctype html>")
    add(Kind.WRONG_TYPE)
    assert ask.get(path).headers["content-type"] == "text/plain"
    add(Kind.REVOKED)
    assert ask.get(path).status_code == 403
    add(Kind.REDIRECT, location="http://10.0.0.1/a.jpg")
    assert ask.get(path).headers["location"] == "http://10.0.0.1/a.jpg"
    add(Kind.EMPTY)
    assert ask.get(path).content == b""
    add(Kind.MANY_PIXELS)
    assert 1000 < len(ask.get(path).content) < 100_000
    add(Kind.MANY_BYTES, size=3_000_000, announced=False)
    assert len(ask.get(path).content) == 3_000_000
    assert ask.get(path).json() == good


def test_answers_may_be_odd_without_being_broken(ask: httpx.Client, server: Server) -> None:
    path, trouble = f"{API}/listings/active", server.market.trouble
    trouble.add(Kind.STRINGS, "listings/active", times=1)
    listing = ask.get(path).json()["results"][0]
    assert float(listing["price"]) > 0
    assert isinstance(listing["quantity"], str)
    trouble.add(Kind.UNKNOWN)
    odd = ask.get(path).json()["results"][0]
    assert (odd["state"], odd["views"]) == ("hibernating", None)
    trouble.add(Kind.DUPLICATES)
    twice = ids(ask.get(path))
    assert twice[::2] == twice[1::2]


def test_a_rule_waits_for_its_turn_and_its_path(ask: httpx.Client, server: Server) -> None:
    rule = server.market.trouble.add(Kind.STATUS, "openapi-ping", status=500, times=2, after=1)
    assert ask.get(f"{API}/listings/active").status_code == 200
    assert [ask.get(f"{API}/openapi-ping").status_code for _ in range(4)] == [200, 500, 500, 200]
    assert rule.times == 0

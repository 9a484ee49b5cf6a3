"""A million images, 100,000 of them on one day, in a real Chromium at 2x; the server's part is made up here."""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.sync_api import Page, Route, expect

from tests.browser.conftest import OpenPage, Site, eventually

pytestmark = pytest.mark.browser

BUCKET = 1990
BUSY = "2015-06-20"
MONTHS = [f"{number // 12}-{number % 12 + 1:02}" for number in range(2024 * 12 + 11, 1985 * 12 - 1, -1)]
HIGHEST = 16_000_000
"""Device pixels of an element that Chromium still draws rightly."""


def keys() -> list[tuple[str, str]]:
    """Key and day of every bucket, newest first."""
    found = []
    for month in MONTHS:
        if month == BUSY[:7]:
            found += [(f"{BUSY}.{part + 1}", BUSY) for part in range(51)]
        found.append((f"{month}", f"{month}-15"))
    return found


KEYS = keys()
PLACES = {key: (number, day) for number, (key, day) in enumerate(KEYS)}


def bucket_list() -> dict[str, Any]:
    rest = {"start": [f"{day}T08:00:00" for _, day in KEYS], "end": [f"{day}T09:00:00" for _, day in KEYS]}
    columns = {"key": [key for key, _ in KEYS], "count": [BUCKET] * len(KEYS)} | rest
    return {
        "total": BUCKET * len(KEYS),
        "undated": 0,
        "buckets": columns,
        "undated_buckets": {"key": [], "count": []},
    }


def bucket(key: str) -> dict[str, Any]:
    number, day = PLACES[key]
    every = range(BUCKET)
    return {
        "id": [number * BUCKET + i + 1 for i in every],
        "taken_at": [f"{day}T08:30:00"] * BUCKET,
        "ratio": [(1.5, 0.75, 1.333, 1.777)[i % 4] for i in every],
        "placeholder": [None] * BUCKET,
        "thumbnail": [None] * BUCKET,
        "kind": ["photo"] * BUCKET,
        "duration": [None] * BUCKET,
        "state": ["done"] * BUCKET,
        "name": [f"{i}.jpg" for i in every],
        "rating": [0] * BUCKET,
        "flag": [None] * BUCKET,
        "label": [None] * BUCKET,
        "favourite": [False] * BUCKET,
    }


def answer(route: Route) -> None:
    key = parse_qs(urlsplit(route.request.url).query).get("key")
    route.fulfill(json=bucket(key[0]) if key else bucket_list())


@pytest.fixture
def million(library: Site, open_page: OpenPage) -> Page:
    page = open_page(device_scale_factor=2)
    page.route(re.compile(r"/api/timeline/buckets?\b"), answer)
    page.goto(library.url())
    expect(page.locator("a[data-id='1']")).to_be_visible()
    return page


def element_height(page: Page) -> float:
    return float(page.evaluate("document.querySelector('[data-testid=canvas]').offsetHeight * devicePixelRatio"))


def test_the_oldest_image_is_reached_by_one_drag(million: Page) -> None:
    assert len(KEYS) * BUCKET > 1_000_000
    slider = million.get_by_role("slider", name="Date")
    box = slider.bounding_box()
    assert box
    million.mouse.move(box["x"] + 50, box["y"] + 5)
    million.mouse.down()
    million.mouse.move(box["x"] + 50, box["y"] + box["height"] + 20, steps=40)
    million.mouse.up()
    expect(million.locator(f"a[data-id='{len(KEYS) * BUCKET}']")).to_be_in_viewport()
    assert element_height(million) < HIGHEST


def test_every_part_of_the_busy_day_is_reached_by_date_and_wheel(million: Page) -> None:
    million.keyboard.press("g")
    million.get_by_role("textbox", name="Date").fill(BUSY)
    million.keyboard.press("Enter")
    first = PLACES[f"{BUSY}.1"][0] * BUCKET + 1
    expect(million.locator(f"a[data-id='{first}']")).to_be_in_viewport()
    expect(million.get_by_role("heading", name=re.compile("20 June 2015")).first).to_be_visible()
    million.keyboard.press("d")
    after = PLACES["2015-06"][0] * BUCKET + 1
    expect(million.locator(f"a[data-id='{after}']")).to_be_in_viewport()
    million.keyboard.press("Shift+D")
    expect(million.locator(f"a[data-id='{first}']")).to_be_in_viewport()


def test_the_window_moves_without_moving_what_is_seen(million: Page) -> None:
    """Far down by the element's own scrolling, as a long touch would do it; at rest the window is moved."""
    scroller = "document.querySelector('[data-testid=timeline]')"
    million.evaluate(f"{scroller}.scrollTop = 2_880_000")
    eventually(lambda: million.evaluate("[...document.querySelectorAll('a[data-id]')].length") > 0)
    script = f"""(() => {{
      const top = {scroller}.getBoundingClientRect().top;
      const tiles = [...document.querySelectorAll('a[data-id]')];
      const tile = tiles.find((one) => one.getBoundingClientRect().top > top);
      return {{ id: tile.dataset.id, y: tile.getBoundingClientRect().top, scroll: {scroller}.scrollTop }};
    }})()"""
    eventually(lambda: million.evaluate(f"{scroller}.scrollTop") < 2_000_000)
    expect(million.locator("[data-key]:not([data-loaded])")).to_have_count(0)
    before = million.evaluate(script)
    million.mouse.move(500, 400)
    million.mouse.wheel(0, 120)
    eventually(lambda: million.evaluate(f"{scroller}.scrollTop") >= before["scroll"] + 120)
    moved = float(
        million.evaluate(f"document.querySelector('a[data-id=\"{before['id']}\"]').getBoundingClientRect().top")
    )
    assert before["y"] - moved == pytest.approx(120, abs=1)

"""One image, large: zoom, facts, neighbours, videos, and files that can't be shown."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import OpenPage, Site, eventually

pytestmark = pytest.mark.browser

SCALE = "new DOMMatrix(getComputedStyle(document.querySelector('[data-testid=stage] > div')).transform).a"


def open_image(page: Page, library: Site, query: str) -> None:
    page.goto(library.url(f"/?{query}"))
    page.locator("a[data-id]").first.click()
    expect(page.get_by_role("toolbar", name="Image")).to_be_visible()


def scale(page: Page) -> float:
    return float(page.evaluate(SCALE))


def test_shows_the_proxy_and_says_where_each_fact_comes_from(library: Site, open_page: OpenPage) -> None:
    page = open_page()
    open_image(page, library, "camera=NIKON+D750&format=jpeg")
    eventually(
        lambda: page.evaluate("[...document.images].some((i) => i.src.includes('/proxy') && i.naturalWidth > 900)")
    )
    page.keyboard.press("i")
    facts = page.get_by_role("complementary", name="Facts")
    expect(facts).to_contain_text("EXIF:DateTimeOriginal")
    expect(facts).to_contain_text("NIKON D750")
    for section in ("Capture", "Camera", "Files", "Stages"):
        expect(facts.get_by_role("heading", name=section, exact=True)).to_be_visible()
    facts.get_by_text(re.compile("tags as they stand")).click()
    facts.get_by_role("textbox", name="Find a tag").fill("DateTimeOriginal")
    expect(facts.locator("details dt")).to_have_count(1)
    page.keyboard.press("Escape")
    page.locator("main").focus()
    page.keyboard.press("i")
    expect(facts).to_have_count(0)


def test_zooms_by_key_wheel_and_double_click_around_the_pointer(library: Site, open_page: OpenPage) -> None:
    page = open_page()
    open_image(page, library, "camera=NIKON+D750&format=jpeg")
    stage = page.get_by_test_id("stage")
    expect(stage).to_be_visible()
    assert scale(page) == 1
    page.keyboard.press("z")
    eventually(lambda: scale(page) >= 2)
    page.keyboard.press("z")
    eventually(lambda: scale(page) == 1)
    box = stage.bounding_box()
    assert box
    page.mouse.move(box["x"] + box["width"] * 0.7, box["y"] + box["height"] * 0.6)
    page.mouse.wheel(0, -600)
    eventually(lambda: scale(page) > 2)
    before = page.evaluate("getComputedStyle(document.querySelector('[data-testid=stage] > div')).transform")
    page.mouse.down()
    page.mouse.move(box["x"] + 300, box["y"] + 200, steps=5)
    page.mouse.up()
    assert page.evaluate("getComputedStyle(document.querySelector('[data-testid=stage] > div')).transform") != before
    page.mouse.wheel(0, 5000)
    eventually(lambda: scale(page) == 1)
    page.mouse.dblclick(box["x"] + 400, box["y"] + 300)
    eventually(lambda: scale(page) >= 2)


def test_arrows_walk_through_the_filtered_view_only(library: Site, open_page: OpenPage) -> None:
    page = open_page()
    open_image(page, library, "q=broken.jpg")
    expect(page.get_by_role("button", name="Next image")).to_have_count(0)
    open_image(page, library, "camera=NIKON+D750")
    expect(page.get_by_role("button", name="Next image")).to_be_attached()
    first = page.url
    page.keyboard.press("ArrowRight")
    expect(page).not_to_have_url(first)
    assert "camera=NIKON" in page.url
    expect(page.get_by_role("button", name="Previous image")).to_be_attached()
    page.keyboard.press("ArrowLeft")
    expect(page).to_have_url(first)


def test_a_broken_file_says_why(library: Site, open_page: OpenPage) -> None:
    page = open_page()
    open_image(page, library, "q=broken.jpg")
    expect(page.get_by_role("alert")).to_contain_text("This file can’t be shown")
    expect(page.get_by_role("alert").locator("p")).to_have_text(re.compile(r"\w{3,} .*\w{3,}"))
    page.get_by_role("button", name="Try again").click()
    expect(page.get_by_role("button", name="It is being tried again")).to_be_visible()
    library.work()


def test_a_video_has_its_player(library: Site, open_page: OpenPage) -> None:
    page = open_page(allow="Failed to load resource")
    open_image(page, library, "q=film.mp4")
    # Chromium has no licence for every codec: then the poster and the way to the file stand there.
    expect(page.locator("video").or_(page.get_by_text("This browser can’t play"))).to_be_visible()
    expect(page.get_by_role("link", name="Download the original").first).to_be_visible()


def test_an_image_that_does_not_exist_is_named(library: Site, open_page: OpenPage) -> None:
    page = open_page(library.url("/image/999999999"), allow="404")
    expect(page.get_by_role("alert")).to_contain_text("Couldn’t read this image")
    page.keyboard.press("Escape")
    expect(page.locator("a[data-id]").first).to_be_visible()


def test_a_link_to_an_image_opens_it_and_leads_to_its_place(library: Site, open_page: OpenPage) -> None:
    page = open_page()
    open_image(page, library, "to=2012-01-01")
    image = page.url.split("/image/")[1].split("?")[0]
    page = open_page(library.url(f"/image/{image}"))
    expect(page.get_by_role("toolbar", name="Image")).to_be_visible()
    expect(page.get_by_role("button", name="Next image")).to_be_attached()
    page.keyboard.press("Escape")
    expect(page.locator(f"a[data-id='{image}']")).to_be_in_viewport()


def test_files_of_one_moment_can_be_ungrouped(library: Site, open_page: OpenPage) -> None:
    page = open_page(library.url("/?format=dng"))
    expect(page.locator("a[data-id]").first).to_be_visible()
    page.locator("a[data-id]").first.click()
    expect(page.get_by_role("toolbar", name="Image")).to_be_visible()
    page.keyboard.press("i")
    facts = page.get_by_role("complementary", name="Facts")
    expect(facts.get_by_role("heading", name="Files")).to_be_visible()
    asked = {}
    page.route(
        "**/ungroup", lambda route: (asked.update(url=route.request.url), route.fulfill(json={"images": [1, 2]}))
    )
    button = facts.get_by_role("button", name=re.compile("ungroup"))
    expect(button).to_be_visible()
    button.click()
    eventually(lambda: bool(page.evaluate("1")) and "ungroup" in asked.get("url", ""))

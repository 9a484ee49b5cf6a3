"""Rating, choosing, putting away and albums on the timeline and the image page."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import OpenPage, Site, eventually
from tests.support.pictures import scene
from tests.support.review import SHUTTER, photo

pytestmark = pytest.mark.browser

TILES = "a[data-id]"


def filled(site: Site, images: int = 8) -> None:
    for number in range(images):
        photo(site.photos / f"{number}.jpg", scene(number + 400), SHUTTER.replace(day=1 + number))
    site.add()
    site.work()


def decided(site: Site, what: str) -> int:
    sql = f"SELECT count(*) FROM image LEFT JOIN curation ON image_id = image.id WHERE {what}"
    with site.app.store.transaction() as tx:
        return int(tx.value(sql))


def test_keys_mark_the_image_and_ranges_and_undo_takes_it_back(site: Site, open_page: OpenPage) -> None:
    filled(site)
    page = open_page(site.url())
    expect(page.locator(TILES)).to_have_count(8)
    page.keyboard.press("ArrowRight")
    for key in ("4", "p", "6", "l"):
        page.keyboard.press(key)
    first = page.locator(TILES).first
    expect(first).to_have_attribute("aria-label", re.compile("4 stars, picked, label red, favourite$"))
    eventually(lambda: decided(site, "rating = 4 AND flag = 'pick' AND label = 'red' AND favourite") == 1)
    page.keyboard.press("Shift+ArrowRight")
    page.keyboard.press("Shift+ArrowRight")
    bar = page.get_by_role("region", name="Chosen images")
    expect(bar).to_contain_text("3 chosen")
    page.keyboard.press("2")
    eventually(lambda: decided(site, "rating = 2") == 3)
    expect(page.get_by_text("Rated 3 images 2 stars", exact=True)).to_be_visible()
    page.keyboard.press("Control+z")
    eventually(lambda: (decided(site, "rating = 2"), decided(site, "rating = 4")) == (0, 1))
    expect(page.get_by_text("Undone: Rated 3 images 2 stars")).to_be_visible()
    expect(first).to_have_attribute("aria-label", re.compile("4 stars"))
    page.keyboard.press("Control+a")
    bar.get_by_role("button", name="Reject").click()
    eventually(lambda: decided(site, "flag = 'reject'") == 8)


def test_shelves_take_what_was_put_away_and_give_it_back(site: Site, open_page: OpenPage) -> None:
    filled(site)
    page = open_page(site.url())
    expect(page.locator(TILES)).to_have_count(8)
    page.locator(TILES).nth(1).hover()
    page.locator(TILES).nth(1).locator("[data-check]").click()
    page.locator(TILES).nth(3).click(modifiers=["Shift"])
    bar = page.get_by_role("region", name="Chosen images")
    expect(bar).to_contain_text("3 chosen")
    page.keyboard.press("Delete")
    expect(page.locator(TILES)).to_have_count(5)
    expect(bar).to_have_count(0)
    page.goto(site.url("/?shelf=trash"))
    expect(page.locator(TILES)).to_have_count(3)
    expect(page.get_by_role("heading", name="Trash", level=1)).to_be_attached()
    page.get_by_role("button", name="Empty…").click()
    expect(page.get_by_role("dialog", name="Empty the trash")).to_contain_text("No file is due yet")
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_have_count(0)
    page.keyboard.press("s")
    bar.get_by_role("button", name="All 3 of this view").click()
    expect(bar).to_contain_text("3 chosen")
    page.keyboard.press("r")
    expect(page.get_by_role("heading", name="The trash is empty")).to_be_visible()
    assert decided(site, "trashed_at IS NULL") == 8


def test_images_go_into_an_album_that_is_renamed_and_removed(site: Site, open_page: OpenPage) -> None:
    filled(site, 4)
    page = open_page(site.url())
    expect(page.locator(TILES)).to_have_count(4)
    page.keyboard.press("s")
    page.keyboard.press("Shift+ArrowRight")
    bar = page.get_by_role("region", name="Chosen images")
    expect(bar).to_contain_text("2 chosen")
    bar.get_by_role("button", name="Put into an album").click()
    page.get_by_role("textbox", name="Name of a new album").fill("Lake")
    page.keyboard.press("Enter")
    expect(page.get_by_text(re.compile("2 images into “Lake”|Put 2 images"))).to_be_visible()
    page.goto(site.url("/albums"))
    page.get_by_role("button", name="What to do with Lake").click()
    page.get_by_role("menuitem", name="Rename").click()
    page.get_by_role("textbox", name="Name").fill("Sea")
    page.keyboard.press("Enter")
    page.get_by_role("link", name="Sea, 2 images").click()
    expect(page).to_have_url(re.compile(r"album=\d+"))
    expect(page.locator(TILES)).to_have_count(2)
    page.goto(site.url("/albums"))
    page.get_by_role("button", name="What to do with Sea").click()
    page.get_by_role("menuitem", name="Remove the album").click()
    expect(page.get_by_text("No album yet.")).to_be_visible()
    page.get_by_role("button", name="Undo").last.click()
    expect(page.get_by_role("link", name="Sea, 2 images")).to_be_visible()


def test_the_image_page_marks_and_says_so(site: Site, open_page: OpenPage) -> None:
    filled(site, 3)
    page = open_page(site.url())
    page.locator(TILES).first.click()
    bar = page.get_by_role("group", name="Rate and mark")
    expect(bar).to_be_visible()
    page.keyboard.press("3")
    expect(bar.get_by_role("group", name="Rating: 3 stars")).to_be_visible()
    bar.get_by_role("button", name="Favourite").click()
    eventually(lambda: decided(site, "rating = 3 AND favourite") == 1)
    page.keyboard.press("Escape")
    expect(page.locator(TILES).first).to_have_attribute("aria-label", re.compile("3 stars, favourite"))
    page.goto(site.url("/?rating=3"))
    expect(page.locator(TILES)).to_have_count(1)


def test_settings_of_duplicates_are_saved_and_a_wrong_policy_is_named(site: Site, open_page: OpenPage) -> None:
    filled(site, 1)
    page = open_page(site.url("/settings"), allow="422")
    form = page.get_by_role("region", name="Duplicates of Photos")
    form.get_by_role("spinbutton", name="How unlike copies may be").fill("7")
    form.get_by_text("Policy: which copy is kept").click()
    form.get_by_role("textbox", name="Policy").fill('[[rule]]\nrule = "magic"')
    form.get_by_role("button", name="Save").click()
    expect(form).to_contain_text("magic")
    form.get_by_role("textbox", name="Policy").fill("")
    form.get_by_role("button", name="Save").click()
    expect(page.get_by_text("Saved", exact=True)).to_be_visible()
    page.reload()
    expect(form.get_by_role("spinbutton")).to_have_value("7")

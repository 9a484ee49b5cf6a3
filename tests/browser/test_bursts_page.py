"""Bursts as a person culls them: one key keeps a frame; what belongs together is left alone."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import OpenPage, Site, eventually
from tests.support.review import bracket, burst

pytestmark = pytest.mark.browser

ROWS = "[aria-label='Sequences'] li button"
FRAMES = "[aria-label='Frames'] > li > button"


def flags(site: Site, flag: str) -> int:
    with site.app.store.transaction() as tx:
        return int(tx.value("SELECT count(*) FROM curation WHERE flag = :flag", flag=flag))


def shot(site: Site) -> None:
    for number in range(2):
        burst(site.photos, number)
    bracket(site.photos)
    site.add()
    site.work()


def test_one_key_keeps_a_frame_and_goes_on_and_another_takes_it_back(site: Site, open_page: OpenPage) -> None:
    shot(site)
    page = open_page(site.url("/bursts"))
    expect(page.locator(ROWS)).to_have_count(3)
    # A bracket, the newest, is shown but nothing of it is offered for culling.
    expect(page.locator(ROWS).first).to_contain_text("Exposure bracket")
    expect(page.get_by_text("The frames of a bracket belong together")).to_be_visible()
    expect(page.get_by_role("button", name=re.compile("reject the rest"))).to_have_count(0)
    page.keyboard.press("Shift+P")
    page.keyboard.press("ArrowDown")
    expect(page.locator(FRAMES)).to_have_count(4)
    best = page.locator(f"{FRAMES}[data-best]")
    expect(best).to_have_attribute("aria-current", "true")
    expect(best).to_have_attribute("aria-label", re.compile("^Frame 2, the best"))
    expect(page.get_by_role("list", name="Why it is the best")).to_be_visible()
    page.keyboard.press("ArrowRight")
    expect(page.get_by_role("list", name="What sets it apart from the best")).to_be_visible()
    page.keyboard.press("Shift+P")
    eventually(lambda: (flags(site, "pick"), flags(site, "reject")) == (1, 3))
    expect(page.locator(ROWS).nth(1)).to_contain_text("One kept")
    expect(page.locator(ROWS).nth(2)).to_have_attribute("aria-current", "true")
    page.keyboard.press("k")
    eventually(lambda: (flags(site, "pick"), flags(site, "reject")) == (2, 6))
    page.keyboard.press("Control+z")
    eventually(lambda: (flags(site, "pick"), flags(site, "reject")) == (1, 3))
    page.keyboard.press("Control+z")
    eventually(lambda: (flags(site, "pick"), flags(site, "reject")) == (0, 0))
    expect(page.get_by_text("One kept")).to_have_count(0)


def test_all_bursts_at_once_and_marks_by_key(site: Site, open_page: OpenPage) -> None:
    shot(site)
    page = open_page(site.url("/bursts?kind=burst"))
    expect(page.locator(ROWS)).to_have_count(2)
    page.keyboard.press("5")
    expect(page.locator(f"{FRAMES}[aria-current=true]")).to_have_attribute("aria-label", re.compile("5 stars"))
    page.keyboard.press("c")
    expect(page.get_by_role("region", name="Compare")).to_contain_text("Best frame")
    page.keyboard.press("Escape")
    page.keyboard.press("Shift+K")
    page.get_by_role("dialog", name="Keep the best of all bursts?").get_by_role(
        "button", name="Pick and reject"
    ).click()
    eventually(lambda: (flags(site, "pick"), flags(site, "reject")) == (2, 6))
    expect(page.get_by_text("One kept")).to_have_count(2)

"""Copies as a person reviews them: one by one, by keys alone, all at once; and taking it back."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from lumina.bootstrap import MODELS
from lumina.store import Transaction
from tests.browser.conftest import OpenPage, Site, eventually
from tests.browser.test_accessibility import violations
from tests.support.copies import new_twins
from tests.support.review import burst, copies, thousands_of_groups
from tests.support.taught import PUG, Taught
from tests.support.weights import install_mobilenet

pytestmark = pytest.mark.browser

MEMBERS = "[aria-label='Members'] > li"
ROWS = "[aria-label='Groups'] li button"


def reviewed(site: Site) -> None:
    copies(site.photos)
    site.add()
    site.work()


def rows(site: Site, sql: str) -> list[object]:
    def ask(tx: Transaction) -> list[object]:
        return [row[0] for row in tx.execute(sql)]

    with site.app.store.transaction() as tx:
        return ask(tx)


def hidden(site: Site) -> int:
    return len(rows(site, "SELECT id FROM image WHERE hidden"))


def manifest(folder: Path) -> dict[str, tuple[int, bytes]]:
    files = (path for path in sorted(folder.rglob("*")) if path.is_file())
    return {str(path): (path.stat().st_mtime_ns, path.read_bytes()) for path in files}


def working(site: Site, page: Page, text: str | re.Pattern[str]) -> None:
    """Do what has been asked for until the page says so."""

    def said() -> bool:
        site.work()
        return bool(page.get_by_role("region", name="Messages").get_by_text(text).count())

    eventually(said)


def test_the_best_is_kept_by_key_and_undone_by_key(site: Site, open_page: OpenPage) -> None:
    reviewed(site)
    before = manifest(site.photos)
    page = open_page(site.url("/duplicates"))
    expect(page.locator(ROWS)).to_have_count(3)
    expect(page.get_by_text(re.compile(r"3 groups of 8 images"))).to_be_visible()
    group = page.get_by_role("region", name=re.compile("^Group of"))
    kept = group.locator(MEMBERS).filter(has_text="Stays")
    expect(kept).to_have_count(1)
    expect(kept.get_by_role("list", name="Why it stays")).to_be_visible()
    first = group.get_by_role("heading", level=2).inner_text()
    page.keyboard.press("k")
    expect(page.locator(ROWS)).to_have_count(2)
    working(site, page, re.compile("Resolved 1 group"))
    assert hidden(site) == 2
    assert group.get_by_role("heading", level=2).inner_text() != first
    page.keyboard.press("Control+z")
    expect(page.get_by_text(re.compile("Undone: Resolved 1 group"))).to_be_visible()
    site.work()
    expect(page.locator(ROWS)).to_have_count(3)
    assert hidden(site) == 0
    assert manifest(site.photos) == before


def test_keys_alone_compare_choose_another_keeper_and_keep_apart(site: Site, open_page: OpenPage) -> None:
    reviewed(site)
    page = open_page(site.url("/duplicates"))
    expect(page.locator(ROWS)).to_have_count(3)
    page.keyboard.press("ArrowDown")
    expect(page).to_have_url(re.compile("group="))
    page.keyboard.press("ArrowUp")
    group = page.get_by_role("region", name=re.compile("^Group of"))
    page.keyboard.press("ArrowRight")
    expect(group.locator("[aria-current=true]")).to_have_attribute("aria-label", re.compile("^Copy 1"))
    page.keyboard.press("c")
    compared = page.get_by_role("region", name="Compare")
    stage = page.get_by_test_id("compare")
    expect(compared).to_contain_text("Kept")
    expect(stage.locator("[data-paper]")).to_have_count(2)
    page.keyboard.press("z")
    poses = "[...document.querySelectorAll('[data-testid=compare] [data-paper]')].map((one) => one.style.transform)"
    eventually(lambda: "scale(1)" not in str(page.evaluate(poses)))
    assert len(set(page.evaluate(poses))) == 1
    page.keyboard.down("b")
    expect(stage).to_have_attribute("data-shown", "right")
    expect(stage).to_have_attribute("data-stacked", "true")
    page.keyboard.up("b")
    expect(stage.locator("[data-paper]")).to_have_count(2)
    page.keyboard.press("x")
    expect(stage).to_have_attribute("data-shown", "both")
    expect(stage.locator("[data-paper]")).to_have_count(1)
    page.keyboard.press("Escape")
    expect(compared).to_have_count(0)

    name = group.locator(MEMBERS).nth(1).get_by_role("link").inner_text()
    page.keyboard.press("2")
    kept = group.locator(MEMBERS).filter(has_text="Stays")
    expect(kept.get_by_role("button").first).to_have_attribute("aria-current", "true")
    expect(kept.get_by_role("link")).to_have_text(name)
    assert len(rows(site, "SELECT image_id FROM keeper_choice")) == 1

    page.keyboard.press("d")
    expect(page.locator(ROWS)).to_have_count(2)
    expect(page.get_by_text("They won’t be proposed again.")).to_be_visible()
    page.get_by_role("button", name="Undo").last.click()
    expect(page.locator(ROWS)).to_have_count(3)


def test_all_at_once_after_a_look_at_what_will_happen(site: Site, open_page: OpenPage) -> None:
    reviewed(site)
    page = open_page(site.url("/duplicates"), allow="409")
    expect(page.locator(ROWS)).to_have_count(3)
    page.keyboard.press("Space")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Space")
    expect(page.get_by_role("region", name="Chosen groups")).to_contain_text("2 of 3")
    page.keyboard.press("Escape")
    expect(page.get_by_role("region", name="Chosen groups")).to_have_count(0)
    page.keyboard.press("Shift+K")
    sheet = page.get_by_role("dialog", name="What will happen")
    steps = sheet.get_by_role("list", name="Each copy and what stands for it").get_by_role("listitem")
    expect(sheet.get_by_role("button", name="Hide 5 copies")).to_be_enabled()
    expect(steps).to_have_count(5)
    expect(steps.first).to_contain_text(" stays")
    # Meanwhile somebody else puts one of them into the trash: what was seen is not what would happen.
    with site.app.store.transaction() as tx:
        tx.execute("UPDATE image SET trashed_at = now() WHERE id = (SELECT max(image_id) FROM duplicate_member)")
    sheet.get_by_role("button", name="Hide 5 copies").click()
    expect(sheet.get_by_role("alert")).to_contain_text("Something has changed since")
    assert hidden(site) == 0
    sheet.get_by_role("button", name="Hide 4 copies").click()
    expect(sheet).to_have_count(0)
    working(site, page, re.compile("Resolved 3 groups"))
    assert hidden(site) == 4
    page.goto(site.url("/history"))
    page.get_by_role("button", name=re.compile("^Undo: Resolved 3 groups")).click()
    working(site, page, re.compile("Undone: Resolved 3 groups"))
    assert hidden(site) == 0
    expect(page.get_by_text(re.compile("· taken back$"))).to_be_visible()


def test_nothing_that_opens_over_the_pages_has_a_violation(site: Site, open_page: OpenPage) -> None:
    burst(site.photos)
    reviewed(site)
    page = open_page(site.url("/duplicates"), color_scheme="light")
    expect(page.locator(ROWS)).to_have_count(3)
    page.keyboard.press("Space")
    assert violations(page) == []
    page.keyboard.press("c")
    expect(page.get_by_test_id("compare")).to_be_visible()
    assert violations(page) == [], "compare"
    page.keyboard.press("Escape")
    page.keyboard.press("Shift+K")
    expect(page.get_by_role("button", name=re.compile("^Hide"))).to_be_enabled()
    assert violations(page) == [], "what will happen"
    page.goto(site.url("/bursts"))
    expect(page.get_by_role("list", name="Frames")).to_be_visible()
    assert violations(page) == [], "bursts"
    page.goto(site.url())
    expect(page.locator("a[data-id]").first).to_be_visible()
    album = page.get_by_role("button", name="Put into an album")

    def is_chosen() -> bool:
        if not album.is_visible():
            page.keyboard.press("s")  # a page that is still being set up takes no keys
            page.wait_for_timeout(200)
        return album.is_visible()

    eventually(is_chosen)
    page.keyboard.press("4")
    album.click()
    expect(page.get_by_role("dialog", name="Put into an album")).to_be_visible()
    assert violations(page) == [], "chosen images"


def test_nothing_found_not_looked_and_out_of_reach_say_so(site: Site, open_page: OpenPage) -> None:
    with site.app.store.transaction() as tx:
        tx.execute("INSERT INTO catalog (name) VALUES ('Empty')")
    page = open_page(allow="503")
    page.route(re.compile(r"/api/duplicates\?"), lambda route: route.fulfill(status=503, json={"title": "Away"}))
    page.goto(site.url("/duplicates"))
    expect(page.get_by_role("alert")).to_contain_text("Couldn’t read the duplicates")
    page.unroute_all()
    page.get_by_role("button", name="Try again").click()
    expect(page.get_by_role("heading", name="Nobody has looked yet")).to_be_visible()
    page.get_by_role("button", name="Look for duplicates").click()
    expect(page.get_by_role("heading", name="Looking for copies")).to_be_visible()
    site.work()
    expect(page.get_by_role("heading", name="No duplicates")).to_be_visible()


def test_ten_thousand_groups_scroll_smoothly(site: Site, open_page: OpenPage) -> None:
    thousands_of_groups(site.app.store, 10_000)
    page = open_page(site.url("/duplicates"))
    expect(page.get_by_text(re.compile("10,000 groups of 20,000 images"))).to_be_visible(timeout=30_000)
    expect(page.locator(ROWS).first).to_be_visible()
    page.evaluate(
        """() => {
          window.long = [];
          new PerformanceObserver((list) => {
            for (const entry of list.getEntries()) window.long.push(entry.duration);
          }).observe({ type: "longtask" });
        }"""
    )
    box = page.get_by_test_id("list").bounding_box()
    assert box
    page.mouse.move(box["x"] + 50, box["y"] + 200)
    for _ in range(25):
        page.mouse.wheel(0, 900)
        page.wait_for_timeout(16)
    eventually(lambda: page.locator("[aria-label='Groups'] li[aria-posinset='240'] button").count() == 1, 40)
    assert page.locator("[aria-label='Groups'] li").count() < 60
    assert max(page.evaluate("window.long"), default=0) < 250
    before = page.url
    page.keyboard.press("End")
    expect(page).not_to_have_url(before)
    expect(page.locator(f"{ROWS}[aria-current=true]")).to_be_in_viewport()


def test_images_of_one_subject_are_shown_apart_and_never_resolved(site: Site, open_page: OpenPage) -> None:
    page = open_page(site.url("/duplicates?tier=subject"), allow="Failed to load resource")
    expect(page.get_by_role("heading", name="No images yet")).to_be_visible()
    install_mobilenet(site.app.settings.home / MODELS)
    taught = Taught(new_twins(site.app, site.messages))
    taught.add(taught.strewn(60))
    hers = taught.add(taught.like(PUG, 4, 0.1))
    page.goto(site.url("/duplicates"))
    page.get_by_role("link", name="Same subject").click()
    page.get_by_role("button", name="Look for images of one subject").click()
    working(site, page, "1 group of one subject, 4 images")
    expect(page.locator("[aria-label='Groups of one subject'] li")).to_have_count(1)
    expect(page.get_by_text("1 group of 4 images")).to_be_visible()
    group = page.get_by_role("list", name="Images of one subject")
    expect(group.get_by_role("listitem")).to_have_count(4)
    expect(group.get_by_text(re.compile(r"^\d\d(\.\d)? % alike$"))).to_have_count(3)
    assert violations(page) == []
    for never in ("Keep", "Not duplicates", "Preview"):
        expect(page.get_by_role("button", name=re.compile(never))).to_have_count(0)
    page.keyboard.press("ArrowRight")
    page.keyboard.press("c")
    expect(page.get_by_role("region", name="Compare")).to_contain_text("alike")
    page.keyboard.press("Escape")
    group.get_by_role("link").nth(1).click()
    expect(page.get_by_role("button", name="Back to the duplicates")).to_be_visible()
    assert int(page.url.split("/image/")[1].split("?")[0]) in hers
    page.keyboard.press("Escape")
    expect(group.get_by_role("listitem")).to_have_count(4)
    assert hidden(site) == 0

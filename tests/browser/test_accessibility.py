"""Every page, dark and light, wide and narrow: axe finds nothing, nothing overflows, the keyboard reaches all."""

from __future__ import annotations

import re
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import AXE, OpenPage, Site

pytestmark = pytest.mark.browser

PAGES = (
    *("/", "/?undated=true", "/?q=nothing-like-it", "/?shelf=trash", "/duplicates", "/bursts", "/albums", "/history"),
    *(
        "/jobs",
        "/coverage",
        "/settings",
        "/doctor",
        "/search",
        "/listings",
        "/nowhere",
        "/taxonomy?empty=true",
        "/corrections",
    ),
    "/duplicates?tier=subject",
)
SHAPES = ((1440, 900), (390, 844))
CONTRAST = "{ type: 'rule', values: ['color-contrast', 'link-in-text-block'] }"
"""What the colours alone decide."""
ALL = "['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice']"
RUN = "axe.run(document, {{ runOnly: {}, resultTypes: ['violations'] }}).then((found) => found.violations)"
"""What has been violated alone: to name each element that is as it should be takes five times as long."""
AT_REST = """async () => {
  const frame = () => new Promise(requestAnimationFrame);
  const runs = (one) => one.playState === "running" && Number.isFinite(one.effect?.getComputedTiming().endTime);
  for (let still = 0; still < 3; still += 1) {
    await frame();
    await frame();
    const running = document.getAnimations().filter(runs);
    if (running.length) still = -1;
    await Promise.allSettled(running.map((one) => one.finished));
  }
}"""


def violations(page: Page) -> list[str]:
    """What axe finds in the page as it is, and in the colours of the other scheme, as lines."""
    assert AXE.exists(), "axe-core is missing: run `make install`"
    if page.evaluate("typeof axe") == "undefined":
        page.evaluate(AXE.read_text())
    found = findings(page, ALL)
    other = page.evaluate("matchMedia('(prefers-color-scheme: dark)').matches ? 'light' : 'dark'")
    page.emulate_media(color_scheme=other)
    expect(page.locator("html")).to_have_attribute("data-mantine-color-scheme", other)
    return found + findings(page, CONTRAST)


def findings(page: Page, rules: str) -> list[str]:
    page.evaluate(AT_REST)  # a colour in the middle of its transition is no finding
    found: list[dict[str, Any]] = page.evaluate(RUN.format(rules))
    return [f"{each['id']}: {node['target']} {node['failureSummary']}" for each in found for node in each["nodes"]]


def settled(page: Page) -> None:
    expect(page.locator("main")).to_be_visible()
    expect(page.get_by_role("status", name=re.compile("^Loading"))).to_have_count(0)


@pytest.mark.parametrize("first", [0, 1])
def test_no_page_has_a_violation_or_overflows(library: Site, open_page: OpenPage, first: int) -> None:
    """Half of the pages are opened wide and made narrow, the others the other way round."""
    page = open_page()
    for number, path in enumerate(PAGES[first::2]):
        shapes = SHAPES if number % 2 else SHAPES[::-1]
        for at, (width, height) in enumerate(shapes):
            page.set_viewport_size({"width": width, "height": height})
            if at == 0:
                page.goto(library.url(path))
            settled(page)
            assert violations(page) == [], (path, width)
            assert page.evaluate("document.documentElement.scrollWidth") <= width, path


@pytest.mark.parametrize(("width", "height"), SHAPES)
def test_no_image_page_has_a_violation(library: Site, open_page: OpenPage, width: int, height: int) -> None:
    page = open_page(library.url(), width=width, height=height, allow="Failed to load resource")
    for query in ("format=jpeg", "q=broken.jpg", "q=film.mp4"):
        page.goto(library.url(f"/?{query}"))
        page.locator("a[data-id]").first.click()
        expect(page.get_by_role("toolbar", name="Image")).to_be_visible()
        if page.get_by_role("complementary", name="Facts").count() == 0:
            page.keyboard.press("i")
        expect(page.get_by_role("complementary", name="Facts")).to_contain_text("Stages")
        assert violations(page) == [], query


def test_nothing_that_opens_has_a_violation(library: Site, open_page: OpenPage) -> None:
    page = open_page(library.url())
    expect(page.locator("a[data-id]").first).to_be_visible()
    for key, name in (("?", "Keys of this page"), ("Control+k", "All commands"), ("g", "Go to a date")):
        page.keyboard.press(key)
        expect(page.get_by_role("dialog", name=name)).to_be_visible()
        assert violations(page) == [], name
        page.keyboard.press("Escape")
        expect(page.get_by_role("dialog")).to_have_count(0)
    for button in ("Filter", "Copy this view"):
        page.get_by_role("button", name=button).click()
        assert violations(page) == [], button
        page.keyboard.press("Escape")
    page.locator("a[data-id]").first.focus()
    page.keyboard.press("Space")
    expect(page.get_by_role("complementary", name="Peek")).to_be_visible()
    assert violations(page) == []


def test_an_empty_library_and_its_folder_picker_have_no_violation(site: Site, open_page: OpenPage) -> None:
    page = open_page(site.url())
    expect(page.get_by_role("button", name="Add a folder")).to_be_visible()
    assert violations(page) == []
    page.get_by_role("button", name="Add a folder").click()
    expect(page.get_by_role("list", name="Folders")).to_be_visible()
    assert violations(page) == []
    for path in ("/duplicates", "/duplicates?tier=subject", "/bursts"):
        page.goto(site.url(path))
        expect(page.get_by_role("heading", name="No images yet")).to_be_visible()


def test_the_keyboard_alone_walks_the_timeline_page(library: Site, open_page: OpenPage) -> None:
    page = open_page(library.url())
    expect(page.locator("a[data-id]").first).to_be_visible()
    reached: list[str] = []
    for _ in range(40):
        page.keyboard.press("Tab")
        name = page.evaluate("document.activeElement.getAttribute('aria-label') || document.activeElement.textContent")
        if reached and name == reached[0]:
            break
        reached.append(str(name))
    assert reached[0] == "Skip to the content"
    for wanted in ("Timeline", "Settings", "Filter", "Copy this view", "Search in file names", "Date"):
        assert any(wanted in name for name in reached), wanted
    assert sum(name.startswith(("Photo,", "Video,")) for name in reached) == 1  # one stop; arrows move on

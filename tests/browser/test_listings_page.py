"""Listings in the browser: by a picture, what each model says, one whole, filters, verdicts, and nothing there yet."""

from __future__ import annotations

import re
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, expect

from lumina.demo.drawing import photograph
from lumina.demo.marketplace import Marketplace
from lumina.demo.photographs import Generated, size_of
from lumina.demo.server import serving
from lumina.demo.world import Image, Listing, World
from lumina.domain.market import FollowKind
from lumina.store import Store, markets
from lumina.vision import encode
from tests.browser.conftest import OpenPage, Site, _alone, eventually, serve
from tests.browser.test_accessibility import violations
from tests.support.marketplace import Limits
from tests.support.weights import install_mobilenet

pytestmark = [pytest.mark.browser, pytest.mark.timeout(300)]
LISTINGS = 27
"""Each with two photographs: fewer than 50 images say nothing about chance."""
PATIENCE = 20_000
"""Milliseconds: the first picture loads the networks."""


class Small(Generated):
    """Photographs at half their size: drawn in a third of the time."""

    def jpeg(self, listing: Listing, image: Image, size: str) -> bytes:
        return super().jpeg(listing, image, "170x135")


@dataclass
class Stall:
    """A Lumina that has all of a small marketplace."""

    site: Site
    world: World

    @property
    def listings(self) -> list[Listing]:
        return list(self.world.listings.values())


@pytest.fixture(scope="module")
def stall(postgres: str, template_database: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stall]:
    """Synced, downloaded and embedded by two real networks, as in life."""
    name = f"stall_{uuid.uuid4().hex}"
    admin = Store(postgres.format("postgres"))
    _alone(admin, f"CREATE DATABASE {name} TEMPLATE {template_database}")
    folder = tmp_path_factory.mktemp("stall")
    install_mobilenet(folder / "home" / "models")
    world = World(1, LISTINGS, images=(2, 2))
    shop = Marketplace(world, limits=Limits(per_second=None, per_day=None), photographs=Small(1))
    with serving(shop) as server:
        for site in serve(postgres.format(name), folder):
            with site.app.store.transaction() as tx:
                here = markets.ensure(
                    tx, "demo", title="Demo", address=server.url, folder=folder / "market", hosts=[server.host]
                )
            site.app.market.follow(here, FollowKind.KEYWORDS, "handmade", 60)
            site.app.market.sync(here)
            site.work()
            first = next(iter(world.listings))
            shop.trouble.changed[first] = {"price": 1234}
            site.app.market.sync(here)
            site.work()
            yield Stall(site, world)
    _alone(admin, f"DROP DATABASE {name} WITH (FORCE)")
    admin.close()


def picture_of(stall: Stall, listing: Listing, folder: Path) -> Path:
    """A photograph of the product that the marketplace does not have."""
    pixels = photograph.take(listing.product, (stall.world.seed, listing.number, 7), *size_of(listing, 400))
    path = folder / "mine.jpg"
    path.write_bytes(encode.jpeg(pixels, 85))
    return path


def cards(page: Page) -> Locator:
    return page.locator("[data-testid=listings]:not([data-stale]) > li")


def test_a_picture_finds_its_product_and_says_what_each_model_thinks(
    stall: Stall, open_page: OpenPage, tmp_path: Path
) -> None:
    wanted = next(one for one in stall.listings if one.family.name == "planter")
    page = open_page(stall.site.url("/listings"), permissions=["clipboard-read", "clipboard-write"])
    expect(cards(page)).to_have_count(LISTINGS, timeout=PATIENCE)
    page.get_by_test_id("picture").set_input_files(picture_of(stall, wanted, tmp_path))
    expect(page.get_by_test_id("example")).to_contain_text("mine.jpg")
    first = cards(page).first
    expect(first).to_contain_text(wanted.title, timeout=PATIENCE)
    ranks = first.get_by_role("button", name=re.compile(r"of 2 models.*place 1"))
    ranks.focus()
    page.keyboard.press("Enter")
    table = page.get_by_role("dialog", name="What each model says").get_by_role("table")
    expect(table.get_by_role("row")).to_have_count(3)
    expect(table).to_contain_text("MobileNetV2")
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_have_count(0)

    page.get_by_role("button", name="Choose a region").click()
    page.get_by_role("button", name="Search this region").click()
    expect(page.get_by_test_id("example")).to_contain_text("Listings that look like this region")
    assert "region=" in page.url
    page.get_by_role("button", name="Whole picture").click()
    expect(first).to_contain_text(wanted.title, timeout=PATIENCE)

    first.get_by_role("link").focus()
    page.keyboard.press("Enter")
    pane = page.get_by_role("complementary", name="The listing")
    expect(pane.get_by_role("heading", name=wanted.title)).to_be_visible()
    expect(pane.get_by_role("button", name=re.compile("Picture .*matched best"))).to_be_visible()
    expect(pane.get_by_role("region", name="Why it was found")).to_contain_text("of 2 models")
    out = pane.get_by_role("link", name="On the marketplace")
    assert "noopener" in str(out.get_attribute("rel"))
    assert violations(page) == []
    page.keyboard.press("Escape")
    expect(pane).to_have_count(0)
    expect(first.get_by_role("link")).to_be_focused()

    page.keyboard.press("m")
    expect(first).to_contain_text("Match")
    if cards(page).count() > 1:
        page.keyboard.press("n")
        expect(cards(page).nth(1)).to_contain_text("No match")
    page.get_by_role("button", name="Copy the list").click()
    eventually(lambda: f"match\t{wanted.listing_id}\t{wanted.title}" in page.evaluate("navigator.clipboard.readText()"))
    page.reload()
    expect(page.get_by_role("alert")).to_contain_text("That picture is gone")


def test_listings_are_leafed_through_by_price_shop_and_words(stall: Stall, open_page: OpenPage) -> None:
    page = open_page(stall.site.url("/listings"), width=390, height=844, color_scheme="dark")
    expect(cards(page)).to_have_count(LISTINGS, timeout=PATIENCE)
    page.get_by_role("button", name="Price").click()
    page.get_by_role("textbox", name="To").or_(page.get_by_role("spinbutton", name="To")).fill("20")
    cheap = [one for one in stall.listings if (one.cents if one.number else 1234) <= 2000]
    assert 0 < len(cheap) < LISTINGS
    expect(cards(page)).to_have_count(len(cheap))
    assert page.url.endswith("/listings?price_max=20")
    page.keyboard.press("Escape")
    page.get_by_role("button", name="Price: Up to 20.00").click()
    page.get_by_role("spinbutton", name="From").fill("30")
    expect(page.get_by_text("The lowest price is above the highest.")).to_be_visible()
    page.keyboard.press("Escape")
    page.get_by_role("button", name="Without filters").click()
    expect(cards(page)).to_have_count(LISTINGS)

    noun = stall.listings[0].family.noun
    page.get_by_role("textbox", name="Search listings").fill(noun)
    expect(cards(page).first).to_contain_text(noun, timeout=PATIENCE)
    expect(page.locator("details").first).to_contain_text("By words")
    page.goto(stall.site.url(f"/listings?q={noun}&price_min=999999"))
    expect(page.get_by_role("heading", name=f"Nothing matches “{noun}”")).to_be_visible(timeout=PATIENCE)
    page.get_by_role("button", name="Without filters").last.click()
    expect(cards(page).first).to_contain_text(noun)


def test_one_listing_shows_its_price_over_time_and_leads_to_more_like_it(stall: Stall, open_page: OpenPage) -> None:
    changed = stall.listings[0]
    page = open_page(stall.site.url("/listings"), width=390, height=844)
    page.get_by_role("link", name=changed.title).first.click(timeout=PATIENCE)
    pane = page.get_by_role("complementary", name="The listing")
    expect(pane).to_be_focused()  # it covers the list, which keys do not reach meanwhile
    page.keyboard.press("Escape")
    expect(page.get_by_role("link", name=changed.title).first).to_be_focused()
    page.keyboard.press("Enter")
    expect(pane.get_by_role("img", name=re.compile("^Price: .*, .*12.34"))).to_be_visible()
    expect(pane.get_by_role("region", name="Shop")).to_contain_text(changed.shop.name)
    assert violations(page) == []
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    pane.get_by_role("button", name="More like this").click()
    expect(page.get_by_test_id("example")).to_contain_text("Listings that look like this picture")
    expect(cards(page).first.or_(page.get_by_role("heading", name="Nothing looks"))).to_be_visible(timeout=PATIENCE)
    page.go_back()
    page.get_by_role("link", name="Open the image").click(timeout=PATIENCE)
    expect(page.get_by_role("toolbar", name="Image")).to_be_visible(timeout=PATIENCE)
    page.keyboard.press("Shift+L")
    expect(page.get_by_test_id("example")).to_be_visible()
    assert "/listings?image=" in page.url


def test_until_the_first_listing_comes_the_page_says_how_to_begin_and_what_it_waits_for(
    site: Site, open_page: OpenPage
) -> None:
    world = World(2, 3, images=(1, 1))
    page = open_page(site.url("/listings"))
    expect(page.get_by_role("heading", name="No marketplace yet")).to_be_visible()
    expect(page.locator("main")).to_contain_text("lumina market demo")
    assert violations(page) == []
    with serving(Marketplace(world, limits=Limits(per_second=None, per_day=None))) as server:
        folder = site.photos / "market"
        with site.app.store.transaction() as tx:
            here = markets.ensure(tx, "demo", title="Demo", address=server.url, folder=folder, hosts=[server.host])
        site.app.market.follow(here, FollowKind.KEYWORDS, "handmade", 60)
        kill = site.app.settings.home / "KILL_SYNC"
        kill.parent.mkdir(exist_ok=True)
        kill.touch()
        expect(page.get_by_role("heading", name="Demo is not asked")).to_be_visible(timeout=PATIENCE)
        expect(page.get_by_role("list", name="What is followed")).to_contain_text("handmade")
        kill.unlink()
        page.get_by_role("button", name="Sync now").click(timeout=PATIENCE)
        expect(page.get_by_role("heading", name="Looking for listings")).to_be_visible(timeout=PATIENCE)
        assert violations(page) == []
        site.step()
        expect(cards(page)).to_have_count(3, timeout=PATIENCE)

"""Searching in the browser: by words, a picture and a region of one, with the keyboard alone, and without models."""

from __future__ import annotations

import base64
import re
import uuid
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from playwright.sync_api import Page, expect

from lumina.inference.catalogue import entry
from lumina.store import Store
from tests.browser.conftest import OpenPage, Site, _alone, eventually, serve
from tests.browser.test_accessibility import violations
from tests.support.hub import Fault, Server, serving
from tests.support.pictures import encoded, scene
from tests.support.weights import install_mobilenet

pytestmark = [pytest.mark.browser, pytest.mark.timeout(400)]
COUNT = 52
"""Images; fewer than 50 say nothing about chance."""
REFUSED = "Failed to load resource"
"""What the browser says about a query that cannot be read."""
WORDS, HALT = "clip-vit-b32", 2_000_000
"""The model of words and pictures, and how many bytes of it come."""
PATIENCE = 20_000
"""Milliseconds: the first picture loads the network."""


@pytest.fixture(scope="module")
def seeing(postgres: str, template_database: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """A library that a real network has looked at: `red_truck.jpg`, `lake.jpg` and many others."""
    name = f"seeing_{uuid.uuid4().hex}"
    admin = Store(postgres.format("postgres"))
    _alone(admin, f"CREATE DATABASE {name} TEMPLATE {template_database}")
    folder = tmp_path_factory.mktemp("seeing")
    install_mobilenet(folder / "home" / "models")
    (folder / "photos").mkdir()
    for n in range(COUNT):
        stem = {0: "red_truck", 1: "lake"}.get(n, f"other_{n:02}")
        (folder / "photos" / f"{stem}.jpg").write_bytes(encoded(scene(n + 1, 224, 168)))
    for site in serve(postgres.format(name), folder):
        site.add("Seeing")
        site.work()
        yield site
    _alone(admin, f"DROP DATABASE {name} WITH (FORCE)")
    admin.close()


@pytest.fixture
def picture(tmp_path: Path) -> Path:
    """The truck, saved anew and smaller, and the lake beside it."""
    both = np.hstack([scene(1, 224, 168), scene(2, 224, 168)])
    (tmp_path / "both.jpg").write_bytes(encoded(both, quality=80))
    (tmp_path / "truck.jpg").write_bytes(encoded(scene(1, 208, 156), quality=80))
    return tmp_path


def names(page: Page) -> list[str]:
    """Of the results in view, in their order."""
    labels = page.locator("[data-testid=results] a[data-id]").evaluate_all("all => all.map((a) => a.ariaLabel)")
    return [re.findall(r"[\w-]+\.\w+", label)[-1] for label in labels]


def found(page: Page, *wanted: str) -> None:
    """Wait until these are the results."""
    results = page.locator("[data-testid=results]:not([data-stale]) a[data-id]")
    expect(results).to_have_count(len(wanted), timeout=PATIENCE)
    eventually(lambda: names(page) == list(wanted))


def by_picture(page: Page, file: Path) -> None:
    page.get_by_test_id("picture").set_input_files(file)
    expect(page.get_by_test_id("example")).to_contain_text(file.name, timeout=PATIENCE)


def drop(page: Page, file: Path, kind: str) -> None:
    """Drop a file on the page, as one of this kind."""
    expect(page.get_by_role("combobox", name="Search")).to_be_visible()
    page.evaluate(
        """([data, name, type]) => {
            const carried = new DataTransfer();
            carried.items.add(new File([Uint8Array.from(atob(data), (c) => c.charCodeAt(0))], name, { type }));
            for (const step of ["dragenter", "dragover", "drop"])
                document.querySelector("main > *").dispatchEvent(
                    new DragEvent(step, { dataTransfer: carried, bubbles: true, cancelable: true }));
        }""",
        [base64.b64encode(file.read_bytes()).decode(), file.name, kind],
    )


def test_words_are_answered_while_they_are_typed_and_images_lead_back(seeing: Site, open_page: OpenPage) -> None:
    page = open_page(seeing.url())
    expect(page.get_by_test_id("canvas").locator("a[data-id]").first).to_be_visible(timeout=PATIENCE)
    page.keyboard.press("/")
    box = page.get_by_role("combobox", name="Search")
    expect(box).to_be_focused()
    page.keyboard.type("truck")
    found(page, "red_truck.jpg")
    assert page.url.endswith("/search?q=truck")
    expect(page.get_by_test_id("way")).to_contain_text("lumina models pull clip-vit-b32")
    expect(page.get_by_role("button", name="Take out: truck")).to_be_visible()
    page.keyboard.press("Enter")
    page.keyboard.press("ArrowDown")
    expect(page.locator("[data-why]")).to_have_text("Named red_truck.jpg")
    page.keyboard.press("Enter")
    expect(page.get_by_role("toolbar", name="Image")).to_be_visible()
    page.keyboard.press("Escape")
    found(page, "red_truck.jpg")
    expect(page.locator("a[data-id]")).to_be_focused()
    page.keyboard.press("w")
    why = page.get_by_role("complementary", name="Why is this here?")
    expect(why).to_contain_text("Named red_truck.jpg")
    box.fill("-fire")
    expect(page.get_by_text(f"{COUNT} images")).to_be_visible(timeout=PATIENCE)
    page.locator("a[data-id]").nth(1).focus()
    page.keyboard.press("ArrowRight")
    shown = str(page.locator("a[data-id]:focus").get_attribute("aria-label"))
    expect(why).to_contain_text(re.findall(r"[\w-]+\.\w+", shown)[-1])  # it follows the keyboard
    assert violations(page) == []
    why.get_by_role("link", name="Look-alikes").click()
    expect(page.get_by_test_id("example")).to_contain_text("look like this picture", timeout=PATIENCE)


def test_a_word_that_is_wrong_is_underlined_and_what_was_found_stays(seeing: Site, open_page: OpenPage) -> None:
    page = open_page(seeing.url("/search?q=truck"), allow=REFUSED)
    found(page, "red_truck.jpg")
    box = page.get_by_role("combobox", name="Search")
    box.fill("🚒 truck cmera:nikon lake")
    expect(page.locator("mark")).to_have_text("cmera:", timeout=PATIENCE)
    expect(box).to_have_accessible_description(re.compile("Did you mean camera:"))
    assert names(page) == ["red_truck.jpg"]
    box.fill("truck cam")
    expect(page.get_by_role("option").first).to_contain_text("camera:")
    page.keyboard.press("Tab")
    expect(box).to_have_value("truck camera:")
    box.fill("truck rating:>=4")
    expect(page.get_by_role("heading", name="Nothing matches")).to_be_visible(timeout=PATIENCE)
    page.get_by_role("button", name="Without rating: >=4: 1 image").click()
    found(page, "red_truck.jpg")
    expect(box).to_have_value("truck")


def test_a_picture_and_a_region_of_one_find_what_looks_like_them(
    seeing: Site, open_page: OpenPage, picture: Path
) -> None:
    page = open_page(seeing.url("/search"), color_scheme="dark")
    drop(page, picture / "truck.jpg", "text/plain")
    expect(page.get_by_role("region", name="Messages")).to_contain_text("That is no picture")
    drop(page, picture / "truck.jpg", "image/jpeg")
    found(page, "red_truck.jpg")
    expect(page.locator("[data-why]")).to_contain_text("Looks very much like the picture")
    by_picture(page, picture / "both.jpg")
    expect(page.get_by_role("heading", name="Nothing looks like this picture")).to_be_visible(timeout=PATIENCE)
    page.get_by_role("button", name="Choose a region").click()
    area = page.get_by_test_id("region")
    expect(area.get_by_role("button")).to_be_focused()
    assert violations(page) == []
    box = area.bounding_box()
    assert box
    page.mouse.move(box["x"] + box["width"] - 2, box["y"] + 2)
    page.mouse.down()
    page.mouse.move(box["x"] + box["width"] / 2 + 1, box["y"] + box["height"] - 2)
    page.mouse.up()
    page.get_by_role("button", name="Search this region").click()
    best = page.locator("[data-testid=results]:not([data-stale]) a[data-id]").first
    expect(best).to_have_attribute("aria-label", re.compile(r"lake\.jpg"), timeout=PATIENCE)
    assert re.search(r"region=0\.50\d*%2C0\.0\d*%2C0\.49\d*%2C0\.9\d*$", page.url), page.url
    page.reload()
    expect(page.get_by_role("alert")).to_contain_text("That picture is gone")


def test_a_region_of_an_image_is_chosen_by_key(seeing: Site, open_page: OpenPage) -> None:
    page = open_page(seeing.url("/search?q=lake"))
    found(page, "lake.jpg")
    page.locator("a[data-id]").click()
    expect(page.get_by_role("toolbar", name="Image")).to_be_visible()
    expect(page.get_by_role("button", name="Search a region")).to_be_visible()
    page.keyboard.press("Shift+S")
    region = page.get_by_test_id("region").get_by_role("button")
    expect(region).to_be_focused()
    for key in ("ArrowLeft", "ArrowUp", "Shift+ArrowRight", "Shift+ArrowDown"):
        page.keyboard.press(key)
    expect(region).to_have_accessible_name(re.compile("23 % from the left, 23 % from the top, 52 % wide, 52 % high"))
    page.keyboard.press("Enter")
    expect(page.get_by_test_id("example")).to_contain_text("this region", timeout=PATIENCE)
    assert re.search(r"image=\d+&region=0.23%2C0.23%2C0.52%2C0.52", page.url)


def test_results_are_chosen_marked_and_filtered(seeing: Site, open_page: OpenPage) -> None:
    page = open_page(seeing.url("/search?q=other"), width=390, height=844)
    expect(page.get_by_text(f"{COUNT - 2} images")).to_be_visible(timeout=PATIENCE)
    page.get_by_role("combobox", name="Search").press("ArrowDown")
    page.keyboard.press("s")
    page.keyboard.press("Shift+ArrowRight")
    bar = page.get_by_role("region", name="Chosen images")
    expect(bar).to_contain_text("2 chosen")
    page.keyboard.press("4")
    expect(page.get_by_label(re.compile("4 stars, chosen"))).to_have_count(2)
    assert violations(page) == []
    page.keyboard.press("Escape")
    expect(bar).to_have_count(0)
    page.get_by_role("button", name="Rating", exact=True).click()
    page.get_by_role("button", name="4 stars or more").click()
    expect(page.get_by_role("combobox", name="Search")).to_have_value("other rating:>=4")
    expect(page.locator("[data-testid=results] a[data-id]")).to_have_count(2, timeout=PATIENCE)


@pytest.fixture
def hub() -> Iterator[Server]:
    """A hub that refuses at first; then its files come to a halt in the midst of the first one."""
    with serving() as server:
        first = entry(WORDS).files[0]

        def known(path: str) -> None:
            server.files[path], server.stated[path] = bytes(HALT), first.sha256

        server.before = known
        server.faults = [Fault(403), Fault(cut=HALT, claim=first.size, stall=60)]
        yield server


@pytest.fixture
def fed(database_url: str, tmp_path: Path, hub: Server) -> Iterator[Site]:
    """A Lumina without models, whose hub is the test's."""
    yield from serve(database_url, tmp_path, model_mirror=hub.url)


def test_without_any_model_words_are_searched_and_the_page_says_what_is_missing(
    fed: Site, open_page: OpenPage, picture: Path
) -> None:
    (fed.photos / "red_truck.jpg").write_bytes(encoded(scene(1, 224, 168)))
    fed.add()
    fed.work()
    page = open_page(fed.url("/search"))
    expect(page.get_by_role("heading", name="What are you looking for?")).to_be_visible()
    page.get_by_role("combobox", name="Search").fill("tru")
    found(page, "red_truck.jpg")
    by_picture(page, picture / "truck.jpg")
    expect(page.get_by_test_id("way")).to_contain_text("lumina models pull", timeout=PATIENCE)
    page.get_by_role("link", name="Models").click()
    models = page.get_by_role("region", name="Models")
    expect(models.locator("[data-model=mobilenet-v2]")).to_contain_text("Not here", timeout=PATIENCE)
    get = models.get_by_role("button", name=re.compile("^Get .*dinov3-base"))
    expect(get).to_be_disabled()
    models.get_by_label("I have read these terms").check()
    expect(get).to_be_enabled()
    row = models.locator(f"[data-model={WORDS}]")
    row.get_by_role("button", name=re.compile("^Get")).click()
    expect(row.get_by_role("status")).to_contain_text("HF_TOKEN", timeout=PATIENCE)  # why it failed stays there
    row.get_by_role("button", name=re.compile("^Get")).click()
    expect(row).to_contain_text("2.0 MB of", timeout=PATIENCE)
    expect(row.get_by_role("progressbar")).to_have_attribute("aria-valuenow", "0")
    assert violations(page) == []
    page.reload()
    expect(row).to_contain_text("Downloading", timeout=PATIENCE)  # it goes on whoever looks
    row.get_by_role("button", name="Stop the download").click()
    expect(row.get_by_role("button", name=re.compile("^Go on"))).to_be_visible(timeout=PATIENCE)
    expect(row).to_contain_text("Not here")

"""The timeline as a person meets it."""

from __future__ import annotations

import re
from datetime import datetime
from pathlib import Path
from urllib.request import urlopen

import pytest
from playwright.sync_api import Page, Route, expect

from tests.browser.conftest import HOSTILE, OpenPage, Site, eventually
from tests.support.pictures import encoded, scene

pytestmark = pytest.mark.browser

TILES = "a[data-id]"
IN_VIEW = """
() => {
  const view = document.querySelector('[data-testid=timeline]').getBoundingClientRect();
  const tiles = [...document.querySelectorAll('a[data-id]')].map((tile) => [tile, tile.getBoundingClientRect()]);
  const seen = tiles.filter(([, box]) => box.bottom > view.top + 60 && box.top < view.bottom);
  return seen.map(([tile, { top, left }]) => ({ id: +tile.dataset.id, top: Math.round(top), left: Math.round(left) }));
}
"""


def photo(path: Path, taken: datetime, seed: int) -> None:
    """A JPEG of that moment."""
    from PIL import Image

    exif = Image.Exif()
    exif.get_ifd(0x8769)[36867] = taken.strftime("%Y:%m:%d %H:%M:%S")
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(encoded(scene(seed), exif=exif.tobytes()))


def shown(page: Page) -> list[dict[str, int]]:
    """The images in view: id and place."""
    return list(page.evaluate(IN_VIEW))


def at_rest(page: Page) -> list[dict[str, int]]:
    """The images in view once nothing moves any more: seen so three times."""
    last, same = None, 0
    for _ in range(100):
        now = shown(page)
        same = same + 1 if now and now == last else 0
        if same == 2:
            return now
        last = now
        page.wait_for_timeout(150)
    raise AssertionError("it does not come to rest")


def focused(page: Page) -> str | None:
    name = page.evaluate("document.activeElement.getAttribute('aria-label')")
    return str(name) if name else None


def test_shows_images_newest_first_under_their_days_with_their_thumbnails(library: Site, open_page: OpenPage) -> None:
    page = open_page(library.url())
    expect(page).to_have_title("Timeline · Lumina")
    expect(page.locator(TILES).first).to_be_visible()
    headings = page.locator("h2").all_inner_texts()
    assert any("2024" in heading for heading in headings)
    eventually(
        lambda: page.evaluate("[...document.querySelectorAll('a[data-id] img')].some((i) => i.naturalWidth > 0)")
    )
    days = [heading for heading in headings if re.search(r"\d{4}", heading)]
    years = [int(re.search(r"\d{4}", day)[0]) for day in days]  # type: ignore[index]
    assert years == sorted(years, reverse=True)


def test_hostile_names_are_text(library: Site, open_page: OpenPage) -> None:
    page = open_page(library.url("/?q=onerror"))
    tile = page.locator(TILES)
    expect(tile).to_have_count(1)
    assert HOSTILE in str(tile.get_attribute("aria-label"))
    tile.click()
    expect(page.get_by_text(HOSTILE).first).to_be_visible()
    assert page.title() == f"{HOSTILE} · Lumina"
    page.keyboard.press("i")
    expect(page.get_by_role("complementary", name="Facts")).to_contain_text(HOSTILE)
    assert page.evaluate("[...document.images].every((image) => !image.src.endsWith('/x'))")


def test_arrows_enter_and_escape_come_back_to_the_same_place(library: Site, open_page: OpenPage) -> None:
    page = open_page(library.url())
    expect(page.locator(TILES).first).to_be_visible()
    page.mouse.move(500, 400)
    page.mouse.wheel(0, 900)
    at_rest(page)
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowRight")
    before = at_rest(page)
    name = focused(page)
    assert name
    assert name.startswith(("Photo", "Video"))
    page.keyboard.press("Enter")
    expect(page.get_by_role("toolbar", name="Image")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page).to_have_url(library.url("/"))
    assert at_rest(page) == before
    eventually(lambda: focused(page) == name)


def test_escape_follows_to_the_image_that_the_arrows_led_to(library: Site, open_page: OpenPage) -> None:
    page = open_page(library.url())
    page.locator(TILES).first.click()
    for _ in range(25):
        button = page.get_by_role("button", name="Next image")
        expect(button).to_be_attached()
        old = page.url
        page.keyboard.press("ArrowRight")
        expect(page).not_to_have_url(old)
    image = int(page.url.rsplit("/", 1)[1])
    page.keyboard.press("Escape")
    eventually(lambda: image in [tile["id"] for tile in shown(page)])
    eventually(lambda: page.evaluate("Number(document.activeElement.dataset.id)") == image)


def test_days_months_years_and_dates_by_key(library: Site, open_page: OpenPage) -> None:
    page = open_page(library.url())
    title = page.locator("header p[aria-hidden]").first
    expect(title).to_have_text(re.compile(r"\d{4}"))
    start = title.inner_text()
    page.keyboard.press("y")
    expect(title).not_to_have_text(start)
    page.keyboard.press("Shift+Y")
    expect(title).to_have_text(start)
    page.keyboard.press("d")
    page.keyboard.press("m")
    expect(title).not_to_have_text(start)
    page.keyboard.press("g")
    page.get_by_role("textbox", name="Date").fill("September 2015")
    page.keyboard.press("Enter")
    expect(title).to_have_text("September 2015")
    page.keyboard.press("End")
    expect(page.get_by_role("heading", name="Without a date").first).to_be_in_viewport()
    page.keyboard.press("Home")
    expect(title).to_have_text(start)


def test_the_scrubber_reaches_every_end_in_one_drag_and_by_key(library: Site, open_page: OpenPage) -> None:
    page = open_page(library.url())
    slider = page.get_by_role("slider", name="Date")
    expect(slider).to_have_attribute("aria-valuenow", "0")
    box = slider.bounding_box()
    assert box
    page.mouse.move(box["x"] + 60, box["y"] + 2)
    page.mouse.down()
    page.mouse.move(box["x"] + 60, box["y"] + box["height"] * 0.5, steps=8)
    page.mouse.move(box["x"] + 60, box["y"] + box["height"] + 5, steps=8)
    page.mouse.up()
    expect(page.get_by_role("heading", name="Without a date").first).to_be_visible()
    slider.focus()
    page.keyboard.press("Home")
    expect(slider).to_have_attribute("aria-valuenow", "0")
    before = slider.get_attribute("aria-valuetext")
    page.keyboard.press("PageDown")
    expect(slider).not_to_have_attribute("aria-valuetext", str(before))


def test_the_strip_shows_coverage(library: Site, open_page: OpenPage) -> None:
    page = open_page(library.url())
    with page.expect_response(lambda answer: "stage=thumbnail" in answer.url and answer.ok):
        page.get_by_role("button", name="Show what has a thumbnail").click()
    expect(page.get_by_role("button", name="Show how many images")).to_be_visible()


def test_space_peeks_and_arrows_lead_on(library: Site, open_page: OpenPage) -> None:
    page = open_page(library.url())
    expect(page.locator(TILES).first).to_be_visible()
    page.keyboard.press("Space")
    peek = page.get_by_role("complementary", name="Peek")
    expect(peek).to_be_visible()
    first = peek.inner_text()
    page.keyboard.press("ArrowRight")
    expect(peek).not_to_have_text(first, use_inner_text=True)
    page.keyboard.press("Escape")
    expect(peek).to_have_count(0)


def test_filters_live_in_the_url(library: Site, open_page: OpenPage) -> None:
    page = open_page(library.url())
    page.get_by_role("button", name="Filter").click()
    page.get_by_role("checkbox", name=re.compile("D750")).check()
    expect(page).to_have_url(re.compile(r"camera=.*D750"))
    page.keyboard.press("Escape")
    chip = page.get_by_role("button", name=re.compile("Remove filter: .*D750"))
    expect(chip).to_be_visible()
    narrowed = at_rest(page)
    page.reload()
    assert at_rest(page) == narrowed
    chip.click()
    expect(page).to_have_url(library.url("/"))
    eventually(lambda: shown(page) != narrowed)


def test_filters_that_leave_nothing_offer_the_way_back(library: Site, open_page: OpenPage) -> None:
    page = open_page(library.url("/?q=nothing-is-called-this"))
    expect(page.get_by_role("heading", name="No image matches these filters")).to_be_visible()
    page.get_by_role("button", name="Clear the filters").click()
    expect(page.locator(TILES).first).to_be_visible()


def test_keys_and_commands_are_listed_and_work(library: Site, open_page: OpenPage) -> None:
    page = open_page(library.url())
    expect(page.locator(TILES).first).to_be_visible()
    page.keyboard.press("?")
    sheet = page.get_by_role("dialog", name="Keys of this page")
    expect(sheet).to_contain_text("Next day")
    page.keyboard.press("Escape")
    expect(sheet).to_have_count(0)
    page.keyboard.press("Control+k")
    page.get_by_role("combobox", name="Find a command").fill("coverage")
    page.keyboard.press("Enter")
    expect(page).to_have_url(library.url("/coverage"))


def test_the_view_is_copied_as_a_call_that_answers(library: Site, open_page: OpenPage) -> None:
    page = open_page(library.url("/?kind=photo"), permissions=["clipboard-read", "clipboard-write"])
    page.get_by_role("button", name="Copy this view").click()
    page.get_by_role("menuitem", name=re.compile("Copy as API call")).click()
    expect(page.get_by_role("status").filter(has_text="API call copied")).to_be_visible()
    call = str(page.evaluate("navigator.clipboard.readText()"))
    address = re.sub(r"^curl -s '?|'$", "", call)
    with urlopen(address) as answer:
        assert b'"items"' in answer.read()
    page.get_by_role("button", name="Copy this view").click()
    page.get_by_role("menuitem", name=re.compile("Copy as command")).click()
    eventually(lambda: str(page.evaluate("navigator.clipboard.readText()")).startswith("lumina "))


def test_an_empty_library_leads_to_its_first_folder(site: Site, open_page: OpenPage) -> None:
    photo(site.photos / "one.jpg", datetime(2020, 2, 3), 1)
    page = open_page(site.url())
    page.get_by_role("button", name="Add a folder").click()
    field = page.get_by_role("textbox", name=re.compile("Folder on the machine"))
    field.fill(str(site.photos))
    page.get_by_role("button", name="Add this folder").click()
    expect(page.get_by_role("heading", name="Looking through your folders")).to_be_visible()
    site.work()
    expect(page.locator(TILES)).to_have_count(1)
    expect(page.get_by_role("heading", name=re.compile("3 Feb 2020"))).to_be_visible()


def test_the_folder_picker_walks_the_servers_folders(site: Site, open_page: OpenPage) -> None:
    (site.photos / "inner").mkdir()
    page = open_page(site.url())
    page.get_by_role("button", name="Add a folder").click()
    folders = page.get_by_role("list", name="Folders")
    expect(folders.get_by_role("button").first).to_be_visible()
    field = page.get_by_role("textbox", name=re.compile("Folder on the machine"))
    before = field.input_value()
    folders.get_by_role("button").last.click()
    expect(field).not_to_have_value(before)


def test_new_images_appear_without_a_jump(site: Site, open_page: OpenPage) -> None:
    for number in range(60):
        photo(site.photos / f"old{number:03}.jpg", datetime(2019, 1 + number % 6, 1 + number % 27, 12), number)
    site.add()
    site.work()
    page = open_page(site.url(), height=700, allow="404")  # the new ones' undated shelf empties while it is looked at
    expect(page.locator(TILES).first).to_be_visible()
    top = at_rest(page)
    page.mouse.move(400, 400)
    page.mouse.wheel(0, 1200)
    eventually(lambda: shown(page) != top)  # a busy browser moves later
    before = at_rest(page)
    for number in range(30):
        photo(site.photos / f"new{number:03}.jpg", datetime(2024, 5, 1 + number % 20, 12), 100 + number)
    site.add()
    site.work()
    expect(page.locator("header").get_by_text("90 images")).to_be_visible()
    page.wait_for_timeout(2500)
    assert at_rest(page) == before
    page.keyboard.press("Home")
    expect(page.get_by_role("heading", name=re.compile("May 2024")).first).to_be_visible()


def test_a_scan_shows_its_progress_and_what_is_seen_goes_first(site: Site, open_page: OpenPage) -> None:
    for number in range(12):
        photo(site.photos / f"{number:03}.jpg", datetime(2019, 3, 1 + number, 12), number)
    site.add()
    site.step()  # the scan: images are known, nothing is processed
    page = open_page(allow="404")  # the shelf of the undated empties while it is looked at
    with page.expect_request("**/api/attention") as attention:
        page.goto(site.url())
        expect(page.locator(TILES)).to_have_count(12)
    assert len(attention.value.post_data_json["images"]) == 12
    expect(page.get_by_role("progressbar")).to_be_visible()

    def finished() -> bool:
        site.work()  # what the page looks at is asked for once more meanwhile
        return page.get_by_role("progressbar").count() == 0

    eventually(finished, 30)
    eventually(lambda: page.locator(f"{TILES} img[data-shown]").count() == 12, 20)


def test_a_failing_server_is_named_and_asked_again(library: Site, open_page: OpenPage) -> None:
    page = open_page(allow="Failed to load resource")
    problem = '{"type":"/problems/x","title":"Not available","status":503,"detail":"The database is starting."}'
    page.route(
        "**/api/timeline/buckets*",
        lambda route: route.fulfill(status=503, content_type="application/problem+json", body=problem),
    )
    page.goto(library.url())
    alert = page.get_by_role("alert")
    expect(alert).to_contain_text("The database is starting.")
    page.unroute("**/api/timeline/buckets*")
    alert.get_by_role("button", name="Try again").click()
    expect(page.locator(TILES).first).to_be_visible()
    expect(alert).to_have_count(0)


def test_a_bucket_that_fails_leaves_the_rest(library: Site, open_page: OpenPage) -> None:
    page = open_page(allow="Failed to load resource")
    page.route("**/api/timeline/bucket?*", lambda route: route.abort())
    page.route("**/api/images?*", lambda route: route.abort())
    page.goto(library.url())
    expect(page.get_by_role("alert").first).to_be_visible()
    page.unroute_all()
    page.get_by_role("button", name="Try again").first.click()
    expect(page.locator(TILES).first).to_be_visible()


def test_a_server_that_goes_away_leaves_what_was_loaded(library: Site, open_page: OpenPage) -> None:
    page = open_page(library.url(), allow="Failed to load resource")
    expect(page.locator(TILES).first).to_be_visible()
    before = at_rest(page)
    page.route("**/api/events", lambda route: route.abort())
    page.context.set_offline(True)
    page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
    expect(page.get_by_text("Lumina isn’t answering").first).to_be_visible()
    assert [tile["id"] for tile in shown(page)] == [tile["id"] for tile in before]
    page.unroute_all()
    page.context.set_offline(False)
    expect(page.get_by_text("Lumina isn’t answering")).to_have_count(0)


def test_loading_has_a_shape(library: Site, open_page: OpenPage) -> None:
    page = open_page()
    held: list[Route] = []
    page.route("**/api/timeline/buckets*", lambda route: held.append(route))  # it asks the handler for its code
    page.goto(library.url(), wait_until="commit")
    expect(page.get_by_role("status", name="Loading the timeline")).to_be_visible(timeout=20_000)
    for route in held:
        route.continue_()
    page.unroute("**/api/timeline/buckets*")
    expect(page.locator(TILES).first).to_be_visible()
    expect(page.get_by_role("status", name="Loading the timeline")).to_have_count(0)


def test_works_at_phone_width(library: Site, open_page: OpenPage) -> None:
    page = open_page(library.url(), width=390, height=844, has_touch=True, is_mobile=True)
    expect(page.locator(TILES).first).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    page.locator(TILES).first.tap()
    expect(page).to_have_url(re.compile(r"/image/\d+$"))
    page.get_by_role("button", name="Back to the timeline").tap()
    expect(page.locator(TILES).first).to_be_visible()

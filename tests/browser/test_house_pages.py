"""Settings, doctor, and an address that is none."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import OpenPage, Site
from tests.support.pictures import encoded, scene

pytestmark = pytest.mark.browser


def test_a_source_is_read_again_and_told_what_to_pass_over(site: Site, open_page: OpenPage) -> None:
    (site.photos / "one.jpg").write_bytes(encoded(scene(1)))
    site.add()
    site.work()
    page = open_page(site.url("/settings"))
    source = page.get_by_role("article", name=str(site.photos))
    expect(source).to_contain_text("1 image")
    source.get_by_role("button", name="Pass over").click()
    source.get_by_role("textbox", name="Passed over").fill("exports/**\n*.tmp")
    source.get_by_role("button", name="Save").click()
    expect(source).to_contain_text("passes over exports/**, *.tmp")
    source.get_by_role("button", name="Read again").click()
    expect(source.get_by_role("button", name="Started")).to_be_visible()
    assert site.messages.waiting


def test_an_offline_source_says_why(site: Site, open_page: OpenPage) -> None:
    for number in range(5):
        (site.photos / f"{number}.jpg").write_bytes(encoded(scene(number)))
    site.add()
    site.work()
    for path in site.photos.iterdir():
        path.unlink()
    site.add()
    site.work()
    page = open_page(site.url("/settings"))
    source = page.get_by_role("article", name=str(site.photos))
    expect(source).to_contain_text("Offline")
    expect(source).to_contain_text("Nothing is removed")


def test_a_bad_folder_is_refused_in_words(site: Site, open_page: OpenPage) -> None:
    page = open_page(site.url("/settings"), allow="Failed to load resource")
    page.get_by_role("button", name="Add a folder").first.click()
    page.get_by_role("textbox", name=re.compile("Folder on the machine")).fill("/there/is/nothing/here")
    page.get_by_role("button", name="Add this folder").click()
    expect(page.get_by_role("alert")).to_contain_text("Couldn’t add the folder")


def test_settings_show_where_their_values_come_from(library: Site, open_page: OpenPage) -> None:
    page = open_page(library.url("/settings"))
    expect(page.get_by_text("Everything that Lumina writes.")).to_be_visible()
    expect(page.get_by_text("default", exact=True).first).to_be_visible()


def test_dark_and_light_are_chosen_and_remembered(library: Site, open_page: OpenPage) -> None:
    page = open_page(library.url("/settings"), color_scheme="light")
    html = page.locator("html")
    expect(html).to_have_attribute("data-mantine-color-scheme", "light")
    page.get_by_role("radiogroup", name="Dark or light").get_by_text("Dark", exact=True).click()
    expect(html).to_have_attribute("data-mantine-color-scheme", "dark")
    page.reload()
    expect(html).to_have_attribute("data-mantine-color-scheme", "dark")
    page.get_by_role("button", name="Switch to light").click()
    expect(html).to_have_attribute("data-mantine-color-scheme", "light")


def test_the_system_decides_until_a_person_does(library: Site, open_page: OpenPage) -> None:
    page = open_page(library.url("/doctor"), color_scheme="dark")
    expect(page.locator("html")).to_have_attribute("data-mantine-color-scheme", "dark")
    page.emulate_media(color_scheme="light")
    expect(page.locator("html")).to_have_attribute("data-mantine-color-scheme", "light")


def test_the_doctor_speaks_in_plain_words(library: Site, open_page: OpenPage) -> None:
    page = open_page(library.url("/doctor"))
    expect(page.get_by_role("listitem").first).to_be_visible()
    expect(page.get_by_role("heading", name="Database", exact=True)).to_be_visible()
    with page.expect_response("**/api/doctor"):
        page.get_by_role("button", name="Check again").click()


def test_an_address_that_is_none_leads_back(library: Site, open_page: OpenPage) -> None:
    page = open_page(library.url("/nowhere/at/all"))
    expect(page).to_have_title("Not found · Lumina")
    page.get_by_role("link", name="To the timeline", exact=True).click()
    expect(page.locator("a[data-id]").first).to_be_visible()

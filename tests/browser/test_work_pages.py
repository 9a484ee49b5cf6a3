"""Jobs and coverage: what is done, what is not, and doing something about it."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import OpenPage, Site
from tests.support.pictures import encoded, scene

pytestmark = pytest.mark.browser


def fill(site: Site, good: int = 6, broken: int = 3) -> None:
    for number in range(good):
        (site.photos / f"good{number}.jpg").write_bytes(encoded(scene(number)))
    for number in range(broken):
        (site.photos / f"broken{number}.jpg").write_bytes(b"\xff\xd8\xff\xe0" + b"nothing" * (50 + number))
    site.add()


def test_a_job_is_seen_live_until_it_ends(site: Site, open_page: OpenPage) -> None:
    fill(site)
    page = open_page(site.url("/jobs"))
    job = page.get_by_role("article", name="Reading photos")
    expect(job).to_contain_text("waiting for its turn")
    site.step()
    expect(job).to_contain_text("of 9 images")
    site.work()
    expect(page.get_by_role("heading", name="Finished")).to_be_visible()
    expect(job).to_have_count(0)
    row = page.get_by_role("button", name=re.compile("Reading photos"))
    expect(row).to_contain_text("3 failed")
    row.click()
    expect(page.get_by_text(re.compile("broken0.jpg")).first).to_be_visible()


def test_a_job_is_paused_resumed_and_cancelled(site: Site, open_page: OpenPage) -> None:
    fill(site)
    page = open_page(site.url("/jobs"))
    job = page.get_by_role("article", name="Reading photos")
    job.get_by_role("button", name="Pause").click()
    expect(job).to_contain_text("paused")
    page.keyboard.press("p")
    expect(job.get_by_role("button", name="Pause")).to_be_visible()
    job.get_by_role("button", name="Cancel").click()
    site.work()
    expect(page.get_by_text("Cancelled", exact=True)).to_be_visible()


def test_the_failures_of_one_cause_are_tried_again(site: Site, open_page: OpenPage) -> None:
    fill(site)
    site.work()
    page = open_page(site.url("/jobs"))
    page.get_by_role("button", name=re.compile("Reading photos")).click()
    page.get_by_role("button", name="Try again").first.click()
    expect(page.get_by_text("A new job tries them again.")).to_be_visible()
    assert site.messages.waiting
    site.work()
    expect(page.get_by_role("button", name=re.compile("Processing"))).to_be_visible()


def test_jobs_that_never_were_are_no_error(site: Site, open_page: OpenPage) -> None:
    page = open_page(site.url("/jobs"))
    expect(page.get_by_role("heading", name="Nothing to do")).to_be_visible()


def test_a_figure_opens_its_images(site: Site, open_page: OpenPage) -> None:
    fill(site)
    site.work()
    page = open_page(site.url("/coverage"))
    row = page.get_by_role("row", name=re.compile("^thumbnail"))
    row.get_by_role("link", name="Failed: show 3 images").click()
    expect(page).to_have_url(re.compile("stage=thumbnail.*stage_state=failed"))
    expect(page.locator("a[data-id]")).to_have_count(3)


def test_causes_are_named_and_tried_again_from_the_coverage(site: Site, open_page: OpenPage) -> None:
    fill(site)
    site.work()
    page = open_page(site.url("/coverage"))
    page.get_by_role("row", name=re.compile("^thumbnail")).get_by_role("button", name="Why?").click()
    causes = page.get_by_role("region", name="Why thumbnail failed")
    expect(causes.get_by_role("link", name=re.compile("broken1.jpg"))).to_be_visible()
    causes.get_by_role("button", name="Try again").first.click()
    expect(causes).to_contain_text("tries the failed images of thumbnail again")
    assert site.messages.waiting


def test_what_is_missing_is_run_from_its_row(site: Site, open_page: OpenPage) -> None:
    fill(site, broken=0)
    site.step()
    page = open_page(site.url("/coverage"))
    row = page.get_by_role("row", name=re.compile("^thumbnail"))
    row.get_by_role("button", name="Run thumbnail on 6 images").click()
    expect(row.get_by_role("button")).to_contain_text("Started")
    site.work()
    expect(row.get_by_role("link", name="Done: show 6 images")).to_be_visible()


def test_a_catalog_less_coverage_leads_on(site: Site, open_page: OpenPage) -> None:
    page = open_page(site.url("/coverage"))
    page.get_by_role("link", name="Add a folder").click()
    expect(page).to_have_url(site.url("/"))


def test_figures_that_cannot_be_read_are_asked_for_again(site: Site, open_page: OpenPage) -> None:
    page = open_page(allow="Failed to load resource")
    page.route("**/api/coverage", lambda route: route.abort())
    page.goto(site.url("/coverage"))
    alert = page.get_by_role("alert")
    expect(alert).to_contain_text("Lumina isn’t answering")
    page.unroute_all()
    alert.get_by_role("button", name="Try again").click()
    expect(page.get_by_role("heading", name="No catalog yet")).to_be_visible()

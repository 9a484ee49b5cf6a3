"""The tree, tags of images, teaching and corrections in the browser."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from lumina.bootstrap import MODELS
from tests.browser.conftest import OpenPage, Site, eventually
from tests.browser.test_accessibility import violations
from tests.support.copies import new_twins
from tests.support.taught import PUG, TABBY, Taught
from tests.support.weights import install_mobilenet

pytestmark = [pytest.mark.browser, pytest.mark.timeout(120)]


@pytest.fixture
def taught(site: Site) -> Taught:
    """A catalog that the real network's last layer has tagged."""
    install_mobilenet(site.app.settings.home / MODELS)
    return Taught(new_twins(site.app, site.messages))


def verdicts(site: Site, name: str) -> list[tuple[int, bool]]:
    sql = "SELECT image_id, yes FROM verdict JOIN taxonomy_node ON id = node_id WHERE name = :name ORDER BY 1"
    with site.app.store.transaction() as tx:
        return [(row["image_id"], row["yes"]) for row in tx.rows(sql, name=name)]


def parent_of(site: Site, name: str) -> str | None:
    sql = """SELECT p.name FROM taxonomy_node n LEFT JOIN taxonomy_node p ON p.id = n.parent_id
        WHERE n.name = :name AND NOT n.removed"""
    with site.app.store.transaction() as tx:
        rows = tx.rows(sql, name=name)
    return "gone" if not rows else rows[0]["name"]


def fill(page: Page, role: str, name: str, text: str) -> None:
    field = page.get_by_role("dialog").get_by_role(role, name=name)  # type: ignore[arg-type]
    field.fill(text)
    field.press("Enter")


def test_the_tree_is_edited_with_the_keyboard_alone_and_undone(site: Site, open_page: OpenPage) -> None:
    page = open_page(site.url("/taxonomy?empty=true"), allow="422")
    tree = page.get_by_role("tree", name="Taxonomy")
    tree.focus()
    page.keyboard.type("veh")
    expect(page.get_by_role("treeitem", selected=True)).to_contain_text(re.compile("^Vehicle", re.I))
    page.keyboard.press("ArrowRight")
    expect(page.get_by_role("treeitem", selected=True)).to_have_attribute("aria-expanded", "true")
    top = page.get_by_role("treeitem", selected=True).inner_text().split("\n")[0]
    page.keyboard.press("Insert")
    dialog = page.get_by_role("dialog")
    dialog.get_by_role("textbox", name="Name").fill("Hoverboard")
    expect(dialog).to_contain_text("Adds 1 node, 0 images.")
    page.keyboard.press("Enter")
    expect(page.get_by_role("treeitem", selected=True)).to_contain_text("Hoverboard")
    page.keyboard.press("F2")
    fill(page, "textbox", "Name", "Flying board")
    expect(page.get_by_role("heading", name="Flying board")).to_be_visible()
    eventually(lambda: parent_of(site, "Flying board") == top)
    page.keyboard.press("Shift+F2")
    page.get_by_role("combobox", name="Below").fill("animal")
    expect(page.get_by_role("option", name=re.compile("^animal", re.I)).first).to_be_visible()
    page.keyboard.press("Enter")
    expect(dialog).to_contain_text("Moves 1 node")
    page.keyboard.press("Enter")
    eventually(lambda: str(parent_of(site, "Flying board")).lower() == "animal")
    expect(dialog).to_have_count(0)
    page.keyboard.press("Control+m")
    page.get_by_role("combobox", name="Into").fill("skateboard")
    expect(page.get_by_role("option", name=re.compile("skateboard", re.I)).first).to_be_visible()
    page.keyboard.press("Enter")
    expect(dialog).to_contain_text("Touches")
    into = page.get_by_role("combobox", name="Into")
    into.fill("animal, rather")
    expect(dialog.get_by_role("button", name="Merge")).to_be_disabled()  # what was chosen is chosen no longer
    into.fill("skateboard")
    expect(page.get_by_role("option", name=re.compile("skateboard", re.I)).first).to_be_visible()
    page.keyboard.press("Enter")
    expect(dialog).to_contain_text("Touches")
    page.keyboard.press("Enter")
    expect(dialog).to_have_count(0)
    eventually(lambda: parent_of(site, "Flying board") == "gone")
    page.keyboard.press("Control+z")
    eventually(lambda: str(parent_of(site, "Flying board")).lower() == "animal")


def test_what_cannot_be_is_said_at_the_field(site: Site, open_page: OpenPage) -> None:
    page = open_page(site.url("/taxonomy?empty=true&q=truck"), allow="Failed to load resource")
    page.get_by_role("treeitem").filter(has_text=re.compile("^Truck", re.I)).first.click()
    page.get_by_role("button", name="Move to…").click()
    page.get_by_role("combobox", name="Below").fill("pickup")
    page.keyboard.press("Enter")
    expect(page.get_by_role("combobox", name="Below")).to_have_attribute("aria-invalid", "true")
    expect(page.get_by_role("dialog").get_by_role("button", name="Move")).to_be_disabled()


def test_a_refused_tag_stays_refused_whatever_the_model_says(taught: Taught, site: Site, open_page: OpenPage) -> None:
    image = taught.add(taught.like(PUG, 1))[0]
    taught.tag()
    page = open_page(site.url(f"/image/{image}"), allow="Failed to load resource")
    expect(page.get_by_role("group", name="Rate and mark")).to_be_visible()
    page.keyboard.press("i")
    tags = page.get_by_role("region", name="Tags", exact=True)
    expect(tags).to_contain_text("mobilenet-v2")
    page.keyboard.press("n")
    refused = tags.get_by_text("1 refused")
    expect(refused).to_be_visible()
    taught.tag(everything=True)
    page.reload()
    expect(refused).to_be_visible()
    assert verdicts(site, "Pug") == [(image, False)]
    refused.click()
    tags.get_by_role("button", name=re.compile("Take back the no to")).click()
    expect(tags.get_by_role("list", name="Tags of this image")).to_contain_text("Pug")
    page.keyboard.press("t")
    page.get_by_role("combobox", name="Add a tag").fill("Zoey the second")
    expect(page.get_by_role("option", name=re.compile("Zoey the second"))).to_be_visible()
    page.keyboard.press("Enter")
    expect(tags.get_by_role("link", name="Zoey the second")).to_be_visible()
    assert verdicts(site, "Zoey the second") == [(image, True)]


def test_a_dog_is_taught_from_chosen_images_and_applied(taught: Taught, site: Site, open_page: OpenPage) -> None:
    hers = taught.one_dog(9)
    taught.add(taught.mixed(PUG, TABBY, 30))
    taught.add(taught.strewn(30))
    taught.tag()
    pug = taught.node(f"imagenet:{PUG}")
    page = open_page(site.url(f"/?undated=true&tag={pug}"), allow="Failed to load resource")
    expect(page.get_by_role("button", name="Remove filter: Pug")).to_be_visible()
    for image in hers[:3]:
        tile = page.locator(f'a[data-id="{image}"]')
        tile.hover()
        tile.locator("[data-check]").click()
    expect(page.get_by_role("region", name="Chosen images")).to_contain_text("3 chosen")
    page.keyboard.press("Shift+T")
    page.get_by_role("combobox", name="These are").fill("Zoey")
    expect(page.get_by_role("option", name=re.compile("Something new"))).to_be_visible()
    page.keyboard.press("Enter")
    page.keyboard.press("Enter")
    learnt = page.get_by_role("region", name="What was learnt")
    expect(learnt).to_contain_text("3 examples")
    expect(learnt).to_contain_text("Adds the tag to 6 images")
    assert violations(page) == []
    page.keyboard.press("Shift+A")
    expect(learnt).to_have_count(0)
    site.work()
    eventually(lambda: "Zoey" in taught.shown(hers[5]))
    question = page.get_by_role("region", name="Question")
    page.goto(site.url("/corrections"))
    expect(question).to_be_visible()
    for _ in range(26):  # more than the server answers with at once
        before = str(question.get_by_role("link").get_attribute("aria-label"))
        page.keyboard.press("s")
        expect(question.get_by_role("link", name=before)).to_have_count(0)
    before = str(question.get_by_role("link").get_attribute("aria-label"))
    question.get_by_role("link").click()
    expect(page.get_by_role("button", name="Back to the corrections")).to_be_visible()
    page.keyboard.press("Escape")
    expect(question.get_by_role("link", name=before)).to_be_visible()
    page.keyboard.press("n")
    expect(question.get_by_role("link", name=before)).to_have_count(0)
    expect(page.get_by_text(re.compile("^1 answered"))).to_be_visible()
    page.keyboard.press("Control+z")
    expect(page.get_by_text(re.compile("^1 answered"))).to_have_count(0)
    expect(question.get_by_role("link", name=before)).to_be_visible()
    eventually(lambda: not any(not yes for name in ("Pug", "Zoey") for _, yes in verdicts(site, name)))


def test_nodes_are_dragged_pasted_exported_and_imported(site: Site, open_page: OpenPage, tmp_path: Path) -> None:
    page = open_page(site.url("/taxonomy?empty=true"), allow="Failed to load resource")
    find, dialog = page.get_by_role("textbox", name="Find a node"), page.get_by_role("dialog")
    find.focus()
    page.keyboard.type("pickup")
    expect(find).to_have_value("pickup")
    item = page.get_by_role("treeitem", name=re.compile("^Pickup", re.I))
    item.drag_to(page.get_by_role("treeitem", name=re.compile("^Vehicle", re.I)))
    expect(dialog).to_contain_text("Then below Vehicle")
    expect(dialog).to_contain_text("Moves 1 node")
    dialog.get_by_role("button", name="Move").click()
    eventually(lambda: parent_of(site, "Pickup") == "Vehicle")
    expect(page.get_by_role("treeitem", selected=True)).to_contain_text("Pickup")
    page.keyboard.press("Control+x")
    find.fill("animal")
    page.get_by_role("treeitem", name=re.compile("^Animal 0")).click()
    page.keyboard.press("Control+v")
    expect(dialog).to_contain_text("Then below Animal")
    page.route("**/api/taxonomy/*", lambda route: route.abort())  # the server is away for a moment
    dialog.get_by_role("button", name="Move").click()
    expect(dialog.get_by_role("alert")).to_contain_text("answering")
    page.unroute("**/api/taxonomy/*")
    dialog.get_by_role("button", name="Try again").click()
    expect(dialog).to_contain_text("Moves 1 node")
    dialog.get_by_role("button", name="Move").click()
    eventually(lambda: parent_of(site, "Pickup") == "Animal")

    page.get_by_role("button", name="Import and export").click()
    with page.expect_download() as download:
        page.get_by_role("menuitem", name="Export as keywords").click()
    exported = download.value.path().read_text()
    assert "\nAnimal\n" in exported
    assert "\n\tPickup\n" in exported
    page.get_by_role("button", name="Import and export").click()
    page.get_by_role("menuitem", name="Import").click()
    file = dialog.locator("input[type=file]")
    (tmp_path / "old.txt").write_bytes("Zoo\n\tKäfig\n".encode("latin-1"))
    file.set_input_files(tmp_path / "old.txt")
    expect(dialog).to_contain_text("old.txt is no text in UTF-8")
    (tmp_path / "zoo.txt").write_bytes((exported.rstrip() + "\nZoo\n\tKäfig\n").encode("utf-16"))
    file.set_input_files(tmp_path / "zoo.txt")
    dialog.get_by_role("button", name="See what it adds").click()
    expect(dialog).to_contain_text("Would add 2 nodes")
    dialog.get_by_role("button", name="Import").click()
    expect(page.get_by_role("region", name="Messages")).to_contain_text("Added 2 nodes")
    assert parent_of(site, "Käfig") == "Zoo"


@pytest.mark.parametrize(("width", "scheme"), [(1440, "dark"), (390, "light")])
def test_the_pages_are_accessible(site: Site, open_page: OpenPage, scheme: str, width: int) -> None:
    page = open_page(site.url("/taxonomy?empty=true"), color_scheme=scheme, width=width)
    item = page.get_by_role("treeitem").first
    expect(item).to_be_visible()
    assert violations(page) == []
    item.click()
    expect(page.get_by_role("region").get_by_role("heading", level=2)).to_be_visible()
    assert violations(page) == []
    page.goto(site.url("/taxonomy?node=999999999"))
    expect(page.get_by_role("heading", name="No image has a tag yet")).to_be_visible()  # on a phone, too
    assert violations(page) == []

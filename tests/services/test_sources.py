"""Folders of a catalog: added once, absorbed, moved, mounted."""

from __future__ import annotations

from pathlib import Path
from uuid import uuid4

import pytest

from lumina.domain.catalog import Catalog
from lumina.engine.scan import Scanner
from lumina.errors import BadInput, Conflict, NotFound
from lumina.services import catalogs as catalog_service
from lumina.services import sources
from lumina.services.sources import Place
from lumina.store import Store, catalogs, scans
from tests.support.library import jpeg

pytestmark = pytest.mark.integration


@pytest.fixture
def catalog(store: Store) -> Catalog:
    with store.transaction() as tx:
        return catalog_service.create(tx, "Photos")


def add(store: Store, catalog: Catalog, path: Path, **options: list[str]) -> Place:
    with store.transaction() as tx:
        return sources.add(tx, catalog.id, path, **options)


def scan(store: Store, source_id: int) -> None:
    Scanner(store, offline_share=0.5, node="server").scan(source_id, on_chunk=lambda _tx, _images: None)


def test_a_catalog_needs_a_name_of_its_own(store: Store) -> None:
    with store.transaction() as tx:
        catalog_service.create(tx, "Photos", destination_path="/photos", import_mode="move", source_metadata={"a": 1})
        assert [each.source_metadata for each in catalog_service.every(tx)] == [{"a": 1}]
        with pytest.raises(Conflict, match="Photos"):
            catalog_service.create(tx, "Photos")
        with pytest.raises(BadInput, match="name"):
            catalog_service.create(tx, "  ")
        with pytest.raises(BadInput, match="import_mode"):
            catalog_service.create(tx, "Other", import_mode="link")
        with pytest.raises(NotFound):
            catalog_service.get(tx, uuid4())


def test_a_path_inside_a_source_adds_none_and_is_returned_with_its_scope(
    store: Store, catalog: Catalog, photos: Path
) -> None:
    jpeg(photos / "2024/may/a.jpg")
    whole = add(store, catalog, photos)
    assert whole.scope == ""
    assert add(store, catalog, photos) == whole
    assert add(store, catalog, photos / "2024" / "may") == Place(catalog.id, whole.source_id, "2024/may")
    assert add(store, catalog, photos / "2024/may/a.jpg").scope == "2024/may/a.jpg"
    assert sources.every_place(store) == [whole]


def test_a_parent_absorbs_its_sources_with_all_their_images(store: Store, catalog: Catalog, photos: Path) -> None:
    for number, name in enumerate(("2023/a.jpg", "2024/b.jpg", "2024/sub/c.jpg", "loose.jpg")):
        jpeg(photos / name, seed=number)
    children = [add(store, catalog, photos / year) for year in ("2023", "2024")]
    for child in children:
        scan(store, child.source_id)
    with store.transaction() as tx:
        before = {row["path"]: row["image_id"] for row in tx.rows("SELECT path, image_id FROM file")}
    parent = add(store, catalog, photos)
    scan(store, parent.source_id)
    with store.transaction() as tx:
        after = {row["path"]: row["image_id"] for row in tx.rows("SELECT path, image_id FROM file")}
        folders = {row["id"]: row["folder"] for row in tx.rows("SELECT id, folder FROM image")}
        assert [source.path for source in catalogs.sources(tx)] == [str(photos.resolve())]
    assert after == {
        "2023/a.jpg": before["a.jpg"],
        "2024/b.jpg": before["b.jpg"],
        "2024/sub/c.jpg": before["sub/c.jpg"],
        "loose.jpg": after["loose.jpg"],
    }
    assert folders[before["a.jpg"]] == "2023"
    assert folders[before["sub/c.jpg"]] == "2024/sub"


def test_absorbed_mounts_and_patterns_go_along(store: Store, catalog: Catalog, photos: Path) -> None:
    (photos / "2024").mkdir()
    child = add(store, catalog, photos / "2024", ignore_patterns=["drafts/", "/top.jpg", "!keep.jpg"])
    with store.transaction() as tx:
        sources.mount(tx, child.source_id, "worker", "/mnt/nas/photos/2024/")
    parent = add(store, catalog, photos)
    with store.transaction() as tx:
        source = catalogs.source(tx, parent.source_id)
    assert source.mounts == {"worker": "/mnt/nas/photos"}
    assert source.root("worker") == "/mnt/nas/photos"
    assert source.root("server") == str(photos.resolve())
    assert source.ignore_patterns == ("/2024/**/drafts/", "/2024/top.jpg", "!/2024/**/keep.jpg")


def test_a_mount_that_would_lose_sight_is_a_conflict(store: Store, catalog: Catalog, photos: Path) -> None:
    (photos / "2024").mkdir()
    child = add(store, catalog, photos / "2024")
    with store.transaction() as tx:
        sources.mount(tx, child.source_id, "worker", "/mnt/this year")
    with pytest.raises(Conflict, match="worker"):
        add(store, catalog, photos)
    with store.transaction() as tx:
        assert [source.id for source in catalogs.sources(tx)] == [child.source_id]


def test_a_source_that_is_being_scanned_is_not_absorbed(store: Store, catalog: Catalog, photos: Path) -> None:
    (photos / "2024").mkdir()
    child = add(store, catalog, photos / "2024")
    with scans.session(store, child.source_id), pytest.raises(Conflict, match="scanned"):
        add(store, catalog, photos)


def test_what_is_no_folder_is_named(store: Store, catalog: Catalog, photos: Path) -> None:
    with pytest.raises(BadInput, match="nowhere"):
        add(store, catalog, photos / "nowhere")
    path = jpeg(photos / "a.jpg")
    with pytest.raises(BadInput, match=r"a\.jpg"):
        add(store, catalog, path)
    with pytest.raises(BadInput, match="nowhere"):
        sources.place(store, photos / "nowhere", catalog="Photos")


def test_a_malformed_pattern_is_named(store: Store, catalog: Catalog, photos: Path) -> None:
    with pytest.raises(BadInput, match="pattern"):
        add(store, catalog, photos, ignore_patterns=["!"])


def test_a_symbolic_link_to_a_source_is_that_source(
    store: Store, catalog: Catalog, photos: Path, tmp_path: Path
) -> None:
    first = add(store, catalog, photos)
    (tmp_path / "link").symlink_to(photos)
    assert add(store, catalog, tmp_path / "link") == first


def test_place_makes_the_catalog_once(store: Store, photos: Path) -> None:
    first = sources.place(store, photos, catalog="New")
    assert sources.place(store, photos, catalog="New") == first
    with store.transaction() as tx:
        assert [each.name for each in catalog_service.every(tx)] == ["New"]


def test_a_library_that_moved_as_a_whole(store: Store, catalog: Catalog, photos: Path, tmp_path: Path) -> None:
    jpeg(photos / "a.jpg")
    place = add(store, catalog, photos)
    scan(store, place.source_id)
    elsewhere = photos.rename(tmp_path / "elsewhere")
    with store.transaction() as tx:
        before = tx.rows("SELECT id, image_id FROM file")
        sources.change(tx, place.source_id, path=elsewhere, ignore_patterns=["*.tmp"])
    scan(store, place.source_id)
    with store.transaction() as tx:
        assert tx.rows("SELECT id, image_id FROM file WHERE missing_since IS NULL") == before
        assert catalogs.source(tx, place.source_id).ignore_patterns == ("*.tmp",)


def test_a_source_may_not_come_to_overlap_another(store: Store, catalog: Catalog, photos: Path, tmp_path: Path) -> None:
    first = add(store, catalog, photos)
    other = tmp_path / "other"
    other.mkdir()
    add(store, catalog, other)
    with store.transaction() as tx, pytest.raises(Conflict, match="overlaps"):
        sources.change(tx, first.source_id, path=other)


@pytest.mark.parametrize("path", ["relative/path", "", "C:no"])
def test_mounts_are_absolute(store: Store, catalog: Catalog, photos: Path, path: str) -> None:
    place = add(store, catalog, photos)
    with store.transaction() as tx, pytest.raises(BadInput, match="absolute"):
        sources.mount(tx, place.source_id, "worker", path)


def test_a_windows_mount_is_absolute(store: Store, catalog: Catalog, photos: Path) -> None:
    place = add(store, catalog, photos)
    with store.transaction() as tx:
        sources.mount(tx, place.source_id, "worker", "Z:\\photos")
        assert catalogs.roots(tx, "worker") == {place.source_id: "Z:\\photos"}

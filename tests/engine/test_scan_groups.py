"""Files of one moment are one image, across scans too, unless a person says otherwise."""

from __future__ import annotations

import itertools
from datetime import timedelta
from pathlib import Path

import pytest

from lumina.engine.mend import ungroup
from lumina.errors import NotFound
from lumina.store import Store
from tests.support.library import NOON, Library, jpeg, movie, raw, sidecar

pytestmark = pytest.mark.integration


@pytest.fixture
def library(store: Store, photos: Path) -> Library:
    return Library(store, photos)


def test_raw_jpeg_sidecars_and_live_video_are_one_image(library: Library) -> None:
    raw(library.root / "IMG_1.dng", NOON)
    jpeg(library.root / "IMG_1.JPG", taken=NOON + timedelta(seconds=1))
    movie(library.root / "IMG_1.mov", NOON)
    sidecar(library.root / "IMG_1.xmp")
    sidecar(library.root / "IMG_1.dng.xmp")
    library.scan()
    assert len(set(library.images().values())) == 1
    assert library.roles() == {
        "IMG_1.dng": "original",
        "IMG_1.JPG": "derived",
        "IMG_1.mov": "live",
        "IMG_1.xmp": "sidecar",
        "IMG_1.dng.xmp": "sidecar",
    }


def test_a_name_alone_makes_no_group(library: Library) -> None:
    raw(library.root / "IMG_1.dng", NOON)
    jpeg(library.root / "IMG_1.jpg", taken=NOON + timedelta(minutes=3))
    jpeg(library.root / "IMG_2.jpg", taken=NOON)
    movie(library.root / "IMG_2.mov", NOON + timedelta(days=1))
    raw(library.root / "IMG_3.dng", NOON)
    jpeg(library.root / "IMG_3.jpg")
    library.scan()
    assert len(set(library.images().values())) == 6


@pytest.mark.parametrize("order", list(itertools.permutations(["IMG_1.dng", "IMG_1.jpg", "IMG_1.xmp"])))
def test_files_that_arrive_one_by_one_end_as_one_image(library: Library, order: tuple[str, ...]) -> None:
    make = {
        "IMG_1.dng": lambda path: raw(path, NOON),
        "IMG_1.jpg": lambda path: jpeg(path, taken=NOON),
        "IMG_1.xmp": sidecar,
    }
    for name in order:
        make[name](library.root / name)
        library.scan()
    assert len(set(library.images().values())) == 1
    assert library.roles() == {"IMG_1.dng": "original", "IMG_1.jpg": "derived", "IMG_1.xmp": "sidecar"}
    assert library.missing() == set()


def test_a_raw_that_arrives_later_makes_the_image_due(library: Library) -> None:
    jpeg(library.root / "IMG_1.jpg", taken=NOON)
    library.scan()
    library.finish_stages()
    image = library.images()["IMG_1.jpg"]
    raw(library.root / "IMG_1.dng", NOON)
    library.scan()
    assert library.stale() == {image}


def test_the_live_video_that_came_first_becomes_part_of_its_photo(library: Library) -> None:
    movie(library.root / "IMG_1.mov", NOON)
    library.scan()
    jpeg(library.root / "IMG_1.jpg", taken=NOON)
    library.scan()
    assert library.roles() == {"IMG_1.jpg": "original", "IMG_1.mov": "live"}
    assert [row["kind"] for row in library.rows("SELECT kind FROM image")] == ["photo"]


def test_a_sidecar_without_an_image_is_counted_not_taken(library: Library) -> None:
    sidecar(library.root / "alone.xmp")
    report = library.scan()
    assert (report.images, report.ignored) == (0, {"sidecar": 1})


def test_ungrouped_files_stay_apart(library: Library) -> None:
    raw(library.root / "IMG_1.dng", NOON)
    path = jpeg(library.root / "IMG_1.jpg", taken=NOON)
    sidecar(library.root / "IMG_1.xmp", rating=1)
    sidecar(library.root / "IMG_1.jpg.xmp", rating=2)
    library.scan()
    image = library.images()["IMG_1.dng"]
    with library.store.transaction() as tx:
        concerned = ungroup(tx, library.catalog.id, image)
    after = library.images()
    assert concerned[0] == image == after["IMG_1.dng"] == after["IMG_1.xmp"]
    assert after["IMG_1.jpg"] == after["IMG_1.jpg.xmp"] == concerned[1] != image
    assert library.roles()["IMG_1.jpg"] == "original"
    path.touch()
    library.scan()
    assert library.images() == after
    (library.root / "IMG_1.dng").rename(library.root / "IMG_9.dng")
    library.scan()
    assert library.images()["IMG_9.dng"] == image


def test_ungrouping_what_is_not_there_says_so(library: Library) -> None:
    with library.store.transaction() as tx, pytest.raises(NotFound):
        ungroup(tx, library.catalog.id, 12345)

"""The made-up marketplace: the same everywhere, and look-alikes that are true."""

from __future__ import annotations

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from lumina.demo.photographs import FromFolder, Generated
from lumina.demo.products import COLOURS, FAMILIES, Product
from lumina.demo.taxonomy import every, leaves
from lumina.demo.world import Listing, World

pytestmark = [pytest.mark.unit, pytest.mark.timeout(60)]


def told(world: World) -> list[object]:
    return [(listing, world.images(listing), world.reviews(listing)) for listing in world.listings.values()]


def test_the_same_numbers_make_the_same_world_and_others_make_another() -> None:
    assert told(World(3, 40)) == told(World(3, 40))
    assert told(World(3, 40)) != told(World(4, 40))


def test_all_that_is_numbered_is_found_by_its_number_and_nothing_else_is() -> None:
    world = World(1, 200)
    images = [image for listing in world.listings.values() for image in world.images(listing)]
    assert len({image.image_id for image in images}) == len(images)
    assert all(
        world.image(image.image_id) == (world.listings[1_700_000_000 + 37 * image.number], image) for image in images
    )
    assert world.image(images[0].image_id + 9) is None
    assert world.shop(1) is None
    assert len({shop.name for shop in World(1, 5000).shops}) == len(World(1, 5000).shops)


def test_what_sellers_write_keeps_to_the_rules_of_the_marketplace() -> None:
    for listing in World(2, 300).listings.values():
        assert 0 < len(listing.tags) <= 13
        assert all(0 < len(tag) <= 20 for tag in listing.tags)
        assert COLOURS[listing.product.colour][0] in listing.title
        assert listing.family.cheapest * 100 <= listing.cents <= listing.family.dearest * 100


def test_every_family_has_a_leaf_of_the_taxonomy() -> None:
    ends = {node.id for node in every() if not node.children}
    assert {family.taxonomy_id for family in FAMILIES} == ends
    assert leaves(1055) == {1057, 1058, 1059, 1062}
    assert leaves(5) == frozenset()


def decoded(data: bytes) -> NDArray[np.uint8]:
    return np.asarray(cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_COLOR))


def test_photographs_are_jpegs_of_the_sizes_that_were_asked_for_and_of_a_usual_weight() -> None:
    world = World(1, len(FAMILIES), images=(2, 2))
    photographs, weights = Generated(world.seed), []
    for listing in world.listings.values():
        image = world.images(listing)[1]
        data = photographs.jpeg(listing, image, "570xN")
        weights.append(len(data))
        assert data[:3] == b"\xff\xd8\xff"
        assert decoded(data).shape[1] == 570
        assert photographs.held(image, "570xN") == data
    assert Generated(world.seed).jpeg(listing, image, "75x75") == photographs.jpeg(listing, image, "75x75")
    assert decoded(photographs.jpeg(listing, image, "75x75")).shape == (75, 75, 3)
    assert 25_000 < np.median(weights) < 70_000


def colours(data: bytes) -> NDArray[np.float32]:
    """How often each colour comes, around the middle."""
    pixels = decoded(data)
    height, width = pixels.shape[:2]
    middle = cv2.cvtColor(pixels[height // 4 : -height // 4, width // 4 : -width // 4], cv2.COLOR_BGR2HSV)
    counted = cv2.calcHist([middle], [0, 1], None, [24, 8], [0, 180, 0, 256])
    return np.asarray(np.sqrt(counted.ravel() / counted.sum()), np.float32)


def test_photographs_of_one_product_are_more_alike_than_those_of_others() -> None:
    """By colours alone, siblings come far more often first than chance (1 in 23) would let them."""
    world = World(5, 24, images=(2, 2))
    photographs = Generated(world.seed)
    listings = list(world.listings.values())
    first, second = (
        np.stack([colours(photographs.jpeg(one, world.images(one)[at], "170x135")) for one in listings])
        for at in (0, 1)
    )
    assert (np.argmax(second @ first.T, axis=1) == np.arange(24)).mean() > 0.4


def test_what_was_not_asked_for_longest_is_forgotten_first() -> None:
    world = World(1, 12, images=(3, 3))
    photographs = Generated(1, bound=20_000)
    listing = next(iter(world.listings.values()))
    images = world.images(listing)
    first = photographs.jpeg(listing, images[0], "170x135")
    for image in images:
        photographs.jpeg(listing, image, "570xN")
    assert photographs.held(images[0], "170x135") is None
    assert photographs.held(images[2], "570xN") is not None
    assert photographs.jpeg(listing, images[0], "170x135") == first


def test_pictures_of_a_folder_stand_for_products(tmp_path) -> None:  # type: ignore[no-untyped-def]
    for number in range(3):
        picture = np.full((300, 400, 3), 60 * number + 40, np.uint8)
        cv2.imwrite(str(tmp_path / f"{number}.png"), picture)
    world = World(1, 4, images=(2, 2))
    photographs = FromFolder(tmp_path)

    def tone(listing: Listing, rank: int) -> float:
        return float(decoded(photographs.jpeg(listing, world.images(listing)[rank - 1], "570xN")).mean())

    tones = [tone(listing, 1) for listing in world.listings.values()]
    assert tones == pytest.approx([40, 100, 160, 40], abs=2)
    with pytest.raises(FileNotFoundError):
        FromFolder(tmp_path / "none")


def test_every_shape_of_every_family_can_be_drawn() -> None:
    world = World(1, 1, images=(1, 1))
    listing = next(iter(world.listings.values()))
    for family in range(len(FAMILIES)):
        for shape in range(FAMILIES[family].shapes):
            product = Product(
                family, shape, (3 * shape + family) % 16, (shape + family + 7) % 16, (family + shape) % 12, 5
            )
            one = Listing(
                *[getattr(listing, name) for name in ("number", "listing_id", "shop")], product, *([1] * 4), "", 1, 1, 1
            )
            pixels = decoded(Generated(1, bound=1).jpeg(one, world.images(listing)[0], "170x135"))
            assert pixels.std() > 8, (FAMILIES[family].name, shape)

from __future__ import annotations

from functools import lru_cache
from io import BytesIO

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

from lumina.domain.duplicates import Relation
from lumina.vision import signature as signatures
from lumina.vision.luma import luma
from lumina.vision.orient import upright
from lumina.vision.resize import box, shrink
from lumina.vision.verify import Verdicts, verify

pytestmark = [pytest.mark.unit, pytest.mark.timeout(120)]

Pixels = NDArray[np.uint8]


@lru_cache(maxsize=32)
def photo(seed: int, width: int = 640, height: int = 480) -> Pixels:
    """Shapes of many sizes, as photographs have them."""
    rng = np.random.default_rng(seed)
    total = np.zeros((height, width, 3))
    for cells, strength in ((4, 60), (12, 40), (40, 25)):
        small = rng.normal(0, 1, (cells, cells, 3))
        layers = [Image.fromarray(small[..., c].astype(np.float32)).resize((width, height), 3) for c in range(3)]
        total += strength * np.stack([0.7 * np.asarray(layers[0]) + 0.3 * np.asarray(layer) for layer in layers], 2)
    return (128 + total).clip(0, 255).astype(np.uint8)


def taken(pixels: Pixels) -> NDArray[np.uint8]:
    """The signature of a picture, as the stage takes it."""
    height, width = pixels.shape[:2]
    small = shrink(np.ascontiguousarray(pixels), 320)
    gray = luma(small)
    data = signatures.signature(small, box(gray, 32, 32), (width, height))
    return np.frombuffer(data, np.uint8)


def jpeg(pixels: Pixels, quality: int = 75) -> Pixels:
    buffer = BytesIO()
    Image.fromarray(pixels).save(buffer, "JPEG", quality=quality)
    return np.asarray(Image.open(buffer))


def crop(pixels: Pixels, margin: float) -> Pixels:
    height, width = pixels.shape[:2]
    down, across = round(height * margin), round(width * margin)
    return pixels[down : height - down, across : width - across]


def compared(first: Pixels, second: Pixels, hint: Relation = Relation.SAME) -> Verdicts:
    return verify(taken(first)[None], taken(second)[None], np.array([hint], np.int8))


def is_copy(first: Pixels, second: Pixels, hint: Relation = Relation.SAME) -> Relation | None:
    verdicts = compared(first, second, hint)
    return Relation(int(verdicts.relation[0])) if verdicts.accepted[0] else None


def brighter(pixels: Pixels, gamma: float) -> Pixels:
    return np.rint(255 * (pixels / 255) ** gamma).astype(np.uint8)


@lru_cache(maxsize=32)
def page(seed: int, width: int = 800, height: int = 600) -> Pixels:
    """A window of one program with other text each time."""
    rng = np.random.default_rng(seed)
    image = Image.new("RGB", (width, height), (240, 240, 244))
    draw = ImageDraw.Draw(image)
    draw.rectangle((0, 0, width, 50), fill=(40, 60, 90))
    draw.rectangle((0, 50, 150, height), fill=(60, 80, 110))
    font = ImageFont.load_default(20)
    for line in range(70, height - 30, 36):
        text = "".join(rng.choice(list("abcdefghijklmnopqrstuvwxyz    "), rng.integers(15, 50)))
        draw.text((170, line), text, font=font, fill=(30, 30, 30))
    return np.asarray(image)


@lru_cache(maxsize=8)
def under_a_sky(seed: int) -> Pixels:
    """A photo of which three quarters are sky: a slow gradient with a camera's noise."""
    rng = np.random.default_rng(seed)
    y, x = np.mgrid[0:480, 0:640] / 480
    sky = np.array([120, 160, 210]) + (22 * y + rng.uniform(3, 6) * x)[..., None]
    pixels = (sky + rng.normal(0, 2, sky.shape)).clip(0, 255).astype(np.uint8)
    pixels[360:] = photo(seed)[360:]
    return pixels


@pytest.mark.parametrize(
    "change",
    [
        lambda p: jpeg(p, 50),
        lambda p: np.asarray(Image.fromarray(p).resize((160, 120))),
        lambda p: np.asarray(Image.fromarray(p).resize((1280, 960))),
        lambda p: brighter(p, 0.8),
        lambda p: brighter(p, 1.2),
        lambda p: np.asarray(Image.fromarray(p).convert("L").convert("RGB")),
    ],
    ids=["jpeg", "quarter", "double", "brighter", "darker", "grey"],
)
def test_edits_of_the_whole_frame_are_copies(change) -> None:
    for seed in range(4):
        assert is_copy(photo(seed), change(photo(seed))) is Relation.SAME


def test_a_watermark_leaves_a_copy() -> None:
    pixels = photo(3)
    image = Image.fromarray(pixels)
    ImageDraw.Draw(image).text((430, 440), "© Studio 2024", font=ImageFont.load_default(26), fill=(255, 255, 255))
    assert is_copy(pixels, np.asarray(image)) is Relation.SAME


def test_a_plain_sky_hinders_neither_watermarks_nor_crops() -> None:
    for seed in range(4):
        pixels = under_a_sky(seed)
        image = Image.fromarray(pixels)
        ImageDraw.Draw(image).text((330, 400), "© Studio 2024", font=ImageFont.load_default(40), fill=(255, 255, 255))
        assert is_copy(pixels, np.asarray(image)) is Relation.SAME
        assert is_copy(pixels, jpeg(crop(pixels, 0.04)), Relation.CROP) is Relation.CROP


@pytest.mark.parametrize("margin", [0.025, 0.05, 0.1])
def test_crops_are_told_with_their_direction(margin: float) -> None:
    for seed in range(4):
        whole, part = photo(seed), jpeg(crop(photo(seed), margin))
        assert is_copy(whole, part, Relation.CROP) is Relation.CROP
        assert is_copy(part, whole, Relation.CONTAINS) is Relation.CONTAINS
    assert is_copy(photo(1), crop(photo(1), 0.025)) is Relation.CROP


def test_a_crop_to_other_proportions_is_found() -> None:
    pixels = photo(5)
    assert is_copy(pixels, pixels[45:435], Relation.CROP) is Relation.CROP


def test_other_pictures_are_no_copies() -> None:
    several = np.stack([taken(photo(seed)) for seed in range(12)])
    first, second = np.nonzero(~np.eye(12, dtype=bool))
    for hint in Relation:
        hints = np.full(len(first), hint, np.int8)
        assert not verify(several[first], several[second], hints).accepted.any()


def clouds_in_dark_corners(seed: int) -> Pixels:
    """A sky, turned by 4 degrees within its frame."""
    rng = np.random.default_rng(seed)
    corners = np.asarray(Image.new("L", (640, 480), 255).rotate(4, Image.Resampling.BICUBIC))[..., None] / 255
    clouds = Image.fromarray(rng.normal(0, 3, (6, 8)).astype(np.float32)).resize((640, 480), 3)
    sky = np.array([150, 180, 210]) + np.asarray(clouds)[..., None] + rng.normal(0, 2, (480, 640, 3))
    return (sky * corners).clip(0, 255).astype(np.uint8)


def test_skies_behind_the_same_dark_corners_are_no_copies() -> None:
    assert is_copy(clouds_in_dark_corners(0), jpeg(clouds_in_dark_corners(0), 60)) is Relation.SAME
    for seed in range(1, 5):
        assert is_copy(clouds_in_dark_corners(0), clouds_in_dark_corners(seed)) is None


def test_the_next_frame_of_a_moving_camera_is_no_copy() -> None:
    wide = photo(7, 720, 540)
    frame, moved = wide[20:500, 20:660], wide[32:512, 40:680]
    assert is_copy(frame, moved) is None
    assert is_copy(frame, moved, Relation.CROP) is None


def test_other_exposures_are_no_copies() -> None:
    pixels = photo(2)
    exposed = (255 * ((pixels / 255) ** 2.2 * 2.5).clip(0, 1) ** (1 / 2.2)).astype(np.uint8)
    assert is_copy(pixels, exposed) is None


def test_screenshots_are_copies_only_where_the_text_is_the_same() -> None:
    assert is_copy(page(1), jpeg(page(1), 60)) is Relation.SAME
    assert is_copy(page(1), np.asarray(Image.fromarray(page(1)).resize((400, 300)))) is Relation.SAME
    for seed in range(2, 12):
        assert is_copy(page(1), page(seed)) is None


@pytest.mark.parametrize("along", [0, 1])
def test_so_it_is_where_they_are_drawn_on_a_gradient(along: int) -> None:
    shade = np.linspace(1, 0.75, page(1).shape[along])
    shade = shade[:, None, None] if along == 0 else shade[None, :, None]
    shaded = [np.rint(page(seed) * shade).astype(np.uint8) for seed in range(1, 8)]
    assert is_copy(shaded[0], jpeg(shaded[0], 60)) is Relation.SAME
    for other in shaded[1:]:
        assert is_copy(shaded[0], other) is None


def conversation(seed: int) -> Pixels:
    """A screenshot that bubbles of text leave few plain parts of."""
    words = ["alpha", "bravo", "charlie", "delta", "echo", "foxtrot", "golf", "hotel"]
    rng = np.random.default_rng(seed)
    image = Image.new("RGB", (480, 800), (246, 246, 248))
    draw, font = ImageDraw.Draw(image), ImageFont.load_default(14)
    draw.rectangle((0, 0, 480, 60), fill=(40, 90, 200))
    for line in range(9):
        x, y = 20 + line % 2 * 120, 80 + 78 * line
        draw.rounded_rectangle((x, y, x + 320, y + 60), 10, fill=(220, 232, 255) if line % 2 else (255, 255, 255))
        for row in (8, 30):
            said = " ".join(rng.choice(words, rng.integers(1, 7)))
            draw.text((x + 10, y + row), said, fill=(20, 20, 20), font=font)
    return np.asarray(image)


def test_two_conversations_in_one_program_are_no_copies() -> None:
    assert is_copy(conversation(0), jpeg(conversation(0))) is Relation.SAME
    signed = np.stack([taken(conversation(seed)) for seed in range(12)])
    first, second = np.triu_indices(12, 1)
    assert not verify(signed[first], signed[second]).accepted.any()


def test_pictures_without_structure_are_never_copies() -> None:
    sea = np.zeros((480, 640, 3), np.uint8)
    sea[:250], sea[250:] = (90, 140, 220), (30, 60, 110)
    other = sea.copy()
    other[:250] = (120, 150, 210)
    gradient = np.tile(np.linspace(20, 220, 640).astype(np.uint8)[None, :, None], (480, 1, 3))
    for first, second in ((sea, sea), (sea, other), (gradient, gradient), (gradient, gradient[:, ::-1])):
        assert is_copy(first, jpeg(np.ascontiguousarray(second))) is None


@pytest.mark.parametrize("orientation", range(2, 9))
def test_turned_copies_are_found_when_hinted_at(orientation: int) -> None:
    pixels = photo(4)
    turned = jpeg(upright(pixels, orientation))
    assert is_copy(pixels, turned, Relation.TURNED) is Relation.TURNED
    assert is_copy(pixels, turned) is None


def test_a_copy_hinted_at_as_turned_is_still_a_copy() -> None:
    assert is_copy(photo(4), jpeg(photo(4)), Relation.TURNED) is Relation.SAME


def test_the_same_pixels_are_told_from_a_recompressed_copy() -> None:
    pixels = photo(6)
    assert compared(pixels, pixels.copy()).equal[0]
    assert not compared(pixels, brighter(pixels, 1.2)).equal[0]
    assert not compared(pixels, photo(8)).equal[0]


def test_nothing_to_compare_gives_nothing() -> None:
    none = np.zeros((0, signatures.SIZE), np.uint8)
    verdicts = verify(none, none)
    assert len(verdicts.accepted) == len(verdicts.similarity) == len(verdicts.relation) == 0


def test_broken_signatures_are_no_copies_and_no_trouble() -> None:
    rng = np.random.default_rng(0)
    first = rng.integers(0, 256, (40, signatures.SIZE), dtype=np.uint8)
    first[:10] = 0
    first[10:20, :16] = 0
    verdicts = verify(first, first[::-1].copy())
    assert not verdicts.accepted.any()
    assert np.isfinite(verdicts.similarity).all()


PAIRS = [(photo(1), jpeg(crop(photo(1), 0.05))), (photo(1), photo(2)), (photo(3), brighter(photo(3), 0.8))]


@settings(max_examples=25, deadline=None)
@given(st.lists(st.integers(0, 2), min_size=1, max_size=12), st.randoms())
def test_a_verdict_depends_on_its_pair_alone_and_not_on_its_order(picks, random) -> None:
    a = np.stack([taken(PAIRS[pick][0]) for pick in picks])
    b = np.stack([taken(PAIRS[pick][1]) for pick in picks])
    back = {Relation.CROP: Relation.CONTAINS, Relation.CONTAINS: Relation.CROP}
    hints = [random.choice(list(Relation)) for _ in picks]
    forth = verify(a, b, np.array(hints, np.int8))
    reverse = verify(b, a, np.array([back.get(hint, hint) for hint in hints], np.int8))
    assert (forth.accepted == reverse.accepted).all()
    assert (forth.similarity == reverse.similarity).all()
    for place, hint in enumerate(hints):
        alone = verify(a[place : place + 1], b[place : place + 1], np.array([hint], np.int8))
        assert alone.accepted[0] == forth.accepted[place]
        assert alone.similarity[0] == forth.similarity[place]
        relation = Relation(int(forth.relation[place]))
        if forth.accepted[place] and relation is not Relation.TURNED:
            assert reverse.relation[place] == back.get(relation, relation)

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lumina.domain.encoding import Encoding, Family
from lumina.vision.score import Known, compression, score

pytestmark = [pytest.mark.unit, pytest.mark.timeout(20)]

MEGAPIXELS = 12_000_000
CAMERA = Known(
    encoding=Encoding(Family.JPEG, 5_000_000),
    pixels=MEGAPIXELS,
    quality=93.0,
    earlier=(),
    detail=1.0,
    inner=1.0,
    crispness=6.0,
)


def points(**changed: object) -> float:
    return score(replace(CAMERA, **changed)).total  # type: ignore[arg-type]


def as_family(family: Family, size: int = 5_000_000) -> float:
    return points(encoding=Encoding(family, size), quality=93.0 if family is Family.JPEG else None)


known = st.builds(
    Known,
    encoding=st.builds(Encoding, st.sampled_from(Family), st.integers(0, 10**10)),
    pixels=st.integers(1, 10**10),
    quality=st.none() | st.floats(1, 100),
    earlier=st.lists(st.floats(1, 100), max_size=2).map(tuple),
    detail=st.floats(0.3, 1),
    inner=st.floats(0.001, 1),
    crispness=st.floats(0, 20),
)


@settings(max_examples=150, deadline=None)
@given(known)
def test_every_part_stays_within_its_weight(what: Known) -> None:
    parts = score(what)
    for value, most in ((parts.format, 40), (parts.resolution, 30), (parts.size, 20), (parts.sharpness, 10)):
        assert 0 <= value <= most
    assert 0 <= parts.total <= 100
    assert 0 <= compression(what) <= 100


@settings(max_examples=100, deadline=None)
@given(known, st.integers(2, 50))
def test_more_pixels_are_never_worse_at_the_same_compression(what: Known, times: int) -> None:
    what = replace(what, quality=what.quality or 80.0)
    assert score(replace(what, pixels=what.pixels * times)).total >= score(what).total


@settings(max_examples=100, deadline=None)
@given(known, st.floats(1, 100))
def test_a_history_never_makes_a_picture_better(what: Known, quality: float) -> None:
    assert score(replace(what, earlier=(*what.earlier, quality))).total < score(what).total + 1e-9


def test_formats_stand_in_their_order() -> None:
    order = (Family.RAW, Family.LOSSLESS, Family.JPEG, Family.WEB, Family.PALETTE)
    found = [as_family(family) for family in order]
    assert found == sorted(found, reverse=True)
    assert len(set(found)) == len(order)


def test_a_png_of_a_jpeg_is_no_better_than_the_jpeg() -> None:
    assert points(encoding=Encoding(Family.LOSSLESS, 40_000_000), quality=None, earlier=(93.0,)) < points() - 2


def test_a_bloated_resave_is_no_better_than_what_it_was() -> None:
    for quality in (50.0, 75.0, 93.0):
        assert points(quality=99.0, earlier=(quality,)) < points(quality=quality) - 1.5


def test_an_enlargement_is_clearly_worse_than_its_source() -> None:
    assert points(pixels=4 * MEGAPIXELS, detail=0.5) < points() - 2


def test_a_reduction_is_clearly_worse_than_its_source() -> None:
    assert points(pixels=MEGAPIXELS * 9 // 16) < points() - 2


def test_a_border_adds_nothing() -> None:
    assert points(pixels=MEGAPIXELS * 121 // 100, inner=100 / 121) < points()


def test_bits_tell_how_much_a_web_format_keeps() -> None:
    sizes = [as_family(Family.WEB, size) for size in (100_000, 500_000, 1_000_000, 3_000_000)]
    assert sizes == sorted(sizes)
    assert sizes[0] < sizes[-1]


def test_what_a_phone_wrote_is_worth_a_cameras_jpeg() -> None:
    assert abs(as_family(Family.PHONE, 2_000_000) - points()) < 2
    assert as_family(Family.PHONE, 2_000_000) > as_family(Family.WEB, 2_000_000) + 2

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from lumina.vision.quality.history import History, history
from lumina.vision.quality.tables import steps_at
from lumina.vision.quality.tiles import none, of_pixels
from tests.support.textures import again, enlarged, texture

pytestmark = [pytest.mark.unit, pytest.mark.timeout(20)]

Pixels = NDArray[np.uint8]


def seen(pixels: Pixels, present: int | None = None) -> list[History]:
    return history(of_pixels(pixels), steps_at(present).tolist() if present else ())


@pytest.mark.parametrize("seed", range(4))
def test_a_picture_that_was_never_a_jpeg_has_no_history(seed: int) -> None:
    assert seen(texture(seed)) == []
    assert seen(enlarged(texture(seed), 0.7)) == []


@pytest.mark.parametrize("quality", [30, 50, 75, 85, 92, 95])
def test_what_is_kept_without_loss_tells_what_jpeg_it_was(quality: int) -> None:
    (found,) = seen(again(texture(), quality))
    assert found.quality == pytest.approx(quality, abs=4)
    assert not found.shifted


@pytest.mark.parametrize("quality", [30, 50, 75, 90])
def test_a_jpeg_of_the_first_generation_has_no_history(quality: int) -> None:
    assert seen(again(texture(), quality), quality) == []


@pytest.mark.parametrize(("first", "second"), [(50, 75), (50, 95), (75, 90), (75, 95), (85, 95), (90, 97)])
def test_saving_again_at_a_higher_quality_hides_nothing(first: int, second: int) -> None:
    found = seen(again(again(texture(), first), second), second)
    assert min(each.quality for each in found) == pytest.approx(first, abs=4)


def test_saving_again_at_a_lower_quality_leaves_only_that_one() -> None:
    assert seen(again(again(texture(), 95), 60), 60) == []


def test_a_crop_shows_the_grid_of_what_it_was_cut_from() -> None:
    whole = again(texture(), 70)
    (found,) = seen(np.ascontiguousarray(whole[13:, 11:]))
    assert found == History(pytest.approx(70, abs=4), shifted=True)


def test_tables_of_other_makers_are_read_as_well() -> None:
    pixels = texture()
    (found,) = seen(_by_table(pixels, 9))
    assert 60 < found.quality < 90


def test_nothing_is_seen_in_nothing() -> None:
    assert history(none()) == []
    assert seen(np.full((200, 200, 3), 80, np.uint8)) == []
    assert seen(np.zeros((20, 900, 3), np.uint8)) == []


def _by_table(pixels: Pixels, step: int) -> Pixels:
    """Through a JPEG whose steps are all alike, as no table of libjpeg's is."""
    from io import BytesIO

    from PIL import Image

    buffer = BytesIO()
    Image.fromarray(pixels).save(buffer, "JPEG", qtables=[[step] * 64, [step] * 64], subsampling=0)
    return np.asarray(Image.open(buffer))

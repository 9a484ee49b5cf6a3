"""Sequences among frames: what a camera did, told by time, place, exposure and looks."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from lumina.domain.bursts import SequenceKind
from lumina.vision.frames import Frames
from lumina.vision.sequences import find
from tests.support.frames import frames, view, world

pytestmark = [pytest.mark.unit, pytest.mark.timeout(30)]

BURST, BRACKET, PANORAMA = SequenceKind.BURST, SequenceKind.BRACKET, SequenceKind.PANORAMA
Views = list[NDArray[np.uint8]]


def still(count: int, seed: int = 1) -> Views:
    """One scene, again and again, held by hand."""
    scene = world(seed)
    return [view(scene, 1 + 0.02 * (n % 3), noise=n + 1) for n in range(count)]


def different(count: int) -> Views:
    return [view(world(100 + n)) for n in range(count)]


def found(given: Frames) -> list[tuple[SequenceKind, list[int]]]:
    return [(each.kind, given.image[each.members].tolist()) for each in find(given)]


def fine(*seconds: float) -> list[float]:
    """Times with fractions, as most cameras give them."""
    return [second + 0.123 for second in seconds]


def test_frames_in_quick_succession_are_a_burst() -> None:
    assert found(frames(still(5), fine(0, 0.2, 0.4, 0.6, 0.8))) == [(BURST, [1, 2, 3, 4, 5])]


def test_a_pause_or_another_scene_parts_bursts() -> None:
    views = [*still(3), *still(2), *still(2, seed=9)]
    times = fine(0, 0.5, 1, 4, 4.5, 5, 5.5)
    assert found(frames(views, times)) == [(BURST, [1, 2, 3]), (BURST, [4, 5]), (BURST, [6, 7])]


def test_different_pictures_are_no_burst_however_quick() -> None:
    assert found(frames(different(8), [n * 1.5 + 0.1 for n in range(8)])) == []


def test_a_camera_without_fractions_takes_several_frames_in_a_second() -> None:
    assert found(frames(still(5), [0, 0, 0, 1, 1])) == [(BURST, [1, 2, 3, 4, 5])]
    assert found(frames(still(2), [0, 2])) == [], "they may be three seconds apart"


def test_a_second_with_more_frames_than_a_camera_takes_is_no_moment() -> None:
    assert found(frames(still(40), [0] * 40)) == [], "scans with a date and no time of day"
    assert len(found(frames(still(40), [n // 20 for n in range(40)]))) == 1


def test_a_panned_burst_is_a_burst_and_not_a_panorama() -> None:
    scene = world(3)
    views = [view(scene, 0.35 * n, noise=n + 1) for n in range(6)]
    assert found(frames(views, [n / 5 + 0.01 for n in range(6)])) == [(BURST, [1, 2, 3, 4, 5, 6])]


def test_a_frame_that_something_passed_in_front_of_stays() -> None:
    views = still(5)
    views[2] = view(world(77))
    assert found(frames(views, fine(0, 0.2, 0.4, 0.6, 0.8))) == [(BURST, [1, 2, 3, 4, 5])]


def test_slow_drift_is_no_single_burst() -> None:
    scene = world(5)
    views = [view(scene, 0.06 * n, noise=n + 1) for n in range(24)]
    sequences = found(frames(views, [n * 1.4 + 0.1 + 0.3 * (n % 2) for n in range(24)]))
    assert max(len(members) for _, members in sequences) <= 8, "each is like the one before, none like the first"
    assert found(frames(views[::4], [n * 60 + 0.1 for n in range(6)])) == []


def test_other_cameras_places_and_renderings_are_apart() -> None:
    views, times = still(4), fine(0, 0.1, 0.2, 0.3)
    assert found(frames(views, times, camera=[1, 2, 1, 2])) == [(BURST, [1, 3]), (BURST, [2, 4])]
    assert found(frames(views, times, rendering=[1, 2, 3, 4])) == []
    rome, milan = (41.9, 12.5), (45.5, 9.2)
    latitude, longitude = zip(rome, rome, milan, milan, strict=True)
    split = frames(views, times, latitude=latitude, longitude=longitude)
    assert found(split) == [(BURST, [1, 2]), (BURST, [3, 4])]


def test_a_map_cells_border_and_the_date_line_part_nothing() -> None:
    near = frames(still(2), fine(0, 0.3), latitude=[10.0, 10.0], longitude=[179.9999, -179.9999])
    assert found(near) == [(BURST, [1, 2])]
    unknown = frames(still(2), fine(0, 0.3), latitude=[10.0, np.nan], longitude=[20.0, np.nan])
    assert found(unknown) == [(BURST, [1, 2])]


def test_a_copy_is_not_another_frame() -> None:
    twice = still(1) * 2
    assert found(frames(twice, fine(0, 0))) == [], "no camera takes two at once"
    assert found(frames(twice, [0, 0], name=[4, 4])) == [], "IMG_4 and IMG_4 (1)"
    assert found(frames(twice, [0, 0], series=[1, 2])) == [], "the same picture under another sort of name"
    assert found(frames(twice, fine(0, 0), rendering=[1, 2])) == [], "exported"
    assert found(frames(twice, fine(0, 3600))) == [], "with another time zone"
    assert found(frames(still(2), [0, 0])) == [(BURST, [1, 2])], "IMG_4 and IMG_5 of a camera without fractions"


def test_identical_copies_of_a_burst_are_left_out() -> None:
    views = [each for each in still(3) for _ in range(2)]
    twice = frames(views, fine(0, 0, 0.2, 0.2, 0.4, 0.4), content=[1, 1, 2, 2, 3, 3])
    assert found(twice) == [(BURST, [1, 3, 5])]


def test_another_set_of_the_same_frames_is_a_burst_of_its_own() -> None:
    views = [each for each in still(3) for _ in range(2)]
    twice = frames(views, fine(0, 0, 0.2, 0.2, 0.4, 0.4), rank=[0, 3, 1, 4, 2, 5])
    assert found(twice) == [(BURST, [1, 3, 5]), (BURST, [2, 4, 6])]


def test_compensated_exposures_are_a_bracket() -> None:
    scene = world(4)
    stops = [0, -2, 2, 0, -2, 2]
    views = [view(scene, 1, stops=stop, noise=n + 1) for n, stop in enumerate(stops)]
    given_ = frames(views, [n * 0.3 + 0.1 for n in range(6)], bias=stops)
    assert found(given_) == [(BRACKET, [1, 2, 3]), (BRACKET, [4, 5, 6])], "a new one where an exposure comes back"


def test_a_manual_bracket_is_told_by_its_brightness() -> None:
    scene = world(4)
    views = [view(scene, 1, stops=stop) for stop in (0, -1, 1)]
    times, exposure = fine(0, 3, 6), [10.0, 11.0, 9.0]
    assert found(frames(views, times, exposure=exposure)) == [(BRACKET, [1, 2, 3])]
    automatic = frames([view(scene, 1, noise=n + 1) for n in range(3)], fine(0, 0.5, 1), exposure=exposure)
    assert found(automatic) == [(BURST, [1, 2, 3])], "automatic exposure follows the light"
    itself = frames(still(3), fine(0, 0.5, 1), exposure=[10, 10.5, 9.5], bracketing=[True] * 3)
    assert found(itself) == [(BRACKET, [1, 2, 3])], "the camera says so"


def test_long_exposures_do_not_count_as_pauses() -> None:
    views = [view(world(4), 1, stops=stop) for stop in (-1, 0, 1)]
    night = frames(views, fine(0, 9, 26), bias=[-1, 0, 1], shutter=[8, 15, 30])
    assert found(night) == [(BRACKET, [1, 2, 3])]


def test_a_burst_before_a_bracket_keeps_its_own_frames() -> None:
    scene = world(4)
    stops = [0, 0, 0, 0, -1, 1]
    views = [view(scene, 1, stops=stop, noise=n + 1) for n, stop in enumerate(stops)]
    given_ = frames(views, [n * 0.3 + 0.1 for n in range(6)], bias=stops)
    assert found(given_) == [(BURST, [1, 2, 3]), (BRACKET, [4, 5, 6])]


@pytest.mark.parametrize("way", [1, -1])
def test_frames_that_overlap_sideways_are_a_panorama(way: int) -> None:
    scene = world(6)
    views = [view(scene, 0.6 * n, noise=n + 1) for n in range(5)][::way]
    (only,) = find(frames(views, fine(0, 3, 5, 9, 12)))
    assert (only.kind, only.members, only.direction) == (PANORAMA, [0, 1, 2, 3, 4], way)
    assert found(frames(views, fine(0, 30, 60, 90, 120))) == [], "too slow"
    assert found(frames(views, fine(0, 3, 5, 9, 12), focal=[20, 30, 40, 50, 60])) == [], "zoomed"


def test_a_panorama_that_turns_back_shares_no_frame() -> None:
    scene = world(6)
    views = [view(scene, 0.6 * n) for n in (0, 1, 2, 3, 2, 1, 0)]
    sequences = find(frames(views, [n * 3 + 0.1 for n in range(7)]))
    assert [(each.members, each.direction) for each in sequences] == [([0, 1, 2, 3], 1), ([4, 5, 6], -1)]


def test_the_cameras_own_names_count() -> None:
    named = frames(different(3), fine(0, 5, 20), shot=[7, 7, 7])
    assert found(named) == [(BURST, [1, 2, 3])]
    panels = frames(different(4), fine(0, 20, 40, 60), panel=[1, 2, 3, 1])
    assert found(panels) == [(PANORAMA, [1, 2, 3])]


def test_even_intervals_are_a_time_lapse() -> None:
    views = still(30)
    lapse = frames(views, [n * 1.5 + 0.01 * (n % 4) + 0.1 for n in range(30)])
    assert found(lapse) == [(SequenceKind.TIMELAPSE, list(range(1, 31)))]
    slow = frames(views, [n * 10 for n in range(30)])
    assert found(slow) == [(SequenceKind.TIMELAPSE, list(range(1, 31)))]
    by_hand = frames(views, np.cumsum([0.9 + 0.5 * (n * 7 % 3) for n in range(30)]).tolist())
    assert [kind for kind, _ in found(by_hand)] == [BURST]
    quick = frames(views, [n // 3 for n in range(30)])
    assert found(quick) == [(BURST, list(range(1, 31)))], "a burst's seconds are even as well"


def test_an_hdr_picture_goes_with_its_normal_one() -> None:
    scene = world(8)
    pair = [view(scene, 1), view(scene, 1, stops=0.4)]
    by_name = frames(pair, fine(0, 26), scene=[5, 5], hdr=[2, 1], rendering=[1, 2])
    assert found(by_name) == [(SequenceKind.HDR, [1, 2])]
    by_tag = frames(pair, fine(0, 0), hdr=[1, 2])
    assert found(by_tag) == [(SequenceKind.HDR, [2, 1])], "the normal one first"
    assert found(frames([pair[0], *different(1)], fine(0, 26), scene=[5, 5], hdr=[2, 1])) == []


def test_hdr_pictures_alone_are_a_burst() -> None:
    assert found(frames(still(3), fine(0, 0.3, 0.6), hdr=[1, 1, 1])) == [(BURST, [1, 2, 3])]


def test_the_normal_one_leaves_its_burst_but_not_its_bracket() -> None:
    scene = world(8)
    merged = view(scene, 1, stops=0.2)
    burst = frames([*still(3, seed=8), merged], fine(0, 0.3, 0.6, 0), scene=[1, 2, 3, 1], hdr=[0, 0, 0, 1])
    assert found(burst) == [(SequenceKind.HDR, [1, 4]), (BURST, [2, 3])]
    views = [*(view(scene, 1, stops=stop) for stop in (0, -1, 1)), merged]
    bracket = frames(
        views, fine(0, 0.3, 0.6, 0), bias=[0, -1, 1, 0], scene=[1, 2, 3, 1], hdr=[0, 0, 0, 1], rendering=[1, 1, 1, 2]
    )
    assert found(bracket) == [(BRACKET, [1, 2, 3, 4])]


def test_no_frames_no_sequences() -> None:
    assert find(frames(still(1), [0]).take(np.zeros(0, np.int64))) == []
    assert find(frames(still(1), [0])) == []


MIXED = frames(
    [*still(4), *different(3), *still(3, seed=2), *(view(world(6), 0.6 * n) for n in range(4))],
    fine(0, 0.2, 0.4, 0.4, 20, 21, 22, 40, 40, 41, 60, 63, 66, 69),
    bias=[0.0] * 7 + [0.0, -1.0, 1.0] + [0.0] * 4,
)
EXPECTED = {(each.kind, tuple(MIXED.image[each.members].tolist())) for each in find(MIXED)}


@settings(max_examples=20, deadline=None)
@given(st.permutations(range(len(MIXED))))
def test_the_order_in_which_frames_come_does_not_matter(order: list[int]) -> None:
    shuffled = MIXED.take(np.array(order))
    assert {(each.kind, tuple(shuffled.image[each.members].tolist())) for each in find(shuffled)} == EXPECTED


@settings(max_examples=25, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 12), st.integers(0, 2), st.integers(0, 3)), min_size=1, max_size=16))
def test_each_frame_belongs_to_one_sequence_at_most(taken: list[tuple[int, int, int]]) -> None:
    scenes = [still(2), still(2, seed=2), different(2), still(2, seed=5)]
    views = [scenes[scene][n % 2] for n, (_, _, scene) in enumerate(taken)]
    given_ = frames(
        views,
        [tenths / 5 for tenths, _, _ in taken],
        bias=[float(bias) for _, bias, _ in taken],
        hdr=[b for _, b, _ in taken],
    )
    members = [index for each in find(given_) for index in each.members]
    assert len(members) == len(set(members))
    assert all(len(each.members) > 1 for each in find(given_))

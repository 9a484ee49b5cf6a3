from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from lumina.domain.bursts import SequenceKind
from lumina.engine.frame_words import of_frames, of_sequence
from lumina.vision.best import best, scores
from lumina.vision.frames import Frames
from lumina.vision.strip import Found
from tests.support.frames import frames, view, world

pytestmark = [pytest.mark.unit, pytest.mark.timeout(10)]


def four(**columns: Any) -> Frames:
    return frames([view(world(1))] * 4, [0.1, 0.3, 0.5, 0.7], **columns)


def words(kind: SequenceKind, given: Frames, direction: int = 0) -> tuple[str, ...]:
    return of_sequence(Found(kind, list(range(len(given))), direction), given, best(given))


def test_the_best_frame_is_the_sharpest_unless_it_is_badly_exposed_or_clipped() -> None:
    sharp = four(sharpness=[100.0, 400.0, 390.0, 50.0], brightness=[0.5] * 4)
    assert best(sharp) == 1
    assert scores(sharp).round(1).tolist() == [70.0, 100.0, 99.2, 61.2]
    assert best(four(sharpness=[100.0, 110.0, 100.0, 100.0], brightness=[0.5, 0.95, 0.5, 0.5])) == 0
    assert best(four(sharpness=[100.0, 110.0, 100.0, 100.0], clipped=[0, 0.2, 0, 0])) == 0
    assert scores(four(sharpness=[0.0] * 4)).tolist() == scores(four()).tolist(), "nothing is sharp in fog"


def test_what_a_person_prefers_comes_first() -> None:
    assert best(four(sharpness=[100.0, 400.0, 390.0, 50.0], verdict=[0, -1, 0, 0])) == 2
    rated = four(sharpness=[100.0, 400.0, 390.0, 50.0], verdict=[0, 0, 0, 3])
    assert best(rated) == 3
    assert words(SequenceKind.BURST, rated)[1] == "The one you rated highest"


def test_bursts_say_why_and_their_frames_why_not() -> None:
    burst = four(sharpness=[100.0, 400.0, 390.0, 64.0], brightness=[0.5, 0.5, 0.4, 0.6], clipped=[0, 0, 0, 0.04])
    assert words(SequenceKind.BURST, burst)[:2] == ("4 frames in 0.6 s", "Sharpest of 4")
    assert of_frames(burst, 1) == [
        ("50% less sharp",),
        (),
        ("Darker",),
        ("60% less sharp", "4% more of it is clipped", "Brighter"),
    ]
    same = four(brightness=[0.5] * 4)
    assert words(SequenceKind.BURST, same) == ("4 frames in 0.6 s", "Hardly any better than the others")
    assert of_frames(same, 0)[1:] == [("About as good",)] * 3
    second = frames([view(world(1))] * 2, [0, 0])
    assert words(SequenceKind.BURST, second)[0] == "2 frames within one second"


def test_other_sequences_say_what_they_are() -> None:
    unknown = [np.nan] * 4
    assert words(SequenceKind.BRACKET, four(bias=[0.0, -0.7, 0.7, 2.0])) == ("Exposures 0, -0.7, +0.7, +2.0 EV",)
    assert words(SequenceKind.BRACKET, four(exposure=[10.0, 11.0, 9.0, 10.0])) == ("Exposures 0, -1.0, +1.0, 0 EV",)
    assert words(SequenceKind.BRACKET, four(bias=unknown)) == ("The same frame at different exposures",)
    assert words(SequenceKind.PANORAMA, four(), 1) == ("4 frames that overlap side by side, from left to right",)
    assert words(SequenceKind.PANORAMA, four()) == ("4 frames that overlap side by side",)
    assert words(SequenceKind.TIMELAPSE, four()) == ("4 frames, one every 0.2 s",)
    assert words(SequenceKind.HDR, four()) == ("An HDR picture and the normal one of the same moment",)

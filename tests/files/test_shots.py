from __future__ import annotations

import pytest

from lumina.files.shots import HDR, NORMAL, read_name

pytestmark = [pytest.mark.unit, pytest.mark.timeout(10)]


@pytest.mark.parametrize(
    ("stem", "name"),
    [
        ("IMG_1234", "img_1234"),
        ("IMG_1234 (1)", "img_1234"),
        ("IMG_1234(12)", "img_1234"),
        ("IMG_1234 copy", "img_1234"),
        ("IMG_1234-Kopie 2", "img_1234"),
        ("IMG_1234-edited (2)", "img_1234"),
        ("IMG_1234~3", "img_1234"),
        ("IMG_1235", "img_1235"),
        ("20190102_030405_002", "20190102_030405_002"),
        ("(1)", "(1)"),
        ("copy", "copy"),
        ("", ""),
    ],
)
def test_copies_are_known_by_what_is_added(stem: str, name: str) -> None:
    assert read_name(stem).name == name


def test_siblings_share_a_series() -> None:
    assert read_name("DSC_0001").series == read_name("DSC_0002").series == "dsc_"
    assert read_name("DSC_0001").series != read_name("Holiday 1").series


@pytest.mark.parametrize(
    ("stem", "scene", "hdr"),
    [
        ("IMG_1", "img_1", 0),
        ("IMG_1_HDR", "img_1", HDR),
        ("IMG_1-hdr", "img_1", HDR),
        ("HDR_IMG_1", "img_1", HDR),
        ("canon_hdr_YES", "canon", HDR),
        ("canon_hdr_NO", "canon", NORMAL),
        ("shdr_1", "shdr_1", 0),
        ("HDR", "", HDR),
    ],
)
def test_hdr_pictures_and_their_normal_ones_share_a_scene(stem: str, scene: str, hdr: int) -> None:
    shot = read_name(stem)
    assert (shot.scene, shot.hdr) == (scene, hdr)


@pytest.mark.parametrize(
    ("stem", "burst"),
    [
        ("00000IMG_00000_BURST20190102030405678_COVER", "20190102030405678"),
        ("00001IMG_00001_BURST20190102030405678", "20190102030405678"),
        ("IMG_20190102_030405_BURST002", "img_20190102_030405"),
        ("IMG_20190102_030405_BURST001_COVER", "img_20190102_030405"),
        ("20190102_030405_002", "20190102_030405"),
        ("20190102_030405", ""),
        ("IMG_20190102_030405", ""),
        ("Sunburst 12", ""),
    ],
)
def test_bursts_are_known_by_the_phones_names(stem: str, burst: str) -> None:
    assert read_name(stem).burst == burst


def test_panels_of_stitch_assist_are_numbered() -> None:
    assert [read_name(stem).panel for stem in ("STA_0012", "STB_0013", "IMG_0014", "STUDIO")] == [1, 2, 0, 0]

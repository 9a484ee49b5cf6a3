from __future__ import annotations

import struct
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lumina.domain.picture import PictureError
from lumina.domain.values import FileFormat
from lumina.files.sniff import sniff
from lumina.files.video import check_film, described_part, open_film
from lumina.files.window import FileWindow
from tests.support.films import film
from tests.support.pictures import box

pytestmark = pytest.mark.unit
F = FileFormat
ENDINGS = [".mp4", ".mov", ".avi", ".mkv"]


@pytest.fixture(scope="module")
def films(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    folder = tmp_path_factory.mktemp("films")
    return {ending: film(folder / f"film{ending}") for ending in ENDINGS}


def verdict(data: bytes, kind: FileFormat) -> str:
    with pytest.raises(PictureError) as caught:
        check_film(data, kind)
    assert not caught.value.retryable
    return caught.value.code


@pytest.mark.parametrize("ending", ENDINGS)
def test_healthy_films_pass_and_show_a_frame(films: dict[str, Path], ending: str) -> None:
    path = films[ending]
    data = path.read_bytes()
    check_film(data, sniff(data[:4096], path.name))
    check_film(FileWindow(path), sniff(data[:4096], path.name))
    source = open_film(path, 1_000_000)
    assert source.size == (160, 120)
    shown = source.decode(80)
    assert shown.pixels.shape == (60, 80, 3)
    assert shown.notes == ()
    red, green, blue = shown.pixels[:12, :16].reshape(-1, 3).mean(0)
    assert red > 180
    assert max(green, blue) < 90


@pytest.mark.parametrize("ending", ENDINGS)
@pytest.mark.parametrize("share", [0.2, 0.5, 0.9])
def test_films_cut_short_are_broken(films: dict[str, Path], ending: str, share: float) -> None:
    data = films[ending].read_bytes()
    kind = sniff(data[:4096], films[ending].name)
    assert verdict(data[: int(len(data) * share)], kind) in ("truncated", "corrupt")


def test_the_sentence_tells_how_much_is_there(films: dict[str, Path]) -> None:
    data = films[".avi"].read_bytes()
    with pytest.raises(PictureError, match=rf"{len(data) // 2:,} of {len(data):,} bytes are there \(50%\)"):
        check_film(data[: len(data) // 2], F.AVI)


def test_a_recording_that_was_interrupted_has_no_index() -> None:
    data = box(b"ftyp", b"isom\x00\x00\x00\x00") + box(b"mdat", bytes(1000))
    with pytest.raises(PictureError, match="no index"):
        check_film(data, F.MP4)


def test_sound_alone_is_no_film(films: dict[str, Path]) -> None:
    data = films[".mp4"].read_bytes().replace(b"vide", b"soun")
    with pytest.raises(PictureError, match="no picture track"):
        check_film(data, F.MP4)


def test_boxes_that_reach_beyond_their_parents_are_damage(films: dict[str, Path]) -> None:
    data = bytearray(films[".mp4"].read_bytes())
    at = data.index(b"stbl") - 4
    data[at : at + 4] = struct.pack(">I", 1 << 20)
    assert verdict(bytes(data), F.MP4) == "corrupt"


def test_samples_beyond_the_end_are_missing(films: dict[str, Path]) -> None:
    data = bytearray(films[".mp4"].read_bytes())
    at = data.index(b"stco") + 12
    data[at : at + 4] = struct.pack(">I", 1 << 30)
    assert verdict(bytes(data), F.MP4) == "truncated"


def test_transport_and_program_streams() -> None:
    packets = b"".join(b"\x47" + bytes([n]) * 187 for n in range(60))
    check_film(packets, F.MPEG)
    assert verdict(packets[: 188 * 8] + bytes(188 * 52), F.MPEG) == "corrupt"
    check_film(b"\x00\x00\x01\xba" + bytes(10) + b"\x00\x00\x01\xe0" + bytes(100), F.MPEG)
    assert verdict(b"\x00\x00\x01\xba" + bytes(100), F.MPEG) == "corrupt"


def test_streams_are_left_out_of_what_is_searched_for_metadata(films: dict[str, Path]) -> None:
    data = films[".mp4"].read_bytes()
    part = described_part(data, F.MP4)
    assert b"moov" in part
    assert b"mdat" not in part
    assert len(part) < len(data)


def test_a_film_that_cannot_be_decoded_gets_a_drawn_poster(tmp_path: Path) -> None:
    path = tmp_path / "film.mp4"
    path.write_bytes(b"no film at all")
    shown = open_film(path, 1_000_000).decode(320)
    assert shown.pixels.shape == (180, 320, 3)
    assert "poster" in shown.notes[0]


def test_frames_above_the_cap_are_refused(films: dict[str, Path]) -> None:
    with pytest.raises(PictureError) as caught:
        open_film(films[".mp4"], 160 * 120 - 1)
    assert caught.value.code == "too-large"


@settings(max_examples=300, deadline=None)
@given(
    ending=st.sampled_from(ENDINGS),
    flips=st.lists(st.tuples(st.integers(0, 1 << 20), st.integers(0, 255)), max_size=6),
    cut=st.integers(1, 1 << 20),
)
def test_damage_never_raises_anything_else(
    films: dict[str, Path], ending: str, flips: list[tuple[int, int]], cut: int
) -> None:
    data = bytearray(films[ending].read_bytes())
    for at, value in flips:
        data[at % len(data)] = value
    damaged = bytes(data[: max(16, cut % (2 * len(data)))])
    kind = sniff(damaged[:4096], f"film{ending}")
    try:
        check_film(damaged, kind)
    except PictureError as error:
        assert error.reason.endswith(".")  # noqa: PT017 - most damage is found, not all
    described_part(damaged, kind)

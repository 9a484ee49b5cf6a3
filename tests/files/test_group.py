"""Which files are one image."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lumina.domain.values import FileFormat, FileRole, MediaKind
from lumina.files.capture import Moment
from lumina.files.group import Candidate, Group, cluster, group, stem

pytestmark = pytest.mark.unit
NOON = datetime(2024, 5, 1, 12)
FORMATS = {
    "dng": FileFormat.DNG,
    "nef": FileFormat.NEF,
    "jpg": FileFormat.JPEG,
    "jpeg": FileFormat.JPEG,
    "heic": FileFormat.HEIC,
    "png": FileFormat.PNG,
    "mov": FileFormat.MOV,
    "mp4": FileFormat.MP4,
    "xmp": FileFormat.XMP,
    "aae": FileFormat.AAE,
    "thm": FileFormat.THM,
    "bad": FileFormat.UNKNOWN,
}


def candidate(name: str, **options: object) -> Candidate:
    return Candidate(name, FORMATS[name.rpartition(".")[2].lower()], **options)  # type: ignore[arg-type]


def grouped(times: dict[str, int | None], *known: Candidate) -> tuple[list[Group], list[str]]:
    """Names with the second at which they were taken; `known` replaces the candidate of its name."""
    named = {each.name: each for each in known}

    def moment(file: Candidate) -> Moment | None:
        second = times[file.name]
        return None if second is None else Moment(NOON + timedelta(seconds=second))

    groups, orphans = group([named.get(name, candidate(name)) for name in times], moment)
    return groups, [orphan.name for orphan in orphans]


def shape(groups: list[Group]) -> set[tuple[tuple[str, str], ...]]:
    return {tuple((file.name, role.value) for file, role in each.members) for each in groups}


def test_raw_is_the_original_and_its_jpeg_derived() -> None:
    groups, _ = grouped({"I.jpg": 0, "I.dng": 1, "I.heic": 2})
    assert shape(groups) == {(("I.dng", "original"), ("I.heic", "derived"), ("I.jpg", "derived"))}


def test_times_that_differ_or_are_unknown_keep_files_apart() -> None:
    assert len(grouped({"I.jpg": 0, "I.dng": 3})[0]) == 2
    assert len(grouped({"I.jpg": 0, "I.dng": None})[0]) == 2
    assert len(grouped({"I.jpg": None, "I.dng": None})[0]) == 2


def test_two_files_of_one_format_are_two_images() -> None:
    groups, _ = grouped({"I.jpg": 0, "I.jpeg": 0, "I.dng": 0})
    assert shape(groups) == {(("I.dng", "original"), ("I.jpeg", "derived")), (("I.jpg", "original"),)}


def test_two_raws_are_two_images() -> None:
    assert len(grouped({"I.dng": 0, "I.nef": 0})[0]) == 2


def test_a_broken_file_is_an_image_of_its_own() -> None:
    assert len(grouped({"I.bad": 0, "I.dng": 0})[0]) == 2


def test_the_video_of_a_live_photo() -> None:
    groups, _ = grouped({"I.mov": 1, "I.heic": 0})
    assert shape(groups) == {(("I.heic", "original"), ("I.mov", "live"))}
    assert groups[0].kind is MediaKind.PHOTO


def test_two_videos_are_two_images() -> None:
    groups, _ = grouped({"I.mov": 0, "I.mp4": 0})
    assert [each.kind for each in groups] == [MediaKind.VIDEO, MediaKind.VIDEO]


def test_sidecars_follow_their_names() -> None:
    groups, orphans = grouped({"I.dng": 0, "I.jpg": 60, "I.xmp": None, "I.jpg.xmp": None, "I.aae": None})
    assert shape(groups) == {
        (("I.dng", "original"), ("I.xmp", "sidecar")),
        (("I.jpg", "original"), ("I.aae", "sidecar"), ("I.jpg.xmp", "sidecar")),
    }
    assert orphans == []


def test_a_thm_belongs_to_the_video() -> None:
    groups, _ = grouped({"I.jpg": 60, "I.mov": 0, "I.thm": None})
    assert (("I.mov", "original"), ("I.thm", "sidecar")) in shape(groups)


def test_sidecars_without_a_file_are_orphans() -> None:
    assert grouped({"I.xmp": None}) == ([], ["I.xmp"])
    assert grouped({"I.dng": 0, "I.jpg.xmp": None})[1] == ["I.jpg.xmp"]


def test_known_files_stay_where_they_are() -> None:
    known = (candidate("I.dng", image=1), candidate("I.jpg", image=2))
    groups, _ = grouped({"I.dng": 0, "I.jpg": 0}, *known)
    assert {each.image: each.original.name for each in groups} == {1: "I.dng", 2: "I.jpg"}
    known = (candidate("I.dng", image=1), candidate("I.jpg", image=1))
    groups, _ = grouped({"I.dng": 0, "I.jpg": 500}, *known)
    assert [each.image for each in groups] == [1]


def test_nothing_joins_an_image_that_a_person_ungrouped() -> None:
    groups, _ = grouped({"I.dng": 0, "I.jpg": 0}, candidate("I.dng", image=1, apart=True))
    assert len(groups) == 2


def test_a_raw_that_joins_takes_the_lead() -> None:
    groups, _ = grouped({"I.dng": 0, "I.jpg": 0}, candidate("I.jpg", image=5))
    assert shape(groups) == {(("I.dng", "original"), ("I.jpg", "derived"))}
    assert groups[0].image == 5


def test_no_time_is_read_where_nothing_could_be_meant() -> None:
    def refuse(_: Candidate) -> Moment | None:
        raise AssertionError("read without need")

    groups, _ = group([candidate("I.jpg"), candidate("I.xmp")], refuse)
    assert len(groups) == 1


def test_stems_and_clusters() -> None:
    assert stem("IMG_1.CR2.xmp") == "IMG_1.CR2"
    assert stem(".hidden") == ".hidden"
    assert stem("noext") == "noext"
    assert cluster("IMG_1.CR2.xmp") == cluster("img_1.JPG") == cluster("IMG_1.xmp") == "img_1"
    assert cluster("trip.2024.xmp") == "trip.2024"
    assert cluster("Cafe\u0301.jpg") == cluster("Café.xmp")


@given(st.data())
def test_the_order_of_the_files_does_not_matter(data: st.DataObject) -> None:
    extensions = data.draw(st.lists(st.sampled_from(sorted(FORMATS)), unique=True, min_size=1))
    times = {f"I.{extension}": data.draw(st.none() | st.integers(0, 8)) for extension in extensions}
    files = [
        candidate(name, image=data.draw(st.none() | st.integers(1, 3))) if data.draw(st.booleans()) else candidate(name)
        for name in times
    ]
    shuffled = data.draw(st.permutations(files))

    def moment(file: Candidate) -> Moment | None:
        second = times[file.name]
        return None if second is None else Moment(NOON + timedelta(seconds=second))

    first, second = group(files, moment), group(shuffled, moment)
    assert shape(first[0]) == shape(second[0])
    assert first[1] == second[1]
    placed = [file.name for each in first[0] for file, _ in each.members] + [file.name for file in first[1]]
    assert sorted(placed) == sorted(times)
    assert all(each.members[0][1] is FileRole.ORIGINAL for each in first[0])

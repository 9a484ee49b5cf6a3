"""Which files are taken in."""

from __future__ import annotations

from pathlib import Path

import pytest

from lumina.domain.values import FileFormat
from lumina.files import judge as judging
from lumina.files.judge import Judge
from tests.support.library import jpeg

pytestmark = pytest.mark.unit


@pytest.fixture
def judge(tmp_path: Path) -> Judge:
    return Judge(tmp_path)


def look(judge: Judge, name: str, data: bytes) -> FileFormat | None:
    (judge.root / name).write_bytes(data)
    return judge.look(name, len(data))


def test_pictures_under_any_name(judge: Judge, tmp_path: Path) -> None:
    data = jpeg(tmp_path / "a.jpg").read_bytes()
    for name in ("a.jpg", "b", "c.txt", "d.wav", "e.mov"):
        assert look(judge, name, data) is FileFormat.JPEG


def test_named_like_a_picture_but_none_is_taken_in_as_unknown(judge: Judge) -> None:
    for name, data in (("a.jpg", b"text"), ("b.png", b""), ("c.psd", b"8BPS"), ("d.mp4", b"<x:xmpmeta>")):
        assert look(judge, name, data) is FileFormat.UNKNOWN
    assert not judge.ignored


def test_sidecars_by_their_names(judge: Judge) -> None:
    assert look(judge, "a.xmp", b"garbage") is FileFormat.XMP
    assert look(judge, "a.aae", b"") is FileFormat.AAE
    assert look(judge, "a.xml", b"<x:xmpmeta>") is None


def test_strangers_are_counted_by_reason(judge: Judge) -> None:
    for name, data in (("a.wav", b"RIFF\0\0\0\0WAVE"), ("README", b"hi"), ("b.txt", b"hi"), ("c", b""), ("d", b"\0\1")):
        assert look(judge, name, data) is None
    assert judge.ignored == {"audio": 1, "text": 2, "empty": 1, "other": 1}
    assert judge.left_out == [("a.wav", "audio"), ("README", "text"), ("b.txt", "text"), ("c", "empty"), ("d", "other")]


def test_after_many_misses_an_extension_is_no_longer_opened(judge: Judge, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(judging, "MISSES", 3)
    for number in range(3):
        assert look(judge, f"{number}.json", b"{}") is None
    assert judge.look("not even there.json", 5) is None
    assert judge.ignored == {"text": 4}
    with pytest.raises(FileNotFoundError):
        judge.look("gone.jpg", 5)


def test_a_file_that_cannot_be_opened_is_unknown_or_left_out(judge: Judge) -> None:
    (judge.root / "folder.jpg").mkdir()
    (judge.root / "folder.dat").mkdir()
    assert judge.look("folder.jpg", 5) is FileFormat.UNKNOWN
    assert judge.look("folder.dat", 5) is None

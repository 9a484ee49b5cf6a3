"""Stored names: any name of the operating system, as clean text, and back."""

from __future__ import annotations

import os
import unicodedata

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from lumina.files import names

pytestmark = pytest.mark.unit
posix = pytest.mark.skipif(os.name == "nt", reason="names are bytes on POSIX only")
NAME_BYTES = st.binary(min_size=1).filter(lambda name: b"\0" not in name)


@posix
@given(NAME_BYTES)
@example("\U0010dc80".encode())
@example(b"caf\xe9")
@example(b"\xf4\x8d\xb2\x80\x80")
@example("\U0010dbff\U0010dd00".encode())
def test_every_byte_string_comes_back(name: bytes) -> None:
    text = names.stored(os.fsdecode(name))
    assert os.fsencode(names.native(text)) == name
    assert names.native(text) == os.fsdecode(name)


@posix
@given(NAME_BYTES)
def test_stored_names_are_clean_text(name: bytes) -> None:
    text = names.stored(os.fsdecode(name))
    text.encode("utf-8")
    assert not any(unicodedata.category(character) == "Cs" for character in text)


@posix
@given(NAME_BYTES, NAME_BYTES)
def test_different_names_are_stored_differently(first: bytes, second: bytes) -> None:
    same = names.stored(os.fsdecode(first)) == names.stored(os.fsdecode(second))
    assert same == (first == second)


@given(st.text(alphabet=st.characters(exclude_categories=["Cs"], max_codepoint=0x10D7FF)))
def test_ordinary_text_is_stored_as_it_is(text: str) -> None:
    if os.name != "nt":
        assert names.stored(text) == text
        assert names.native(text) == text


@given(st.text(alphabet=st.characters(exclude_characters="\\/")))
@example("\ud800x\udc00")
@example("\U0010dc80")
@example("\U0010d800\udc01")
def test_windows_names_come_back(name: str) -> None:
    """Windows names are UTF-16 units: a pair of surrogates is a character, a lone one stays alone."""
    name = name.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "surrogatepass")
    text = names._windows_stored(name)
    text.encode("utf-8")
    assert names._windows_native(text) == name


@pytest.mark.parametrize(
    ("path", "folder", "expected"),
    [
        ("a/b", "a", True),
        ("a", "a", True),
        ("ab", "a", False),
        ("a", "a/b", False),
        ("x", "", True),
        ("/photos", "/", True),
    ],
)
def test_within(path: str, folder: str, expected: bool) -> None:
    assert names.is_within(path, folder) is expected


def test_parts_of_paths() -> None:
    assert (names.parent("a/b/c.jpg"), names.base("a/b/c.jpg")) == ("a/b", "c.jpg")
    assert (names.parent("c.jpg"), names.base("c.jpg")) == ("", "c.jpg")
    assert (names.join("", "c"), names.join("a", "c")) == ("c", "a/c")
    assert names.relative("a/b/c", "a") == "b/c"
    assert names.relative("a", "a") == ""
    with pytest.raises(ValueError, match="not within"):
        names.relative("b", "a")

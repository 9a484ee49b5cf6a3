"""Cursors of searches."""

from __future__ import annotations

import base64
import zlib
from datetime import datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lumina.api.walks import LONGEST, of_walk, to_walk
from lumina.domain.found import After, Hit
from lumina.domain.searching import Entry, Walk, Way, WayKind, WayState
from lumina.errors import BadInput

pytestmark = [pytest.mark.unit, pytest.mark.timeout(20)]

entries = st.builds(Entry, st.integers(1, 2**63 - 1), st.floats(0, 1), st.none() | st.floats(0, 1))
hits = st.builds(Hit, st.integers(1, 2**63 - 1), st.none() | st.datetimes(), st.floats(0, 1e6))
walks = st.builds(
    Walk,
    asked=st.integers(0, 2**48 - 1),
    entries=st.lists(entries, max_size=20).map(tuple),
    at=st.just(0),
    after=st.none() | st.builds(After, hits, st.booleans()),
    ways=st.lists(
        st.builds(Way, st.sampled_from(WayKind), st.sampled_from(WayState), st.text(max_size=30)), max_size=2
    ).map(tuple),
    total=st.none() | st.integers(0, 2**40),
    by_example=st.booleans(),
)


@settings(max_examples=30, deadline=None)
@given(walks)
def test_a_cursor_says_all_that_the_walk_said(walk: Walk) -> None:
    read = to_walk(of_walk(walk))
    assert read is not None
    assert (read.asked, read.at, read.after, read.ways) == (walk.asked, walk.at, walk.after, walk.ways)
    assert (read.total, read.by_example) == (walk.total, walk.by_example)
    assert [entry.image_id for entry in read.entries] == [entry.image_id for entry in walk.entries]
    for was, now in zip(walk.entries, read.entries, strict=True):
        assert now.score == pytest.approx(was.score, abs=1e-4)
        assert (now.strength is None) == (was.strength is None)
        assert now.strength == (None if was.strength is None else pytest.approx(was.strength, abs=3e-3))


def test_the_longest_walk_makes_a_cursor_that_an_address_can_hold() -> None:
    many = tuple(Entry(7919 * number % 1_000_003 + 1, 61 / (60 + number), number / 500) for number in range(500))
    ways = (Way(WayKind.WORDS, WayState.USED), Way(WayKind.PICTURE, WayState.USED, "Compared by clip-vit-b32."))
    cursor = of_walk(Walk(1, many, 50, After(Hit(5, datetime(2019, 7, 4)), False), ways, None))
    assert cursor is not None
    assert len(cursor) < 4_000
    assert to_walk(cursor) is not None


def _packed(text: bytes) -> str:
    return base64.urlsafe_b64encode(zlib.compress(text)).decode().rstrip("=")


_HEAD = b'{"q":1,"at":0,"n":%s,"a":%s,"w":[],"t":null,"e":false}\n'


@pytest.mark.parametrize(
    "cursor",
    [
        "",
        "x",
        "🦊",
        "a" * LONGEST,
        _packed(b""),
        _packed(b"[]\n"),
        _packed(b"[" * 90_000),
        _packed(b"{}\n"),
        _packed(_HEAD % (b"1", b"null")),
        _packed(_HEAD % (b"-1", b"null")),
        _packed(_HEAD % (b"0", b"[1, 2]")),
        _packed(_HEAD % (b"0", b'["2019-01-01T00:00:00+01:00", 1, 0, true]')),
        _packed(_HEAD % (b"0", b"[null, 1, NaN, true]")),
        _packed(_HEAD % (b"0", b'[null, "1", 0, true]')),
        _packed(_HEAD % (b"1", b"null") + b"\xff" * 11),
        _packed(b"\n" * 10_000_000),
    ],
)
def test_what_is_no_cursor_is_refused(cursor: str) -> None:
    with pytest.raises(BadInput, match="cursor: "):
        to_walk(cursor)

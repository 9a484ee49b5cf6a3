"""The rate at which a service is asked."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lumina.domain.rate import (
    DAY,
    SLOWEST,
    Rate,
    Said,
    heard,
    read,
    read_headers,
    reserve,
    retry_after,
    written,
)

pytestmark = [pytest.mark.unit, pytest.mark.timeout(30)]
NOW = 1_800_000_000.0
limits = st.integers(1, 60)
pauses = st.lists(st.floats(0, 0.5), min_size=30, max_size=120)


def stated(limit: float) -> Rate:
    return heard(Rate(), NOW, 200, Said(per_second=limit), 1000)


@settings(max_examples=30, deadline=None)
@given(limits, pauses)
def test_in_no_second_are_there_more_than_the_stated_limit(limit: int, gaps: list[float]) -> None:
    rate, now, sent = stated(limit), NOW, []
    for gap in gaps:
        now += gap / limit
        slot = reserve(rate, now, 1000)
        while not slot.granted:  # so many others are waiting
            now += slot.seconds + 0.001
            slot = reserve(slot.rate, now, 1000)
        rate = slot.rate
        sent.append(now + slot.seconds)
    assert all(later - first > 1 for first, later in zip(sent, sent[limit:], strict=False))


@settings(max_examples=30, deadline=None)
@given(limits, pauses)
def test_whoever_always_asks_gets_95_percent_of_it(limit: int, gaps: list[float]) -> None:
    rate, now = stated(limit), NOW
    for _ in gaps:
        slot = reserve(rate, now, 1000)
        rate = heard(slot.rate, now, 200, Said(per_second=limit), 1000)
        now += slot.seconds
    assert (len(gaps) - 1) / (now - NOW) >= 0.95 * limit


@settings(max_examples=30, deadline=None)
@given(limits, st.lists(st.tuples(st.floats(0, 0.2), st.sampled_from([0, 0, 0, -3600, -1e9, 3600, 1e9])), max_size=80))
def test_a_clock_that_jumps_costs_a_request_at_most_and_stops_nothing(
    limit: int, steps: list[tuple[float, float]]
) -> None:
    rate, real, clock, sent, jumps = stated(limit), NOW, NOW, [], 0
    for gap, jump in steps:
        real, clock, jumps = real + gap, clock + gap + jump, jumps + bool(jump)
        waited, slot = 0.0, reserve(rate, clock, 1000)
        while not slot.granted:
            waited, clock = waited + slot.seconds + 0.001, clock + slot.seconds + 0.001
            slot = reserve(slot.rate, clock, 1000)
        waited += slot.seconds
        assert waited <= 6 + 12 / limit
        rate, real, clock = heard(slot.rate, clock, 200, Said(), 1000), real + waited, clock + slot.seconds
        sent.append(real)
    for start in sent:
        assert sum(start <= each < start + 1 for each in sent) <= limit + jumps


@settings(max_examples=30, deadline=None)
@given(st.floats(0, 3000), st.floats(-1e9, -1))
def test_a_block_never_lasts_longer_than_it_was_meant_to(seconds: float, back: float) -> None:
    rate = heard(stated(5), NOW, 429, Said(retry_after=seconds), 1000)
    slot = reserve(rate, NOW + back, 1000)
    assert not slot.granted
    assert slot.seconds <= max(1.0, seconds) + 1e-6
    assert reserve(slot.rate, NOW + back + slot.seconds + 1, 1000).granted


answers = st.lists(st.tuples(st.sampled_from([200, 200, 404, 429, 500, 503]), st.floats(0, 5)), max_size=60)


@settings(max_examples=30, deadline=None)
@given(limits, st.floats(0.5, 100), answers)
def test_it_stays_between_the_slowest_and_what_is_allowed_and_grows_back(
    limit: int, most: float, said: list[tuple[int, float]]
) -> None:
    rate, now = heard(Rate(), NOW, 200, Said(per_second=limit), most), NOW
    for status, gap in said:
        now += gap
        before = rate.speed
        rate = heard(rate, now, status, Said(), most)
        assert rate.speed is not None
        assert before is not None
        assert min(SLOWEST, limit, most) <= rate.speed <= min(limit, most)
        assert rate.speed <= before if status in (429, 500, 503) else rate.speed >= before
    assert heard(rate, now, 200, Said(), most, answers=2500).speed == pytest.approx(min(limit, most))
    assert read(json.loads(json.dumps(written(rate)))) == rate


def test_answers_that_were_on_their_way_together_slow_it_once() -> None:
    rate = heard(stated(10), NOW, 429, Said(), 1000)
    assert heard(rate, NOW + 0.3, 429, Said(), 1000).speed == rate.speed == 8.5
    assert heard(rate, NOW + 1.3, 503, Said(), 1000).speed == pytest.approx(7.225)


def test_a_limit_that_nobody_states_is_learnt() -> None:
    """A service that allows three requests in each second, and says so only by refusing."""
    rate, now, taken, refused = Rate(), NOW, [NOW - 9], 0
    for _ in range(600):
        slot = reserve(rate, now, 1000)
        rate, now = slot.rate, now + slot.seconds
        if not slot.granted:
            continue
        full = sum(each > now - 1 for each in taken) >= 3
        refused += full
        taken += [] if full else [now]
        rate = heard(rate, now, 429 if full else 200, Said(), 1000)
    assert refused <= 12
    assert len(taken) / (now - NOW) > 2


@pytest.mark.parametrize("said", [0, 1, 7, 60])
def test_the_day_ends_without_a_refusal(said: int) -> None:
    rate = heard(stated(5), NOW, 200, Said(per_day=10_000, remaining=said), 1000)
    for second in range(said):
        slot = reserve(rate, NOW - 600 + second, 1000)
        assert slot.granted
        rate = slot.rate
    last = reserve(rate, NOW, 1000)
    assert not last.granted
    assert last.seconds == pytest.approx(3600)
    assert "daily" in last.rate.reason
    late = heard(last.rate, NOW + 1, 200, Said(remaining=0), 1000)
    assert reserve(late, NOW + 3601, 1000).granted, "an answer that was on its way blocks nothing for ever"
    tomorrow = heard(reserve(last.rate, NOW + 3601, 1000).rate, NOW + 3601, 200, Said(remaining=9_999), 1000)
    assert tomorrow.remaining == 9_999


def test_counts_of_answers_that_overtook_each_other_give_nothing_back() -> None:
    rate = replace(stated(5), remaining=40)
    assert heard(rate, NOW, 200, Said(remaining=43), 1000).remaining == 40
    assert heard(rate, NOW, 200, Said(remaining=12), 1000).remaining == 12
    assert heard(rate, NOW, 200, Said(remaining=9_000), 1000).remaining == 9_000


def test_a_whole_day_and_a_date_are_obeyed() -> None:
    day = heard(stated(5), NOW, 429, Said(retry_after=DAY), 1000)
    assert (reserve(day, NOW, 1000).seconds, day.reason) == (DAY, "the daily limit is reached")
    assert retry_after("Fri, 15 Jan 2027 08:01:00 GMT", NOW) == 60
    assert retry_after("Thu, 01 Jan 1970 00:00:00 GMT", NOW) == 0
    assert (retry_after("86400", NOW), retry_after("soon", NOW), retry_after(None, NOW)) == (DAY, None, None)


def test_headers_that_are_missing_or_make_no_sense_say_nothing() -> None:
    assert read_headers({}, NOW) == Said()
    odd = {"x-limit-per-second": "-5", "x-limit-per-day": "many", "x-remaining-today": "nan", "retry-after": "inf"}
    assert read_headers(odd, NOW) == Said()
    assert read_headers({"x-limit-per-second": "10", "x-remaining-today": "0"}, NOW) == Said(10, None, 0)


def test_a_state_that_was_spoilt_is_as_if_nothing_were_known() -> None:
    assert read({"speed": "fast", "reason": 7, "stated": 5, "older": 1, "next_at": float("nan")}) == Rate(stated=5)

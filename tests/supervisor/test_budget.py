"""When a crash loop is one."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lumina.supervisor.budget import CrashBudget, RestartPolicy

pytestmark = pytest.mark.unit


def test_waits_double_and_then_it_gives_up() -> None:
    budget = CrashBudget(RestartPolicy(crashes=5, window=60, first=0.25, longest=10))
    assert [budget.spend(now) for now in (0.0, 1.0, 2.0, 3.0, 4.0)] == [0.25, 0.5, 1.0, 2.0, None]


def test_no_wait_exceeds_the_longest() -> None:
    budget = CrashBudget(RestartPolicy(crashes=20, window=60, first=1, longest=8))
    assert [budget.spend(0.0) for _ in range(6)][-1] == 8


@given(st.lists(st.floats(61, 1000), max_size=30))
def test_rare_crashes_are_always_forgiven(gaps: list[float]) -> None:
    budget, now = CrashBudget(RestartPolicy(window=60)), 0.0
    for gap in gaps:
        now += gap
        assert budget.spend(now) == RestartPolicy().first


@given(st.integers(2, 10), st.lists(st.floats(0, 30), min_size=1, max_size=60))
def test_never_more_restarts_in_a_window_than_allowed(crashes: int, gaps: list[float]) -> None:
    policy, now, restarts = RestartPolicy(crashes=crashes, window=60), 0.0, []
    budget = CrashBudget(policy)
    for gap in gaps:
        now += gap
        if budget.spend(now) is None:
            break
        restarts.append(now)
    for time in restarts:
        assert sum(time - 60 <= other <= time for other in restarts) < crashes

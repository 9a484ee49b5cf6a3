"""The list of stages is checked before anything runs."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest

from lumina.domain.stage import Lane, Stage
from lumina.domain.values import Measures
from lumina.engine.registry import AnyStage, BadRegistry, Registry

pytestmark = pytest.mark.unit


def stage(name: str, *needs: str, lane: Lane = Lane.CPU, result: type = Measures) -> AnyStage:
    def run(_self: object, items: Sequence[Any]) -> list[Any]:
        return list(items)

    body = {"name": name, "version": 1, "needs": needs, "lane": lane, "result": result, "run": run}
    made: AnyStage = type(name, (Stage,), body)()
    return made


def test_stages_with_the_same_needs_and_lane_are_run_together_in_order() -> None:
    registry = Registry([stage("a"), stage("b"), stage("c", "a", lane=Lane.GPU), stage("d", "a")], {Measures})
    assert [(group.lane, group.names) for group in registry.groups] == [
        (Lane.CPU, ("a", "b")),
        (Lane.GPU, ("c",)),
        (Lane.CPU, ("d",)),
    ]
    assert [group.names for group in registry.followers(["a"])] == [("c",), ("d",)]
    assert registry.followers(["b"]) == []


def test_two_stages_of_one_name_are_refused() -> None:
    with pytest.raises(BadRegistry, match="'a'"):
        Registry([stage("a"), stage("a")], {Measures})


def test_a_need_that_no_stage_provides_is_refused() -> None:
    with pytest.raises(BadRegistry, match=r"'b' needs .*'nowhere'"):
        Registry([stage("a"), stage("b", "nowhere")], {Measures})


def test_a_circle_is_refused() -> None:
    with pytest.raises(BadRegistry, match="circle"):
        Registry([stage("a", "b"), stage("b", "a")], {Measures})


def test_a_result_that_nothing_saves_is_refused() -> None:
    with pytest.raises(BadRegistry, match="Nothing saves int"):
        Registry([stage("a", result=int)], {Measures})

"""The rules of the test suite itself, and of the source tree."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent.parent
LEVELS = {"unit", "integration", "browser"}
LONGEST_FILE = {"src": 400, "scripts": 400, "tests": 450, "bench": 450}
LONGEST_TEST = 600

pytestmark = pytest.mark.unit


def python_files(*folders: str) -> Iterator[Path]:
    for folder in folders:
        yield from sorted((ROOT / folder).rglob("*.py"))


def test_every_test_says_what_it_needs(request: pytest.FixtureRequest) -> None:
    unmarked = [
        item.nodeid for item in request.session.items if not LEVELS & {mark.name for mark in item.iter_markers()}
    ]
    assert unmarked == []


def test_every_test_has_a_time_limit(request: pytest.FixtureRequest) -> None:
    assert 0 < float(request.config.getini("timeout")) <= LONGEST_TEST
    limits = {
        item.nodeid: mark.args[0] if mark.args else mark.kwargs["timeout"]
        for item in request.session.items
        if (mark := item.get_closest_marker("timeout")) and item.get_closest_marker("slow") is None
    }
    assert {test: limit for test, limit in limits.items() if not 0 < limit <= LONGEST_TEST} == {}


def test_nothing_is_skipped_without_a_reason() -> None:
    silent = [
        f"{path.relative_to(ROOT)}:{call.lineno}"
        for path in python_files("tests")
        for call in ast.walk(ast.parse(path.read_text()))
        if isinstance(call, ast.Call) and _skips(call.func) and not _has_reason(call)
    ]
    assert silent == []


def _skips(function: ast.expr) -> bool:
    return isinstance(function, ast.Attribute) and function.attr in {"skip", "skipif", "xfail", "importorskip"}


def _has_reason(call: ast.Call) -> bool:
    if any(keyword.arg == "reason" for keyword in call.keywords):
        return True
    function = call.func
    imperative = isinstance(function, ast.Attribute) and ast.unparse(function.value) == "pytest"
    return imperative and function.attr in {"skip", "xfail"} and bool(call.args)


def test_marks_that_skip_are_called_with_a_reason() -> None:
    bare = re.compile(r"@pytest\.mark\.(skip|xfail)\s*$", re.MULTILINE)
    assert [str(path) for path in python_files("tests") if bare.search(path.read_text())] == []


def test_files_stay_short_enough_to_read() -> None:
    too_long = {
        str(path.relative_to(ROOT)): lines
        for folder, limit in LONGEST_FILE.items()
        for path in python_files(folder)
        if (lines := len(path.read_text().splitlines())) > limit
    }
    assert too_long == {}


def test_only_the_given_words_silence_a_check() -> None:
    blanket = re.compile(r"#\s*(noqa|type:\s*ignore)\s*($|[^:\[\s])", re.MULTILINE)
    silenced = [
        str(path) for path in python_files("src", "scripts", "tests", "bench") if blanket.search(path.read_text())
    ]
    assert silenced == []


def test_every_benchmark_can_be_started() -> None:
    names = [f"bench.{path.stem}" for path in (ROOT / "bench").glob("[!_]*.py")]
    command = [sys.executable, "-c", f"import {', '.join(sorted(names))}"]
    assert subprocess.run(command, cwd=ROOT, capture_output=True, text=True).stderr == ""

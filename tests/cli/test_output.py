"""What is printed: columns, escapes, JSON."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lumina.cli.output import emit_json, plain, printable, table
from lumina.domain.work import JobState

pytestmark = pytest.mark.unit


@given(st.text())
def test_nothing_that_steers_a_terminal_is_printed(text: str) -> None:
    shown = printable(text)
    assert all(char.isprintable() or char == "\n" for char in shown)


def test_an_escape_sequence_in_a_name_is_shown_as_text() -> None:
    assert printable("a\x1b[31mred\r\t") == "a\\x1b[31mred\\r\\t"
    assert printable("schön 照片") == "schön 照片"


def test_columns_line_up_and_numbers_stand_right() -> None:
    lines = table(["name", "count"], [["a", 5], ["longer", 12345]]).splitlines()
    assert lines == ["name     count", "a            5", "longer  12,345"]


def test_a_table_without_rows_is_its_headers() -> None:
    assert table(["a", "b"], []) == "a  b"


@dataclass
class _Thing:
    state: JobState
    when: datetime
    id: UUID
    path: Path
    key: bytes
    many: tuple[int, ...]
    by: dict[str, float]


def test_values_of_the_domain_become_json() -> None:
    thing = _Thing(
        JobState.SUCCESS, datetime(2024, 1, 2, tzinfo=UTC), UUID(int=1), Path("/x"), b"\x00\xff", (1, 2), {"a": 0.5}
    )
    assert json.loads(json.dumps(plain([thing]))) == [
        {
            "state": "SUCCESS",
            "when": "2024-01-02T00:00:00+00:00",
            "id": "00000000-0000-0000-0000-000000000001",
            "path": "/x",
            "key": "00ff",
            "many": [1, 2],
            "by": {"a": 0.5},
        }
    ]


def test_json_survives_names_that_are_no_text(capsys: pytest.CaptureFixture[str]) -> None:
    emit_json({"path": Path("/x/\udcff.jpg")})
    assert json.loads(capsys.readouterr().out) == {"path": "/x/\udcff.jpg"}

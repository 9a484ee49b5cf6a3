"""How much memory the embedded PostgreSQL takes for its pages."""

from __future__ import annotations

from pathlib import Path

import psutil
import pytest

from lumina.store.embedded import memory

pytestmark = pytest.mark.unit
GIB = 1 << 30


@pytest.mark.parametrize(
    ("there", "setting"),
    [(GIB // 2, "256MB"), (2 * GIB, "256MB"), (8 * GIB, "1024MB"), (24 * GIB, "3072MB"), (512 * GIB, "4096MB")],
)
def test_an_eighth_within_bounds(there: int, setting: str) -> None:
    assert memory.shared_buffers(there) == setting


def test_a_containers_limit_counts(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    limit = tmp_path / "memory.max"
    monkeypatch.setattr(memory, "_LIMITS", (limit,))
    limit.write_text("4294967296\n")
    assert memory.shared_buffers() == "512MB"
    limit.write_text("max\n")
    assert memory.shared_buffers() == memory.shared_buffers(psutil.virtual_memory().total)

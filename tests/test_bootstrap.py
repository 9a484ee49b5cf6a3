"""What putting the parts together sets up for the process."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from lumina.bootstrap import build, load

pytestmark = [pytest.mark.unit, pytest.mark.timeout(20)]


@pytest.mark.parametrize("writable", [True, False])
def test_compiled_code_is_kept_in_the_home_where_the_program_lies_read_only(
    writable: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NUMBA_CACHE_DIR", "")
    monkeypatch.delenv("NUMBA_CACHE_DIR")
    monkeypatch.setattr(os, "access", lambda *_: writable)
    build(load({"home": tmp_path, "database_url": "postgresql://nowhere/lumina"}, {}).settings, pool_size=0).close()
    assert os.environ.get("NUMBA_CACHE_DIR") == (None if writable else str(tmp_path / "compiled"))

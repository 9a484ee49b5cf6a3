from __future__ import annotations

from typing import Any

import pytest

from lumina.vision import compare, resample, scan, warm

pytestmark = [pytest.mark.unit, pytest.mark.timeout(60)]


def test_all_loops_that_are_called_from_outside_are_compiled_beforehand() -> None:
    warm.main()
    entries: list[Any] = [scan.fill, scan.scan, scan.tally, scan.trim, compare.compare]
    entries += [resample._weigh, resample._resample]
    assert all(entry.signatures for entry in entries)

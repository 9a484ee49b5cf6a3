"""Looking for copies: the job from request to published groups, on the real database with made-up fingerprints."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from lumina.domain.work import JobState

if TYPE_CHECKING:
    from tests.support.copies import Twins

pytestmark = [pytest.mark.integration, pytest.mark.timeout(60)]


def test_identical_files_are_a_group(twins: Twins) -> None:
    a, b, c = twins.add(3, checksum=b"same")
    twins.add(2)
    job = twins.detect()
    assert job.state is JobState.SUCCESS, job.result
    assert twins.groups() == [[a, b, c]]
    assert twins.tiers() == {b: 1, c: 1}

"""A process that decodes has what it needs in its environment, whoever starts it."""

from __future__ import annotations

import json
import os
import subprocess
import sys

import pytest

from lumina.worker.environment import DECODERS

pytestmark = pytest.mark.integration

ENSURED = "import json, os, sys; from lumina.worker import environment as e; e.ensure(); {say}"
SAY = "print(json.dumps([dict(os.environ), sys.argv[1:], 'numpy' in sys.modules]))"


def test_what_is_missing_is_added_and_what_a_person_has_set_stays() -> None:
    given = {**{name: value for name, value in os.environ.items() if name not in DECODERS}, "OMP_NUM_THREADS": "7"}
    command = [sys.executable, "-c", ENSURED.format(say=SAY), "one", "two"]
    said = subprocess.run(command, env=given, capture_output=True, text=True, timeout=60, check=True).stdout
    environment, arguments, imported = json.loads(said)
    assert environment | DECODERS | {"OMP_NUM_THREADS": "7"} == environment
    assert arguments == ["one", "two"]
    assert not imported  # to begin anew costs next to nothing

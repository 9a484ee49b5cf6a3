"""What is logged of errors."""

from __future__ import annotations

import subprocess
import sys

import pytest

pytestmark = [pytest.mark.integration, pytest.mark.timeout(30)]

PROGRAM = """
import structlog
from lumina.cli.logs import configure_logs
from lumina.remote.etsy.client import Client
from lumina.remote.etsy.key import Key
import lumina.remote.etsy.client as module

def broken():
    raise RuntimeError("no certificates")

module.trusted = broken
configure_logs("info")
try:
    Client("https://openapi.etsy.com", Key("mine", "hunter2"), None)
except RuntimeError:
    structlog.get_logger().exception("batch failed")
"""


def test_a_traceback_shows_no_values_of_variables() -> None:
    run = subprocess.run([sys.executable, "-c", PROGRAM], capture_output=True, text=True, check=True)
    assert "batch failed" in run.stderr
    assert "RuntimeError: no certificates" in run.stderr
    assert "hunter2" not in run.stderr

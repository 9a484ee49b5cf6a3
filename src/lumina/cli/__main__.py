"""`python -m lumina.cli`, as the supervisor starts its processes."""

from lumina.cli.main import run

run()

#!/bin/sh
# `make test`: Vitest, then pytest, whose summary is the last line. Both run, whatever the first one says.
marks=$1
failed=0
(cd web && npm run --silent test) || failed=1
.venv/bin/pytest -m "$marks" -n 2 --dist loadgroup --cov --cov-report=term:skip-covered || failed=1
exit $failed

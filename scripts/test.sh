#!/bin/sh
# `make test`: Vitest, then pytest, whose summary is the last line. Both run, whatever the first one says.
# Each test has a time limit of its own; the dog is for what no test limit covers.
marks=$1
longest=2400
failed=0
[ -t 1 ] || export NO_COLOR=1

(cd web && npm run --silent test) || failed=1

# a test that exceeds its limit takes its process along; of xdist's schedulers, worksteal copes with that
.venv/bin/pytest -m "$marks" -n 2 --dist worksteal --cov --cov-report=term:skip-covered &
suite=$!
(sleep $longest && echo "tests: stopped after $longest s" >&2 && kill "$suite") &
dog=$!
wait "$suite" || failed=1
kill "$dog" 2>/dev/null
exit $failed

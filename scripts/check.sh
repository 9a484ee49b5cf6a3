#!/bin/sh
# `make check`: every static check, all of them even where one fails; the last line says which failed.
uv=$1
failed=""
step() {
    name=$1
    shift
    if output=$("$@" 2>&1); then
        printf 'ok      %s\n' "$name"
    else
        printf '%s\nFAILED  %s\n' "$output" "$name"
        failed="$failed $name"
    fi
}

step uv.lock "$uv" lock --check --quiet --python .venv/bin/python
step ruff .venv/bin/ruff check
step format .venv/bin/ruff format --check
step mypy .venv/bin/mypy
step layers .venv/bin/lint-imports
step generated sh scripts/generate.sh --check
step web sh -c 'cd web && npm run --silent check'

if [ -n "$failed" ]; then
    echo "make check failed:$failed"
    exit 1
fi
echo "make check: all passed"

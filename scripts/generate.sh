#!/bin/sh
# Write web/openapi.json from the API, and the typed client from that; with --check only compare.
set -eu
document=$PWD/web/openapi.json
types=$PWD/web/src/api/schema.ts
python=$PWD/.venv/bin/python

if [ "${1:-}" = --check ]; then
    scratch=$(mktemp -d)
    trap 'rm -rf "$scratch"' EXIT
    "$python" -m lumina.api.openapi >"$scratch/openapi.json"
    (cd web && npx --no-install openapi-typescript "$scratch/openapi.json" --output "$scratch/schema.ts" --alphabetize) \
        >"$scratch/log" 2>&1 || { cat "$scratch/log" >&2; exit 1; }
    if ! cmp -s "$document" "$scratch/openapi.json" || ! cmp -s "$types" "$scratch/schema.ts"; then
        echo "web/openapi.json or web/src/api/schema.ts is out of date: run 'make generate'" >&2
        exit 1
    fi
else
    "$python" -m lumina.api.openapi >"$document.part"
    mv "$document.part" "$document"
    (cd web && npm run --silent types)
fi

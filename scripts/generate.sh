#!/bin/sh
# Write web/openapi.json from the API, and the typed client from that; with --check only compare.
set -eu
document=web/openapi.json
types=web/src/api/schema.d.ts
if [ "${1:-}" = --check ]; then
    scratch=$(mktemp -d)
    trap 'rm -rf "$scratch"' EXIT
    .venv/bin/python -m scripts.openapi >"$scratch/openapi.json"
    (cd web && npx --no-install openapi-typescript "$scratch/openapi.json" -o "$scratch/schema.d.ts") >/dev/null
    if ! cmp -s "$document" "$scratch/openapi.json" || ! cmp -s "$types" "$scratch/schema.d.ts"; then
        echo "$document or $types is out of date: run 'make generate'" >&2
        exit 1
    fi
    exit 0
fi
.venv/bin/python -m scripts.openapi >"$document"
(cd web && npx --no-install openapi-typescript openapi.json -o "${types#web/}") >/dev/null

#!/bin/sh
# Print the path of the machine's first Python that is new enough; nothing where there is none. The one that .venv
# was made with stays the one: another would make uv build .venv anew.
for name in .venv/bin/python python3 python3.13 python3.12 python3.11 python3.14 python; do
    command -v "$name" >/dev/null 2>&1 || continue
    "$name" -c 'import sys
if (3, 11) <= sys.version_info[:2]:
    print(getattr(sys, "_base_executable", sys.executable))' 2>/dev/null | grep . && exit 0
done
exit 0

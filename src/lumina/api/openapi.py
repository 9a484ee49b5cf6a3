"""Print the API's description: `python -m lumina.api.openapi > web/openapi.json`."""

from __future__ import annotations

import json
import sys

from lumina.api.app import create_app


def document() -> str:
    """The OpenAPI document as text, the same on every machine."""
    return json.dumps(create_app().openapi(), indent=2, sort_keys=True, ensure_ascii=True) + "\n"


if __name__ == "__main__":
    sys.stdout.write(document())

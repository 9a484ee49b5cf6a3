"""`lumina config`."""

from __future__ import annotations

from typing import Annotated

import typer

from lumina.cli.output import emit, emit_json, table
from lumina.cli.session import configuration


def config(
    context: typer.Context,
    as_json: Annotated[bool, typer.Option("--json", help="JSON on stdout.")] = False,
) -> None:
    """Show every setting, its value and where that comes from."""
    rows = configuration(context).table()
    if as_json:
        emit_json(
            {row.name: {"value": row.value, "origin": row.origin, "description": row.description} for row in rows}
        )
    else:
        emit(
            table(
                ["setting", "value", "origin", ""],
                [[row.name, str(row.value), row.origin, row.description] for row in rows],
            )
        )

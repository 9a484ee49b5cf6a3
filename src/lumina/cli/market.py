"""`lumina market`: shops and listings of a marketplace, with their images like any other."""

from __future__ import annotations

import typer

from lumina.cli import market_export

app = typer.Typer(help="Marketplaces: follow shops and searches, and what comes of them.", no_args_is_help=True)
app.command(name="export-faiss")(market_export.export)

"""`lumina market`: shops and listings of a marketplace, with their images like any other."""

from __future__ import annotations

import typer

from lumina.cli import (
    market_adopt,
    market_cleanup,
    market_cutout,
    market_demo,
    market_download,
    market_embed,
    market_export,
    market_follow,
    market_purge,
    market_search,
    market_status,
    market_sync,
)

app = typer.Typer(help="Marketplaces: follow shops and searches, and what comes of them.", no_args_is_help=True)
app.command(name="follow")(market_follow.follow)
app.command(name="sync")(market_sync.sync)
app.command(name="status")(market_status.status)
app.command(name="purge")(market_purge.purge)
app.command(name="download")(market_download.download)
app.command(name="cutout")(market_cutout.cutout)
app.command(name="embed")(market_embed.embed)
app.command(name="search")(market_search.search)
app.command(name="export-faiss")(market_export.export)
app.command(name="demo")(market_demo.demo)
app.command(name="cleanup")(market_cleanup.cleanup)
app.command(name="adopt")(market_adopt.adopt)

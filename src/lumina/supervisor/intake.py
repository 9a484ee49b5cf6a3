"""The paths that a person names become sources of a catalog, and jobs that read them."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from lumina.bootstrap import App
from lumina.domain.work import Job, Priority
from lumina.services import sources
from lumina.services.sources import Place

DEFAULT_CATALOG = "Photos"


def places(app: App, paths: Sequence[Path], catalog: str | None = None) -> list[Place]:
    """Make sure that every path lies in a source; returns where. Catalog and sources are made where needed."""
    return [sources.place(app.store, path, catalog=catalog or DEFAULT_CATALOG) for path in paths]


def intake(app: App, paths: Sequence[Path], catalog: str | None = None, *, accept_losses: bool = False) -> list[Job]:
    """Ask for everything due beneath these paths; without paths for all sources.

    With `accept_losses` files that are gone are believed to be gone, however many they are.

    Raises:
        BadInput: a path is not there, or is neither a folder nor a file.
    """
    found = places(app, paths, catalog) if paths else sources.every_place(app.store)
    return [
        app.work.ingest(
            place.catalog_id, place.source_id, place.scope, priority=Priority.ASKED, accept_losses=accept_losses
        )
        for place in found
    ]

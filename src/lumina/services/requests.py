"""Requests for work as the API takes them, turned into jobs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from lumina.domain.catalog import Source
from lumina.domain.work import Job, Priority
from lumina.errors import BadInput
from lumina.services.work import INGEST, STAGES, WorkService
from lumina.store import Store, catalogs


@dataclass(frozen=True, slots=True)
class Wanted:
    """What to do where. `paths` are folders or files within the source; without any of it: everything.

    With `accept_losses` a scan believes that what is gone is gone, however much it is.
    """

    kind: str
    catalog_id: UUID | None = None
    source_id: int | None = None
    stages: tuple[str, ...] = ()
    paths: tuple[str, ...] = ()
    failed: bool = False
    accept_losses: bool = False


def submit(store: Store, work: WorkService, wanted: Wanted) -> list[Job]:
    """The jobs for a request, at least one.

    Raises:
        BadInput: the parts do not fit together. NotFound: the catalog or source does not exist.
    """
    if wanted.paths and wanted.source_id is None:
        raise BadInput("paths: they are within a source, so source_id is needed.")
    sources = _sources(store, wanted)
    paths = wanted.paths or ("",)
    if wanted.kind == INGEST:
        if wanted.stages or wanted.failed:
            raise BadInput(f"stages and failed belong to jobs of kind {STAGES!r}; a scan runs whatever is due.")
        return [
            work.ingest(
                source.catalog_id,
                source.id,
                path.strip("/"),
                priority=Priority.ASKED,
                accept_losses=wanted.accept_losses,
            )
            for source in sources
            for path in paths
        ]
    return [
        work.run_stages(
            wanted.stages,
            catalog_id=wanted.catalog_id,
            source_id=wanted.source_id,
            scope=path.strip("/"),
            failed=wanted.failed,
        )
        for path in paths
    ]


def _sources(store: Store, wanted: Wanted) -> Sequence[Source]:
    with store.transaction() as tx:
        if wanted.catalog_id is not None:
            catalogs.get(tx, wanted.catalog_id)
        if wanted.source_id is None:
            found: Sequence[Source] = catalogs.sources(tx, wanted.catalog_id)
        else:
            found = [catalogs.source(tx, wanted.source_id)]
    if wanted.catalog_id is not None and any(source.catalog_id != wanted.catalog_id for source in found):
        raise BadInput(f"Source {wanted.source_id} does not belong to catalog {wanted.catalog_id}.")
    if wanted.kind == INGEST and not found:
        raise BadInput("There is no source to scan yet; add a folder first.")
    return found

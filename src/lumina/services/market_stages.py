"""Stages over the images of marketplaces: what is due of them, and asking for it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from uuid import UUID

from lumina.domain.stage import Stage
from lumina.domain.work import Job
from lumina.errors import NotFound
from lumina.services import coverage
from lumina.services.work import WorkService
from lumina.store import Transaction, catalogs, markets


@dataclass(frozen=True, slots=True)
class Due:
    """What is due of some stages.

    Attributes:
        images: stage -> images that it could do now, or as soon as the stages before it are done.
        failed: stage -> images that it failed for.
        waiting: stage -> what is missing before it can run, in a sentence.
    """

    images: dict[str, int]
    failed: dict[str, int]
    waiting: dict[str, str]


def catalogs_of(tx: Transaction, name: str | None) -> list[UUID]:
    """Catalogs of all marketplaces, or of the one with this name.

    Raises:
        NotFound: there is none.
    """
    known = [market for market in markets.every(tx) if name in (None, market.name)]
    if not known:
        raise NotFound("There is no marketplace yet." if name is None else f"There is no marketplace {name!r}.")
    return [catalogs.source(tx, market.source_id).catalog_id for market in known]


def due(tx: Transaction, stages: Iterable[Stage[object, object]], name: str | None) -> Due:
    """What is due of these stages in all marketplaces, or in one.

    Raises:
        NotFound: there is no such marketplace.
    """
    infos = coverage.describe(stages)
    found = Due({info.name: 0 for info in infos}, {}, {i.name: i.waiting for i in infos if i.waiting})
    for catalog in catalogs_of(tx, name):
        for row in coverage.coverage(tx, infos, catalog=catalog)[0].stages:
            found.images[row.stage.name] += row.missing + row.stale
            found.failed[row.stage.name] = found.failed.get(row.stage.name, 0) + row.failed
    return found


def run(work: WorkService, stages: Sequence[str], name: str | None, *, failed: bool = False) -> list[Job]:
    """Ask for what is due of these stages: one job per marketplace.

    Raises:
        NotFound: there is no such marketplace.
    """
    with work.store.transaction() as tx:
        found = catalogs_of(tx, name)
    return [work.run_stages(stages, catalog_id=catalog, failed=failed) for catalog in found]

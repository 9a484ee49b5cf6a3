"""Coverage of the stages, for the API and the command line."""

from __future__ import annotations

import inspect
from collections.abc import Iterable, Mapping, Sequence
from typing import Any
from uuid import UUID

from lumina.domain.coverage import CatalogCoverage, FailureGroup, StageCoverage, StageInfo
from lumina.domain.stage import Reads, Stage
from lumina.errors import NotFound
from lumina.store import Transaction
from lumina.store import coverage as ledger
from lumina.store.coverage import CatalogCounts, Counts

EXAMPLES = 5
"""Files named for each cause of failures."""


def coverage(tx: Transaction, stages: Sequence[StageInfo], *, catalog: UUID | None = None) -> list[CatalogCoverage]:
    """Every catalog (or one) by the given stages.

    Raises:
        NotFound: the catalog does not exist.
    """
    catalogs = ledger.catalogs(tx, catalog)
    if catalog is not None and not catalogs:
        raise NotFound(f"There is no catalog {catalog}.")
    counts = ledger.counts(tx, {stage.name: stage.version for stage in stages}, catalog)
    return [
        CatalogCoverage(
            id=entry.id,
            name=entry.name,
            images=entry.images,
            files=entry.files,
            ignored=entry.ignored,
            left_out=entry.left_out,
            offline=entry.offline,
            stages=tuple(
                _stage(entry, stage, counts.get((entry.id, stage.name), Counts()))
                for stage in stages
                if entry.of_market or not stage.of_markets
            ),
        )
        for entry in catalogs
    ]


def failures(tx: Transaction, *, catalog: UUID | None = None, stage: str | None = None) -> list[FailureGroup]:
    """What failed and why, the largest group first."""
    return ledger.failures(tx, catalog=catalog, stage=stage, examples=EXAMPLES)


def _stage(catalog: CatalogCounts, stage: StageInfo, counts: Counts) -> StageCoverage:
    rest = max(catalog.images - counts.done - counts.failed - counts.stale, 0)
    waits = stage.waiting is not None
    return StageCoverage(
        stage=stage,
        done=counts.done,
        missing=0 if waits else rest,
        failed=counts.failed,
        stale=counts.stale,
        waiting=rest if waits else 0,
    )


def describe(stages: Iterable[Stage[Any, Any]]) -> tuple[StageInfo, ...]:
    """Stages as coverage knows them: the description is the first line of the class's docstring.

    A stage says what it waits for (a model that is not installed) by an attribute `waiting`.
    """
    known = {stage.name: stage for stage in stages}
    return tuple(
        StageInfo(
            stage.name, stage.version, _first_line(stage), getattr(stage, "waiting", None), _is_of_markets(stage, known)
        )
        for stage in known.values()
    )


def _is_of_markets(stage: Stage[Any, Any], known: Mapping[str, Stage[Any, Any]]) -> bool:
    """Whether it applies to images of marketplaces alone: it fetches them, or needs a stage that does."""
    return stage.reads is Reads.REMOTE or any(
        _is_of_markets(known[name], known) for name in stage.needs if name in known
    )


def _first_line(stage: Stage[Any, Any]) -> str:
    return (inspect.getdoc(type(stage)) or stage.name).splitlines()[0]

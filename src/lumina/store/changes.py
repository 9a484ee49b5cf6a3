"""What has changed in the database since somebody last looked, cheaply."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from lumina.domain.work import Job
from lumina.store import jobs
from lumina.store.database import Transaction


@dataclass(frozen=True, slots=True)
class TimelineState:
    """A catalog's timeline: `version` is raised whenever its days change."""

    version: int
    images: int


def now(tx: Transaction) -> datetime:
    """The database's clock."""
    moment: datetime = tx.value("SELECT now()")
    return moment


def active_jobs(tx: Transaction, ended_since: datetime) -> list[Job]:
    """Jobs that are open, or have ended since then; at most 200."""
    rows = tx.rows(
        "SELECT id FROM job WHERE state IN ('PENDING', 'STARTED')"
        " OR (finished_at IS NOT NULL AND finished_at >= CAST(:since AS timestamptz))"
        " ORDER BY created_at DESC LIMIT 200",
        since=ended_since,
    )
    return [jobs.get(tx, row["id"]) for row in rows]


def timelines(tx: Transaction) -> dict[UUID, TimelineState]:
    """Every catalog's timeline. `timeline.fold` first."""
    rows = tx.rows(
        "SELECT c.id, coalesce(t.version, 0) AS version, coalesce(t.images, 0) AS images"
        " FROM catalog c LEFT JOIN timeline t ON t.catalog_id = c.id"
    )
    return {row["id"]: TimelineState(row["version"], row["images"]) for row in rows}


@dataclass(frozen=True, slots=True)
class CurationState:
    """What was last decided: the newest actions, since one with a smaller id may be committed later."""

    newest: tuple[int, ...] = ()
    undone_at: datetime | None = None


def curations(tx: Transaction) -> dict[UUID | None, CurationState]:
    """Every catalog's; None stands for actions on several catalogs at once."""
    rows = tx.rows(
        """SELECT c.id,
            ARRAY(SELECT a.id FROM action a WHERE a.catalog_id = c.id ORDER BY a.id DESC LIMIT 30) AS newest,
            (SELECT max(a.undone_at) FROM action a WHERE a.catalog_id = c.id) AS undone_at FROM catalog c
        UNION ALL SELECT NULL,
            ARRAY(SELECT a.id FROM action a WHERE a.catalog_id IS NULL ORDER BY a.id DESC LIMIT 30),
            (SELECT max(a.undone_at) FROM action a WHERE a.catalog_id IS NULL)"""
    )
    return {row["id"]: CurationState(tuple(row["newest"]), row["undone_at"]) for row in rows}


def published(tx: Transaction) -> dict[tuple[UUID, str], int]:
    """Every catalog's runs that are shown, by kind."""
    rows = tx.rows("SELECT catalog_id, kind, run_id FROM published")
    return {(row["catalog_id"], row["kind"]): row["run_id"] for row in rows}

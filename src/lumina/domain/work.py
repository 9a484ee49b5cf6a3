"""Jobs, batches and the ledger's words."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import IntEnum, StrEnum
from typing import Any
from uuid import UUID

from lumina.domain.stage import Lane


class JobState(StrEnum):
    """The five states that clients know."""

    PENDING = "PENDING"
    STARTED = "STARTED"
    SUCCESS = "SUCCESS"
    FAILURE = "FAILURE"
    CANCELLED = "CANCELLED"

    @property
    def ended(self) -> bool:
        """True where nothing more will happen."""
        return self in (JobState.SUCCESS, JobState.FAILURE, JobState.CANCELLED)


class BatchKind(StrEnum):
    """What a batch asks of its worker."""

    SCAN = "scan"
    PLAN = "plan"
    WORK = "work"
    FINALISE = "finalise"
    MATCH = "match"
    """Compare fingerprints with each other: candidates, edges."""
    PIXELS = "pixels"
    """Decode candidates fully and hash their pixels."""
    SEQUENCE = "sequence"
    """Find bursts, brackets and panoramas."""
    RESOLVE = "resolve"
    """Hide or move copies away, or bring them back."""
    VECTORS = "vectors"
    """Build, check or switch the index of a space of vectors."""
    TAG = "tag"
    """Recognise nodes of the taxonomy in vectors."""
    LEARN = "learn"
    """Train what recognises a node from its examples."""
    SUBJECT = "subject"
    """Find neighbours among vectors: the same subject."""
    SYNC = "sync"
    """Ask a marketplace what there is."""
    ADOPT = "adopt"
    """Take over what another program has gathered."""
    CLEAN = "clean"
    """Move images of a marketplace to a backup disk, or remove for good what may not be kept of it."""
    EXPORT = "export"
    """Write vectors to files."""


class Status(IntEnum):
    """A stage's standing for one image. No row means missing."""

    DONE = 1
    FAILED = 2
    STALE = 3
    DEFERRED = 4
    """Failed for a reason outside the file (mount gone, disk full): still due, counted as missing."""


class Priority(IntEnum):
    """Higher goes first."""

    BACKGROUND = 0
    NORMAL = 10
    ASKED = 20
    """A person asked for this job."""
    LOOKING = 30
    """A person is looking at these images now."""


@dataclass(frozen=True, slots=True)
class Job:
    """One request and how far it is. `done` and `failed` count images, `pending` counts open batches."""

    id: UUID
    kind: str
    catalog_id: UUID | None
    state: JobState
    parameters: Mapping[str, Any]
    priority: int
    total: int
    done: int
    failed: int
    pending: int
    cancel_requested: bool
    paused: bool
    created_at: datetime
    started_at: datetime | None
    finished_at: datetime | None
    result: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Batch:
    """A leased piece of a job; `token` proves the lease, `strikes` counts the workers it has killed so far."""

    id: int
    job_id: UUID
    kind: BatchKind
    lane: Lane
    stages: tuple[str, ...]
    items: tuple[int, ...]
    payload: Mapping[str, Any]
    strikes: int
    token: UUID

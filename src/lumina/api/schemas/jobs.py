"""Jobs: what was asked for and how far it is."""

from __future__ import annotations

from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import Field

from lumina.api.schemas.base import Answer, Request, UtcTime

State = Literal["PENDING", "STARTED", "SUCCESS", "FAILURE", "CANCELLED"]


class Job(Answer):
    """One job. `total`, `done` and `failed` count images, `rate` is images per second, `progress` goes from 0 to 1."""

    id: UUID
    kind: str
    catalog_id: UUID | None
    catalog_name: str | None
    state: State
    parameters: dict[str, Any]
    priority: int
    total: int
    done: int
    failed: int
    progress: float
    rate: float | None
    eta_seconds: float | None
    paused: bool
    cancel_requested: bool
    created_at: UtcTime
    started_at: UtcTime | None
    finished_at: UtcTime | None
    message: str | None
    result: dict[str, Any]


class Jobs(Answer):
    """A page of jobs, newest first."""

    items: list[Job]
    next: str | None = Field(description="Cursor of the next page.")


class NewJob(Request):
    """Work to ask for: `ingest` scans sources and runs what is due; `stages` runs the named stages."""

    kind: Literal["ingest", "stages"]
    catalog_id: UUID | None = None
    source_id: int | None = None
    stages: Annotated[list[str], Field(default_factory=list, max_length=50)]
    paths: Annotated[list[str], Field(default_factory=list, max_length=1000)]
    failed: bool = Field(False, description="Try what failed once more.")


class NewThumbnailsJob(Request):
    """Thumbnails to make for a catalog."""

    catalog_id: UUID


class Retry(Request):
    """Which failed images to try again: those of one cause, or all."""

    code: str | None = None


class FailureExample(Answer):
    """One file that failed."""

    image_id: int
    path: str | None
    reason: str | None


class FailureGroup(Answer):
    """What failed of one stage for one cause."""

    stage: str
    code: str | None
    reason: str | None
    count: int
    examples: list[FailureExample]

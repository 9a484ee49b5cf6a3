"""Catalogs, their sources, and the server's folders to choose from."""

from __future__ import annotations

from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import Field

from lumina.api.schemas.base import Answer, Request, UtcTime
from lumina.api.schemas.jobs import Job

Name = Annotated[str, Field(min_length=1, max_length=200)]
FolderPath = Annotated[str, Field(min_length=1, max_length=4096, description="Absolute path on the server.")]
Patterns = Annotated[list[Annotated[str, Field(min_length=1, max_length=500)]], Field(max_length=500)]


class Source(Answer):
    """A folder whose files belong to a catalog."""

    id: int
    kind: str
    path: str
    state: Literal["online", "offline"]
    state_reason: str | None
    scanned_at: UtcTime | None
    scan_counts: dict[str, Any]
    ignore_patterns: list[str]
    images: int


class Catalog(Answer):
    """A catalog with its sources; images whose files are gone are not counted."""

    id: UUID
    name: str
    images: int
    files: int
    sources: list[Source]
    destination_path: str | None
    import_mode: Literal["copy", "move"]
    created_at: UtcTime


class NewCatalog(Request):
    """A catalog to make."""

    name: Name
    destination_path: FolderPath | None = None
    import_mode: Literal["copy", "move"] = "copy"


class NewSource(Request):
    """A folder to add to a catalog."""

    path: FolderPath
    ignore_patterns: Patterns = Field(default_factory=list)


class SourceAdded(Answer):
    """The new source, and the job that reads it."""

    source: Source
    job: Job


class SourceChange(Request):
    """What to change of a source; what is left out stays."""

    path: FolderPath | None = None
    ignore_patterns: Patterns | None = None


class NewMount(Request):
    """Where a node sees a source."""

    path: FolderPath


class Folder(Answer):
    """A folder on the server."""

    name: str
    path: str


class Folders(Answer):
    """What lies in one folder of the server; `parent` is None at the top."""

    path: str
    parent: str | None
    folders: list[Folder]

"""The trash."""

from __future__ import annotations

from uuid import UUID

from lumina.api.schemas.base import Answer, Request


class TrashContents(Answer):
    """What is in the trash. Only files that left the vault can be due; `days` is how long they are kept at least."""

    images: int
    files: int
    size: int
    due_files: int
    due_size: int
    days: int


class EmptyTrash(Request):
    """Remove the files that are due, for good; with `dry_run` only say which."""

    catalog: UUID | None = None
    dry_run: bool = False


class TrashEmptied(Answer):
    """How many files were removed (would be, in a dry run), and how many bytes."""

    files: int
    size: int
    dry_run: bool

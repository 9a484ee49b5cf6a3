"""The trash. Its images are those of any list with `shelf=trash`; what is in it comes back by curating or undoing."""

from __future__ import annotations

from dataclasses import asdict
from uuid import UUID

from fastapi import APIRouter

from lumina.api.context import Context
from lumina.api.problems import documented
from lumina.api.schemas.trash import EmptyTrash, TrashContents, TrashEmptied
from lumina.services import trash

router = APIRouter(prefix="/trash", tags=["trash"])


@router.get("", responses=documented(404, 422, 503))
def contents(context: Context, catalog: UUID | None = None) -> TrashContents:
    """What is in the trash."""
    days = context.settings.trash_days
    with context.store.transaction() as tx:
        found = trash.contents(tx, days, catalog)
    return TrashContents(**asdict(found), days=days)


@router.post("/empty", responses=documented(404, 422, 503))
def empty(context: Context, body: EmptyTrash) -> TrashEmptied:
    """Remove the files that have been in Lumina's trash for long enough, for good. Files in the vault stay."""
    days = context.settings.trash_days
    if not body.dry_run:
        files, size = trash.empty(context.store, context.settings.home, days, body.catalog)
        return TrashEmptied(files=files, size=size, dry_run=False)
    with context.store.transaction() as tx:
        found = trash.contents(tx, days, body.catalog)
    return TrashEmptied(files=found.due_files, size=found.due_size, dry_run=True)

"""Health, for those who watch over the process."""

from __future__ import annotations

from fastapi import APIRouter

from lumina.api.context import Context
from lumina.api.problems import documented
from lumina.api.schemas.system import Health
from lumina.errors import Unavailable
from lumina.store import migrate

router = APIRouter(prefix="/health", tags=["health"])


@router.get("/live")
def live() -> Health:
    """The process answers."""
    return Health(status="ok")


@router.get("/ready", responses=documented(503))
def ready(context: Context) -> Health:
    """The database answers, too, and has the schema of this version."""
    found, wanted = migrate.revision(context.store), migrate.head()
    if found != wanted:
        raise Unavailable(f"The database has schema {found or 'none'}, this server needs {wanted}.")
    return Health(status="ok")

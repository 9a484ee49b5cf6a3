"""Health, for those who watch over the process."""

from __future__ import annotations

from fastapi import APIRouter

from lumina.api.context import Context
from lumina.api.problems import documented
from lumina.api.schemas.system import Health

router = APIRouter(prefix="/health", tags=["health"])


@router.get("/live")
def live() -> Health:
    """The process answers."""
    return Health(status="ok")


@router.get("/ready", responses=documented(503))
def ready(context: Context) -> Health:
    """The database answers, too, and has the schema of this version."""
    context.check_ready()
    return Health(status="ok")

"""Server-sent events."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter
from starlette.responses import StreamingResponse

from lumina.api.context import Context
from lumina.api.stream import stream

router = APIRouter(prefix="/events", tags=["events"])

_STREAM: dict[int | str, dict[str, Any]] = {
    200: {
        "description": "Events `job` (a Job), `coverage` (CoverageChanged), `catalog` (CatalogChanged), "
        "`curation` (CurationChanged), `published` (Published) and, after 15 s of silence, `heartbeat`.",
        "content": {"text/event-stream": {"schema": {"type": "string"}}},
    }
}


@router.get("", response_class=StreamingResponse, responses=_STREAM)
async def events(context: Context) -> StreamingResponse:
    """What changes, as it changes."""
    headers = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
    return StreamingResponse(stream(context.events, context.closing), headers=headers, media_type="text/event-stream")

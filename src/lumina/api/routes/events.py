"""Server-sent events."""

from __future__ import annotations

from fastapi import APIRouter, Request
from starlette.responses import StreamingResponse

from lumina.api.context import Context

router = APIRouter(prefix="/events", tags=["events"])

_STREAM = {
    200: {
        "description": "Events `job` (a Job), `coverage` ({catalog_id}), `catalog` ({catalog_id, images}) and, each "
        "15 s, `heartbeat` (empty).",
        "content": {"text/event-stream": {"schema": {"type": "string"}}},
    }
}


@router.get("", response_class=StreamingResponse, responses=_STREAM)
async def events(request: Request, context: Context) -> StreamingResponse:
    """What changes, as it changes."""
    headers = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
    return StreamingResponse(context.events.stream(request), media_type="text/event-stream", headers=headers)

"""Figures for Prometheus."""

from __future__ import annotations

from collections.abc import Iterator

from fastapi import APIRouter, Request
from starlette.responses import PlainTextResponse

from lumina.api.context import Context
from lumina.api.problems import documented
from lumina.api.timings import BOUNDS, Timings
from lumina.services import metrics as service
from lumina.store import figures

router = APIRouter(tags=["health"])


@router.get("/metrics", response_class=PlainTextResponse, responses=documented(503))
def metrics(request: Request, context: Context) -> PlainTextResponse:
    """Jobs, queues, coverage and request times, in Prometheus's text format."""
    with context.store.transaction() as tx:
        found = figures.figures(tx)
    body = service.text(found, context.coverage()) + "".join(_requests(request.app.state.timings))
    return PlainTextResponse(body, media_type="text/plain; version=0.0.4; charset=utf-8")


def _requests(timings: Timings) -> Iterator[str]:
    name = "lumina_http_request_seconds"
    yield f"# HELP {name} Time to answer requests, by route.\n# TYPE {name} histogram\n"
    for (method, route, status), histogram in sorted(timings.snapshot().items()):
        labels = {"method": method, "route": route, "status": str(status)}
        total = 0
        for bound, count in zip((*map(str, BOUNDS), "+Inf"), histogram.counts, strict=True):
            total += count
            yield service.sample(f"{name}_bucket", {**labels, "le": bound}, total) + "\n"
        yield service.sample(f"{name}_sum", labels, histogram.seconds) + "\n"
        yield service.sample(f"{name}_count", labels, total) + "\n"

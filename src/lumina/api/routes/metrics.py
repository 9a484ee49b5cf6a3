"""Figures for Prometheus."""

from __future__ import annotations

from fastapi import APIRouter
from starlette.responses import PlainTextResponse

from lumina.api.context import Context
from lumina.api.problems import documented

router = APIRouter(tags=["health"])


@router.get("/metrics", response_class=PlainTextResponse, responses=documented(503))
def metrics(context: Context) -> PlainTextResponse:
    """Jobs, coverage, queues and request times, in Prometheus's text format."""
    return PlainTextResponse(context.metrics(), media_type="text/plain; version=0.0.4; charset=utf-8")

"""The FastAPI application."""

from __future__ import annotations

from fastapi import APIRouter, FastAPI

from lumina import __version__
from lumina.api import description, problems
from lumina.api.context import Lumina
from lumina.api.routes import (
    catalogs,
    coverage,
    events,
    folders,
    health,
    images,
    jobs,
    metrics,
    sources,
    system,
    timeline,
)

API = (timeline, images, catalogs, sources, folders, jobs, coverage, events, system)
"""Resources under /api, in the order of the documentation."""


def create_app(lumina: Lumina | None = None) -> FastAPI:
    """The application."""
    app = FastAPI(
        title="Lumina",
        version=__version__,
        openapi_url="/api/openapi.json",
        docs_url=None,
        redoc_url=None,
        generate_unique_id_function=lambda route: f"{route.tags[0]}_{route.name}",
    )
    app.state.lumina = lumina
    problems.install(app)
    api = APIRouter(prefix="/api")
    for resource in API:
        api.include_router(resource.router)
    app.include_router(api)
    app.include_router(health.router)
    app.include_router(metrics.router)
    description.install(app)
    return app

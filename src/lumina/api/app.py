"""The FastAPI application."""

from __future__ import annotations

from fastapi import APIRouter, FastAPI
from starlette.responses import HTMLResponse

from lumina import __version__
from lumina.api import description, docs, problems
from lumina.api.context import Lumina
from lumina.api.lifespan import lifespan
from lumina.api.measured import Measured
from lumina.api.routes import (
    albums,
    bursts,
    catalogs,
    coverage,
    curation,
    duplicates,
    events,
    folders,
    health,
    images,
    jobs,
    learning,
    listings,
    market,
    market_files,
    metrics,
    models,
    resolution,
    search,
    sources,
    subjects,
    system,
    tags,
    taxonomy,
    timeline,
    trash,
)
from lumina.api.security import Security
from lumina.api.timings import Timings
from lumina.api.web import Web

API = (
    timeline,
    search,
    images,
    curation,
    albums,
    tags,
    taxonomy,
    learning,
    trash,
    duplicates,
    resolution,
    bursts,
    subjects,
    listings,
    market,
    market_files,
    models,
    catalogs,
    sources,
    folders,
    jobs,
    coverage,
    events,
    system,
)
"""Resources under /api, in the order of the documentation."""


def create_app(lumina: Lumina | None = None) -> FastAPI:
    """The application.

    Args:
        lumina: what it works with; by default built from the settings when the server starts.
    """
    app = FastAPI(
        title="Lumina",
        version=__version__,
        openapi_url="/api/openapi.json",
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,
        lifespan=lifespan,
        generate_unique_id_function=lambda route: "_".join([*map(str, route.tags), route.name]),
    )
    app.state.lumina = lumina
    app.state.timings = Timings()
    problems.install(app)
    _add_routes(app)
    description.install(app)
    app.add_middleware(Security)
    app.add_middleware(Measured, timings=app.state.timings)
    return app


def _add_routes(app: FastAPI) -> None:
    api = APIRouter(prefix="/api")
    for resource in API:
        api.include_router(resource.router)
    app.include_router(api)
    app.include_router(health.router)
    app.include_router(metrics.router)
    app.router.default = Web()  # whatever no route knows

    @app.get("/docs", include_in_schema=False)
    def documentation() -> HTMLResponse:
        return HTMLResponse(docs.page(app.openapi()))

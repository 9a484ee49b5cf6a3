"""The OpenAPI document: FastAPI's, with problems instead of its own errors."""

from __future__ import annotations

from typing import Any

from fastapi import FastAPI

from lumina.api.schemas.events import CatalogChanged, CoverageChanged
from lumina.api.schemas.problem import Problem


def install(app: FastAPI) -> None:
    """Have the app describe itself so."""
    original = app.openapi

    def described() -> dict[str, Any]:
        if app.openapi_schema is None:
            document = original()
            for model in (Problem, CoverageChanged, CatalogChanged):
                document["components"]["schemas"][model.__name__] = model.model_json_schema()
            app.openapi_schema = document
        return app.openapi_schema

    app.openapi = described  # type: ignore[method-assign]

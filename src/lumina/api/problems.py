"""Errors as application/problem+json, mapped once."""

from __future__ import annotations

import re
from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

import structlog
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.responses import Response

from lumina.api.schemas.problem import Problem
from lumina.domain.query import BadQuery
from lumina.errors import LuminaError

MEDIA_TYPE = "application/problem+json"
_PHRASES = {
    403: "Forbidden",
    404: "Not found",
    409: "Conflict",
    416: "Range not satisfiable",
    422: "Bad input",
    502: "Refused",
    503: "Not available",
}
"""Fixed here, since Python's own differ between its versions."""
_log = structlog.get_logger(__name__)


def response(
    status: int,
    title: str,
    detail: str,
    *,
    kind: str = "",
    headers: Mapping[str, str] | None = None,
    span: tuple[int, int] | None = None,
) -> Response:
    """A problem as a response; `kind` defaults to the title. `span`: from where to where a query is wrong."""
    name = re.sub(r"[^a-z0-9]+", "-", (kind or title).lower()).strip("-")
    start, end = span or (None, None)
    problem = Problem(type=f"/problems/{name}", title=title, status=status, detail=detail, start=start, end=end)
    return Response(problem.model_dump_json(exclude_none=True), status, dict(headers or {}), MEDIA_TYPE)


def documented(*statuses: int, more: Mapping[int, dict[str, Any]] | None = None) -> dict[int | str, dict[str, Any]]:
    """The `responses=` of a route that may answer with these problems, and with `more`."""
    answers: dict[int | str, dict[str, Any]] = {}
    answers.update((more or {}).items())
    for status in statuses:
        answers[status] = {
            "description": _PHRASES[status],
            "content": {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}},
        }
    return answers


def install(app: FastAPI) -> None:
    """Have every error of the app answered as a problem."""
    app.add_exception_handler(LuminaError, _lumina)
    app.add_exception_handler(RequestValidationError, _validation)
    app.add_exception_handler(HTTPException, _http)
    app.add_exception_handler(Exception, _unexpected)


def _lumina(_request: Request, error: Exception) -> Response:
    assert isinstance(error, LuminaError)
    headers = {"Retry-After": "2"} if error.status == HTTPStatus.SERVICE_UNAVAILABLE else None
    span = (error.start, error.end) if isinstance(error, BadQuery) else None
    return response(
        error.status, error.title, str(error), kind=_kebab(type(error).__name__), headers=headers, span=span
    )


def _validation(_request: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)
    sentences = [f"{_place(item['loc'])}: {item['msg']}" for item in error.errors()]
    return response(422, "Bad input", "; ".join(sentences[:10]))


def _http(_request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    title = HTTPStatus(error.status_code).phrase
    return response(error.status_code, title, str(error.detail), headers=error.headers)


def _unexpected(request: Request, error: Exception) -> Response:
    _log.error("request failed", path=request.url.path, method=request.method, exc_info=error)
    return response(500, "Something unexpected went wrong", "The server's log tells more.", kind="unexpected")


def _place(location: tuple[Any, ...]) -> str:
    """`query.limit` of `("query", "limit")`; the parts are field names and indices, never values."""
    return ".".join(str(part) for part in location[1:] or location)


def _kebab(name: str) -> str:
    return re.sub(r"(?<=[a-z])(?=[A-Z])", "-", name).lower()

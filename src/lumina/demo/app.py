"""The web application of a marketplace."""

from __future__ import annotations

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.responses import JSONResponse, Response

from lumina.demo import api, cdn
from lumina.demo.asking import Refusal
from lumina.demo.gate import Gate
from lumina.demo.marketplace import Marketplace


def create(market: Marketplace) -> FastAPI:
    """Answers as the marketplace does, in the shapes of the Etsy Open API v3; photographs under the same address."""
    app = FastAPI(title="Demo marketplace", docs_url=None, redoc_url=None, openapi_url=None, redirect_slashes=False)
    app.state.market = market
    app.include_router(api.router)
    app.include_router(cdn.router)
    app.add_exception_handler(Refusal, _refused)
    app.add_exception_handler(RequestValidationError, _invalid)
    app.add_exception_handler(HTTPException, _unknown)
    app.add_middleware(Gate, market=market)
    return app


async def _refused(_: Request, error: Exception) -> Response:
    assert isinstance(error, Refusal)
    return JSONResponse({"error": error.error}, error.status)


async def _invalid(_: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)
    wrong = error.errors()[0]
    return JSONResponse({"error": f"Invalid value for {wrong['loc'][-1]}: {wrong['msg']}."}, 400)


async def _unknown(_: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    return JSONResponse({"error": "Resource not found"}, error.status_code)

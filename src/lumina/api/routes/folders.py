"""The server's folders, to choose a source from; only for who sits at the server."""

from __future__ import annotations

import ipaddress
from typing import Annotated

from fastapi import APIRouter, Query, Request
from starlette.responses import Response

from lumina.api import problems
from lumina.api.problems import documented
from lumina.api.schemas.catalogs import Folders
from lumina.services import folders

router = APIRouter(prefix="/folders", tags=["catalogs"])


@router.get("", response_model=Folders, responses=documented(403, 404, 422, 503))
def listing(request: Request, path: Annotated[str | None, Query(max_length=4096)] = None) -> Folders | Response:
    """The folders in a folder; the home folder when none is named."""
    if not _is_local(request):
        return problems.response(403, "Forbidden", "Folders are listed only for browsers on the server itself.")
    return Folders.model_validate(folders.listing(path), from_attributes=True)


def _is_local(request: Request) -> bool:
    try:
        return request.client is not None and ipaddress.ip_address(request.client.host).is_loopback
    except ValueError:
        return False

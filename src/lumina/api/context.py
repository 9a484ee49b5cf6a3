"""What the routes work with, and how they get it."""

from __future__ import annotations

from typing import Annotated, Any, cast

from fastapi import Depends, Request

Lumina = Any


async def _lumina(request: Request) -> Lumina:
    return cast(Lumina, request.app.state.lumina)


Context = Annotated[Lumina, Depends(_lumina)]

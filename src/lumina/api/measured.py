"""Count how long each route takes."""

from __future__ import annotations

import time

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from lumina.api.timings import Timings


class Measured:
    """Times requests to their first byte, so that streams count with the time they took to begin."""

    def __init__(self, app: ASGIApp, timings: Timings) -> None:
        self.app = app
        self.timings = timings

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One request."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        began = time.perf_counter()

        async def measured(message: Message) -> None:
            if message["type"] == "http.response.start":
                self.timings.add(scope["method"], _template(scope), message["status"], time.perf_counter() - began)
            await send(message)

        await self.app(scope, receive, measured)


def _template(scope: Scope) -> str:
    """The matched route, such as `/api/images/{image_id}`; `other` where there is none.

    A route knows its path only within its router; what comes before it in the request's path is the router's prefix.
    """
    template: str | None = getattr(scope.get("route"), "path", None)
    if template is None:
        return "other"
    segments = scope["path"].split("/")
    return "/".join(segments[: len(segments) - template.count("/")]) + template

"""What every request passes: the key, the limits, and what goes wrong."""

from __future__ import annotations

import asyncio
import json
from dataclasses import dataclass, field, replace
from typing import Any

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from lumina.demo import spoiling
from lumina.demo.marketplace import Marketplace
from lumina.demo.trouble import Kind, Rule

API = "/v3/"
TRANSPORT = "lumina.transport"
"""Extension by which `lumina.demo.server` hands over the connection, so that it can be reset."""


@dataclass(frozen=True, slots=True)
class Answer:
    """A whole answer before it is sent. `headers`: names in small letters."""

    status: int
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes = b""


def _json(status: int, value: object, headers: dict[str, str] | None = None) -> Answer:
    return Answer(status, {"content-type": "application/json", **(headers or {})}, json.dumps(value).encode())


class Gate:
    """ASGI middleware: lets those in who have a key and are not too fast, and spoils what shall be spoilt."""

    def __init__(self, app: ASGIApp, market: Marketplace) -> None:
        self._app, self._market = app, market

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        query = scope["query_string"].decode("latin-1")
        rule = self._market.trouble.find(f"{scope['path']}?{query}" if query else scope["path"])
        if rule is not None:
            await asyncio.sleep(rule.seconds if rule.kind is Kind.SLOW else 0)
        answer = None if rule and rule.kind is Kind.RESET else await self._answer(scope, receive, rule)
        self._market.counts.add(scope["path"], query, answer.status if answer else 0, _client(scope))
        if answer is None:
            _reset(scope)
        else:
            await _send(answer, rule, send)

    async def _answer(self, scope: Scope, receive: Receive, rule: Rule | None) -> Answer:
        headers: dict[str, str] = {}
        if scope["path"].startswith(API):
            refused = self._refused(scope, rule)
            if refused is not None:
                return refused
            verdict = self._market.meter.ask()
            headers = verdict.headers
            if verdict.error:
                return _json(429, {"error": verdict.error}, headers)
        made = _instead(rule) if rule else None
        answer = made or await self._asked(scope, receive)
        answer = replace(answer, headers=answer.headers | headers)
        return _spoilt(answer, rule) if rule else answer

    def _refused(self, scope: Scope, rule: Rule | None) -> Answer | None:
        key = dict(scope["headers"]).get(b"x-api-key", b"").decode("latin-1")
        if not key:
            return _json(403, {"error": "Missing x-api-key header or client_id."})
        if ":" not in key:
            return _json(403, {"error": "Shared secret is required in x-api-key header."})
        if key not in self._market.keys or (rule and rule.kind is Kind.REVOKED):
            return _json(403, {"error": "API key not found or not active, or incorrect shared secret for API key."})
        return None

    async def _asked(self, scope: Scope, receive: Receive) -> Answer:
        """The application's own answer, held back."""
        status, headers, parts = 500, dict[str, str](), list[bytes]()

        async def hold(message: Message) -> None:
            nonlocal status, headers
            if message["type"] == "http.response.start":
                status = message["status"]
                headers = {name.decode("latin-1"): value.decode("latin-1") for name, value in message["headers"]}
            else:
                parts.append(message.get("body", b""))

        await self._app(scope, receive, hold)
        headers.pop("content-length", None)
        return Answer(status, headers, b"".join(parts))


def _client(scope: Scope) -> tuple[str, int] | None:
    return tuple(scope["client"]) if scope.get("client") else None


def _instead(rule: Rule) -> Answer | None:
    """What comes instead of the answer; None where the answer itself is needed."""
    wait = {} if rule.retry_after is None else {"retry-after": str(rule.retry_after)}
    made = {
        Kind.STATUS: lambda: _json(rule.status, {"error": spoiling.ERRORS.get(rule.status, "Server error")}, wait),
        Kind.HTML: lambda: Answer(200, {"content-type": "text/html; charset=utf-8"}, spoiling.PAGE),
        Kind.REDIRECT: lambda: Answer(302, {"location": rule.location}),
        Kind.MANY_BYTES: lambda: Answer(200, {"content-type": "image/jpeg"}, b"\xff\xd8\xff\xe0"),
        Kind.MANY_PIXELS: lambda: Answer(200, {"content-type": "image/png"}, spoiling.vast()),
    }
    return made[rule.kind]() if rule.kind in made else None


def _spoilt(answer: Answer, rule: Rule) -> Answer:
    """The answer, made worse."""
    if rule.kind is Kind.EMPTY:
        return replace(answer, body=b"")
    if rule.kind is Kind.GARBAGE:
        return replace(answer, body=spoiling.GARBAGE)
    if rule.kind is Kind.WRONG_TYPE:
        return replace(answer, headers=answer.headers | {"content-type": "text/plain"})
    change = spoiling.CHANGES.get(rule.kind)
    if change is None or answer.status != 200:
        return answer
    return replace(answer, body=json.dumps(change(json.loads(answer.body))).encode())


def _reset(scope: Scope) -> None:
    transport: Any = scope.get("extensions", {}).get(TRANSPORT)
    if transport is None:
        raise ConnectionResetError("The server that runs this cannot reset a connection.")
    transport()


async def _send(answer: Answer, rule: Rule | None, send: Send) -> None:
    kind = rule.kind if rule else None
    length = rule.size if rule and kind is Kind.MANY_BYTES else len(answer.body)
    headers = dict(answer.headers)
    if answer.status not in (204, 304) and not (rule and kind is Kind.MANY_BYTES and not rule.announced):
        headers["content-length"] = str(length)
    raw = [(name.encode("latin-1"), value.encode("latin-1")) for name, value in headers.items()]
    await send({"type": "http.response.start", "status": answer.status, "headers": raw})
    if kind is Kind.CUT:  # the server closes the connection of an application that stops in the middle
        await send({"type": "http.response.body", "body": answer.body[: length // 2], "more_body": True})
        return
    if rule and kind in (Kind.TRICKLE, Kind.MANY_BYTES):
        await _in_pieces(answer.body, length, rule, send)
    await send({"type": "http.response.body", "body": b"" if kind in (Kind.TRICKLE, Kind.MANY_BYTES) else answer.body})


async def _in_pieces(body: bytes, length: int, rule: Rule, send: Send) -> None:
    piece = max(1, len(body) // 20) if rule.kind is Kind.TRICKLE else 1 << 20
    for start in range(0, length, piece):
        part = body[start : start + piece].ljust(min(piece, length - start), b"\0")
        await send({"type": "http.response.body", "body": part, "more_body": True})
        await asyncio.sleep(rule.seconds * piece / max(1, length))

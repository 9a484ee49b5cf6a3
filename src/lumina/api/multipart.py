"""Forms with files, as browsers send them (RFC 7578), read whole: a body is limited before it gets here."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from email.message import Message
from typing import TypeVar

from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel, ValidationError
from starlette.requests import ClientDisconnect, Request

from lumina.errors import BadInput

Form = TypeVar("Form", bound=BaseModel)

MOST_PARTS = 20
_MOST_HEADER = 4_000
"""Bytes before a part's content."""


async def form(request: Request, schema: type[Form]) -> Form:
    """The form of a request whose field `image` is a file, and all others are texts; empty ones are not given.

    Raises:
        BadInput: the body is no form, broke off, or a text is not UTF-8.
        RequestValidationError: a field is not as the schema says.
    """
    try:
        body = await request.body()
    except ClientDisconnect:
        raise BadInput("body: the upload broke off, or is too large.") from None
    given = dict(fields(request.headers.get("content-type", ""), body))
    image = given.pop("image", None)
    try:
        texts = {name: value.decode() for name, value in given.items() if value}
    except UnicodeDecodeError:
        raise BadInput("body: a field of the form is not UTF-8.") from None
    try:
        return schema.model_validate({**texts, **({} if image is None else {"image": image})})
    except ValidationError as error:
        raise RequestValidationError([{**each, "loc": ("body", *each["loc"])} for each in error.errors()]) from None


def fields(content_type: str, body: bytes) -> Mapping[str, bytes]:
    """Name -> content of each part of a form. The names of files, and what they claim to be, are not looked at.

    Raises:
        BadInput: the body is no such form, is cut short, or names a field twice.
    """
    boundary = _boundary(content_type)
    found: dict[str, bytes] = {}
    for name, content in _parts(body, boundary):
        if name in found:
            raise BadInput(f"body: the field {name[:80]!r} stands there twice.")
        found[name] = content
    return found


def _boundary(content_type: str) -> bytes:
    message = Message()
    message["content-type"] = content_type
    boundary = message.get_param("boundary")
    if message.get_content_type() != "multipart/form-data" or not isinstance(boundary, str):
        raise BadInput("body: a form is wanted, of the type multipart/form-data.")
    if not 0 < len(boundary) <= 200:
        raise BadInput("body: the boundary of the form's parts is empty or too long.")
    return boundary.encode("latin-1", "replace")


def _parts(body: bytes, boundary: bytes) -> Iterator[tuple[str, bytes]]:
    """Splits at lines that begin with two dashes and the boundary; the last one ends with two more."""
    pieces = (b"\r\n" + body).split(b"\r\n--" + boundary, MOST_PARTS + 2)
    if len(pieces) > MOST_PARTS + 2:
        raise BadInput(f"body: a form may have {MOST_PARTS} fields.")
    if len(pieces) < 2 or not pieces[-1].startswith(b"--"):
        raise BadInput("body: the form is cut short.")
    for piece in pieces[1:-1]:
        start = piece.find(b"\r\n\r\n", 0, _MOST_HEADER)
        if start < 0:
            raise BadInput("body: a part of the form has no header.")
        yield _name(piece[:start]), piece[start + 4 :]


def _name(header: bytes) -> str:
    for line in header.split(b"\r\n"):
        kind, _, value = line.partition(b":")
        if kind.strip().lower() == b"content-disposition":
            message = Message()
            message["content-disposition"] = value.decode("utf-8", "replace").strip()
            name = message.get_param("name", header="content-disposition")
            if isinstance(name, str) and name:
                return name
    raise BadInput("body: a part of the form has no name.")

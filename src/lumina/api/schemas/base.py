"""What all schemas share."""

from __future__ import annotations

import base64
from datetime import UTC, datetime
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, PlainSerializer


class Answer(BaseModel):
    """Something the API says: built from domain values, every field always present."""

    model_config = ConfigDict(frozen=True, from_attributes=True)


class Request(BaseModel):
    """Something the API takes: unknown fields are errors."""

    model_config = ConfigDict(frozen=True, extra="forbid", str_strip_whitespace=True)


def _local(value: datetime) -> str:
    return value.isoformat(timespec="milliseconds")


def _utc(value: datetime) -> str:
    return value.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


LocalTime = Annotated[
    datetime,
    PlainSerializer(_local, return_type=str),
    Field(description="Wall clock at the place, without zone.", examples=["2019-07-14T10:11:12.345"]),
]
UtcTime = Annotated[datetime, PlainSerializer(_utc, return_type=str), Field(examples=["2026-01-02T03:04:05.678Z"])]
FlagName = Literal["pick", "reject"]
LabelName = Literal["red", "yellow", "green", "blue", "purple"]
Hex = Annotated[bytes, PlainSerializer(bytes.hex, return_type=str), Field(description="Hexadecimal.")]


def _base64(value: bytes) -> str:
    return base64.b64encode(value).decode("ascii")


Base64 = Annotated[bytes, PlainSerializer(_base64, return_type=str), Field(description="Base64.")]


# Columns are written by one call each: thousands of calls would take longer than the query.
def _locals(values: list[datetime | None]) -> list[str | None]:
    return [None if value is None else value.isoformat(timespec="milliseconds") for value in values]


def _hexes(values: list[bytes | None]) -> list[str | None]:
    return [None if value is None else value.hex() for value in values]


def _base64s(values: list[bytes | None]) -> list[str | None]:
    return [None if value is None else base64.b64encode(value).decode("ascii") for value in values]


LocalTimes = Annotated[
    list[datetime],
    PlainSerializer(_locals, return_type=list[str]),
    Field(description="Wall clock at the place, without zone.", examples=[["2019-07-14T10:11:12.345"]]),
]
LocalTimesOrNone = Annotated[
    list[datetime | None],
    PlainSerializer(_locals, return_type=list[str | None]),
    Field(description="Wall clock at the place, without zone.", examples=[["2019-07-14T10:11:12.345"]]),
]
HexesOrNone = Annotated[
    list[bytes | None], PlainSerializer(_hexes, return_type=list[str | None]), Field(description="Hexadecimal.")
]
Base64sOrNone = Annotated[
    list[bytes | None], PlainSerializer(_base64s, return_type=list[str | None]), Field(description="Base64.")
]

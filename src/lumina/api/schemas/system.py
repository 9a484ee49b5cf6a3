"""The installation itself."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import ConfigDict, Field

from lumina.api.schemas.base import Answer, UtcTime


class Check(Answer):
    """One thing the doctor looked at."""

    name: str
    title: str
    state: Literal["ok", "warning", "failed"]
    sentence: str
    remedy: str | None


class Doctor(Answer):
    """What the doctor found."""

    checks: list[Check]


class Setting(Answer):
    """One setting, and where its value comes from."""

    name: str
    value: Any
    origin: str
    description: str


class Node(Answer):
    """A machine that works."""

    name: str
    version: str
    lanes: list[str]
    slots: int
    seen_at: UtcTime
    alive: bool


class About(Answer):
    """Versions."""

    model_config = ConfigDict(populate_by_name=True)

    version: str
    schema_revision: str = Field(alias="schema")


class Health(Answer):
    """Alive, or ready."""

    status: Literal["ok"]

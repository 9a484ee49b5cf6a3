"""Errors, as RFC 9457 writes them."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict, Field


class Problem(BaseModel):
    """What went wrong; `detail` is a sentence for a person."""

    model_config = ConfigDict(frozen=True)

    type: str = Field(description="Stable name of the kind of problem.", examples=["/problems/not-found"])
    title: str
    status: int
    detail: str
    start: int | None = Field(None, description="Of what is wrong in a query, in characters; there alone.")
    end: int | None = None

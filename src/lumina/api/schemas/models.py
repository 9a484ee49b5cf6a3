"""Models."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from lumina.api.schemas.base import Answer, Request


class Terms(Answer):
    """Conditions of use that go beyond a free licence."""

    title: str
    url: str
    summary: str


class PullProgress(Answer):
    """How far a download is: one that goes on, or one that broke off and will go on from there. In bytes."""

    done: int
    total: int


class Model(Answer):
    """A network that turns pictures, and perhaps words, into vectors, or that tells things from their background."""

    name: str
    title: str
    licence: str
    terms: Terms | None = Field(description="To be accepted before it is downloaded; null where the licence is free.")
    terms_accepted: bool
    kind: list[Literal["image", "text", "classifier", "matting"]]
    dimensions: int = Field(description="Of its vectors; 0 where it makes none.")
    size: int = Field(description="Bytes to download, or that are installed.")
    state: Literal["installed", "missing", "broken", "pulling"]
    detail: str = Field(description="What is missing or wrong, in one sentence; empty where all is well.")
    problem: str = Field(description="Why the last download failed; empty where it has not, or the model is there now.")
    provider: str = Field(description="What it runs on: cpu, cuda, coreml; empty where it is not installed.")
    warning: str = Field(description="One sentence, where that is not what was asked for.")
    enabled: bool = Field(description="Whether a setting wants it: `models`, or `cutout_model` where it is needed.")
    embedded: int = Field(description="Images that have its vector, or that it was used to cut out.")
    progress: PullProgress | None


class Models(Answer):
    """All models of the catalogue."""

    items: list[Model]


class Pull(Request):
    """What a download needs to be told."""

    accept_terms: bool = Field(False, description="The owner has read the model's terms and accepts them.")
    accept_change: bool = Field(False, description="The owner trusts a file that has changed since it was installed.")


class Removed(Answer):
    """What the removal of a model gave back."""

    name: str
    freed: int = Field(description="Bytes.")
    dry_run: bool

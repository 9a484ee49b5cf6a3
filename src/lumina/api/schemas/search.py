"""One search over words and pictures."""

from __future__ import annotations

from typing import Annotated, Literal
from uuid import UUID

from pydantic import ConfigDict, Field, WithJsonSchema

from lumina.api.schemas.base import Answer, Request
from lumina.api.schemas.cards import ImageCard, image_card
from lumina.domain import searching
from lumina.domain.query import Query


class Understood(Answer):
    """A piece of the query as it was taken."""

    kind: str = Field(description="word, phrase, year, or the name of a filter.")
    text: str = Field(description="As it was typed; of a filter its value alone.")
    start: int = Field(description="Where it stands in the query, in characters.")
    end: int
    negated: bool = Field(description="Images with it are left out.")


class UnderstoodQuery(Answer):
    """The query, and how it was taken."""

    text: str
    understood: list[Understood]
    semantic: str = Field(description="What pictures were compared with, in words; empty where with none.")
    spelling: str | None = Field(description="What may have been meant, where nothing was found.")


class Reason(Answer):
    """Why an image was found."""

    kind: Literal["words", "picture", "tag", "place", "camera", "date", "name", "filter"]
    text: str = Field(description="For people.", examples=["Tagged truck > pickup"])
    weight: float = Field(description="0-1.")


class SearchResult(Answer):
    """An image that was found; reasons strongest first."""

    image: ImageCard
    score: float = Field(description="0-1; 1 is the first place on every way, 0 where only words go on.")
    reasons: list[Reason]


class Way(Answer):
    """One way in which images were looked for."""

    kind: Literal["words", "picture"]
    state: Literal["used", "unavailable", "nothing"]
    detail: str = Field(description="A sentence for people; may be empty.")


class SearchAnswer(Answer):
    """A page of results, best first. Where `total` is 0, nothing matches."""

    query: UnderstoodQuery
    items: list[SearchResult]
    next: str | None = Field(description="Cursor of the next page, to be passed with the same `q` and `catalog`.")
    total: int | None = Field(description="In all; null where counting would take longer than finding.")
    ways: list[Way]
    took_ms: float


class Suggestion(Answer):
    """What the end of a query may go on to be."""

    text: str = Field(description="All that stands in the query from `start` to its end.")
    kind: str = Field(description="word, spelling, field, or the name of a filter.")
    detail: str
    start: int


class Suggestions(Answer):
    """What a query that is being typed may become, most likely first."""

    items: list[Suggestion]


class SearchForm(Request):
    """A picture to find others by: a file, or an image that is known; words and filters may be added."""

    model_config = ConfigDict(frozen=True, extra="forbid", str_strip_whitespace=False)

    image: Annotated[
        bytes | None,
        WithJsonSchema({"type": "string", "format": "binary", "description": "A file of at most 50 MB."}),
    ] = None
    image_id: Annotated[int | None, Field(ge=1, lt=2**63)] = None
    region: Annotated[str | None, Field(max_length=200, description="x,y,width,height, fractions 0-1.")] = None
    q: str = ""
    catalog: UUID | None = None
    limit: Annotated[int, Field(ge=1, le=200)] = 50
    model: Annotated[str | None, Field(max_length=100)] = None


def answer(page: searching.SearchPage, cursor: str | None, seconds: float) -> SearchAnswer:
    """A page as the API shows it."""
    return SearchAnswer(
        query=_query(page.query, page.spelling),
        items=[
            SearchResult(
                image=image_card(item.image),
                score=round(item.score, 6),
                reasons=[Reason.model_validate(reason) for reason in item.reasons],
            )
            for item in page.items
        ],
        next=cursor,
        total=page.total,
        ways=[Way.model_validate(way) for way in page.ways],
        took_ms=round(seconds * 1000, 1),
    )


def _query(query: Query, spelling: str | None) -> UnderstoodQuery:
    pieces = [Understood.model_validate(piece) for piece in query.understood]
    return UnderstoodQuery(text=query.text, understood=pieces, semantic=query.semantic, spelling=spelling)

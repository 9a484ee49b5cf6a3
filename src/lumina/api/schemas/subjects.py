"""Images of one subject."""

from __future__ import annotations

from typing import Annotated, Any
from uuid import UUID

from pydantic import Field

from lumina.api.schemas.base import Answer, Request, UtcTime
from lumina.api.schemas.cards import ImageCard, image_card
from lumina.domain import subjects


class NewSubjectsJob(Request):
    """A catalog in which to look for images of one subject."""

    catalog_id: UUID


class NewVectorsJob(Request):
    """Indexes of vectors to build: those that are due, or all."""

    rebuild: bool = False


class SubjectMember(Answer):
    """One image of a group."""

    image: ImageCard
    similarity: float = Field(description="Cosine to the first of the group.")


class SubjectGroup(Answer):
    """An image and what is near to it. These are no copies, and are never resolved."""

    id: Annotated[int, Field(ge=0, lt=2**52)]
    catalog_id: UUID
    similarity: float = Field(description="The lowest.")
    members: list[SubjectMember]


class RunOfSubjects(Answer):
    """The search whose groups are shown."""

    id: int
    catalog_id: UUID
    published_at: UtcTime
    counts: dict[str, Any]


class Subjects(Answer):
    """A page of groups, the largest first."""

    run: RunOfSubjects | None
    items: list[SubjectGroup]
    next: str | None = Field(description="Cursor of the next page.")


def subject(found: subjects.ShownSubject) -> SubjectGroup:
    """A group as the API shows it."""
    members = [SubjectMember(image=image_card(image), similarity=similarity) for image, similarity in found.members]
    return SubjectGroup(id=found.id, catalog_id=found.catalog_id, similarity=found.similarity, members=members)

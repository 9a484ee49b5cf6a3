"""Listings of marketplaces: search, pages, one of them, and what they can be filtered by."""

from __future__ import annotations

import time
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Path, Query
from starlette.requests import Request

from lumina.api import cursor, multipart
from lumina.api.context import Context
from lumina.api.problems import documented
from lumina.api.schemas import listings as schemas
from lumina.api.schemas.listings import (
    ListingAnswer,
    ListingDetails,
    ListingFilters,
    ListingForm,
    ListingPage,
    ListingPageQuery,
)
from lumina.domain.ensemble import ListingKey, On, Recipe, Wanted
from lumina.domain.listing import Choices
from lumina.domain.region import region
from lumina.domain.searching import Example
from lumina.errors import BadInput
from lumina.services.listings import view
from lumina.store import listing_cards

router = APIRouter(prefix="/listings", tags=["listings"])
Number = Annotated[int, Path(ge=1, lt=2**63)]
FORM: dict[str, Any] = {
    "requestBody": {"required": True, "content": {"multipart/form-data": {"schema": ListingForm.model_json_schema()}}}
}


async def _form(request: Request) -> ListingForm:
    return await multipart.form(request, ListingForm)


@router.post("/search", responses=documented(404, 422, 503), openapi_extra=FORM)
def search(context: Context, form: Annotated[ListingForm, Depends(_form)]) -> ListingAnswer:
    """Listings that look like a picture, or like what a text says, as all models see it together."""
    began = time.perf_counter()
    wanted = Wanted(
        example=_example(form),
        text=form.text.strip(),
        on=On(form.on or context.settings.listing_search),
        recipe=Recipe(form.recipe),
        models=form.model_names,
        where=form.where(),
        limit=form.limit,
    )
    return schemas.answer(context.app.listings.find(wanted), time.perf_counter() - began)


@router.get("", responses=documented(404, 422, 503))
def listed(context: Context, query: Annotated[ListingPageQuery, Query()]) -> ListingPage:
    """Listings that meet filters, newest first."""
    after = cursor.to_listing(query.cursor)
    with context.store.transaction() as tx:
        found, following = view.page(tx, query.where(), query.q, after=after, limit=query.limit)
    return ListingPage(items=[schemas.listing_card(each) for each in found], next=cursor.of_listing(following))


@router.get("/filters", responses=documented(503))
def filters(context: Context) -> ListingFilters:
    """What listings can be filtered by."""

    def count() -> Choices:
        with context.store.transaction() as tx:
            return listing_cards.choices(tx)

    return schemas.filters(context.shared.get("listing filters", count))


@router.get("/{source_id}/{listing_id}", responses=documented(404, 422, 503))
def one(context: Context, source_id: Number, listing_id: Number) -> ListingDetails:
    """Everything known about a listing: its images, its shop, and how it has changed."""
    with context.store.transaction() as tx:
        return schemas.details(view.details(tx, ListingKey(source_id, listing_id)))


def _example(form: ListingForm) -> Example | None:
    data, image_id = schemas.example_of(form)
    if data is None and image_id is None:
        if form.region is not None:
            raise BadInput("region: of what? An image or image_id goes with it.")
        return None
    return Example(data, image_id, None if form.region is None else region(form.region))

"""Look through the listings: pages, what they can be filtered by, and one of them whole."""

from __future__ import annotations

from lumina.domain.ensemble import ListingCard, ListingFilter, ListingKey
from lumina.domain.listing import After, ListingDetails
from lumina.errors import NotFound
from lumina.store import Transaction, catalogs, listing_cards, listing_search


def page(
    tx: Transaction, where: ListingFilter, text: str, *, after: After | None, limit: int
) -> tuple[list[ListingCard], After | None]:
    """Listings newest first, and where the next page begins. A text without a word that can be found finds nothing.

    Raises:
        NotFound: there is no such catalog.
    """
    if where.catalog is not None:
        catalogs.get(tx, where.catalog)
    words = listing_search.lexemes(tx, text) if text.strip() else []
    if text.strip() and not words:
        return [], None
    keys, following = listing_cards.page(tx, where, words, after, limit)
    shown = listing_cards.listing_cards(tx, keys)
    return [shown[key] for key in keys if key in shown], following


def details(tx: Transaction, key: ListingKey) -> ListingDetails:
    """Everything that is known of a listing.

    Raises:
        NotFound: there is none of this number.
    """
    found = listing_cards.details(tx, key)
    if found is None:
        raise NotFound(f"Source {key.source_id} has no listing {key.listing_id}.")
    return found

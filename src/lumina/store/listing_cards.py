"""Listings as lists show them: cards, pages newest first, and what they can be filtered by."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any

from lumina.domain.card import ImageCard
from lumina.domain.ensemble import ListingCard, ListingFilter, ListingKey, ShopName
from lumina.domain.listing import After, Choices, ListingDetails, ListingMoment, ListingPicture, ShopDetails
from lumina.store.cards import cards
from lumina.store.database import Row, Transaction
from lumina.store.listing_search import filter_terms
from lumina.store.tsqueries import quoted

UNKNOWN = "unknown"
"""State of a listing of which nothing but its images is known."""
MOST = 500
"""Values of one filter that are told, at most."""
_AGE = "coalesce(l.created_at, l.seen_at)"


def page(
    tx: Transaction, where: ListingFilter, words: Sequence[str], after: After | None, limit: int
) -> tuple[list[ListingKey], After | None]:
    """Listings that meet a filter, newest first, and where the next page begins; None where nothing follows.

    Args:
        tx: the transaction.
        where: which listings.
        words: lexemes that titles and tags must have.
        after: the last one of the page before.
        limit: at most so many.
    """
    terms, values = filter_terms(where)
    if where.catalog is not None:
        terms.append("l.source_id IN (SELECT s.id FROM source s WHERE s.catalog_id = :catalog)")
        values["catalog"] = where.catalog
    if words:
        terms.append("l.document @@ CAST(:words AS tsquery)")
        values["words"] = " & ".join(map(quoted, words))
    if after is not None:
        terms.append(
            f"({_AGE}, l.source_id, l.listing_id) < (CAST(:after_at AS timestamptz), :after_source, :after_id)"
        )
        values |= {"after_at": after.at, "after_source": after.key.source_id, "after_id": after.key.listing_id}
    rows = tx.rows(
        f"""SELECT l.source_id, l.listing_id, {_AGE} AS at FROM listing l WHERE {" AND ".join(["true", *terms])}
        ORDER BY {_AGE} DESC, l.source_id DESC, l.listing_id DESC LIMIT :limit""",
        limit=limit + 1,
        **values,
    )
    found = [After(row["at"], ListingKey(row["source_id"], row["listing_id"])) for row in rows]
    return [each.key for each in found[:limit]], found[limit - 1] if len(found) > limit else None


def listing_cards(tx: Transaction, keys: Collection[ListingKey]) -> dict[ListingKey, ListingCard]:
    """Listing -> its card; what is not there is left out. Of some nothing but their images may be known."""
    rows = tx.rows(
        f"""SELECT k.source_id, k.listing_id, coalesce(l.title, '') AS title, coalesce(l.shop_id, 0) AS shop_id,
            coalesce(shop.name, '') AS shop, l.price, l.currency, coalesce(l.state, '{UNKNOWN}') AS state, l.when_made,
            l.url, l.created_at,
            (SELECT count(*) FROM listing_image m WHERE m.source_id = k.source_id AND m.listing_id = k.listing_id
                AND m.gone_at IS NULL) AS images,
            (SELECT m.image_id FROM listing_image m JOIN image i ON i.id = m.image_id
             WHERE m.source_id = k.source_id AND m.listing_id = k.listing_id AND i.shown
             ORDER BY m.gone_at IS NOT NULL, m.rank, m.image_id LIMIT 1) AS image
        FROM unnest(CAST(:sources AS bigint[]), CAST(:ids AS bigint[])) AS k (source_id, listing_id)
        LEFT JOIN listing l ON l.source_id = k.source_id AND l.listing_id = k.listing_id
        LEFT JOIN shop ON shop.source_id = l.source_id AND shop.shop_id = l.shop_id
        WHERE l.listing_id IS NOT NULL OR EXISTS (SELECT FROM listing_image m
            WHERE m.source_id = k.source_id AND m.listing_id = k.listing_id)""",
        sources=[key.source_id for key in keys],
        ids=[key.listing_id for key in keys],
    )
    shown = cards(tx, [row["image"] for row in rows if row["image"] is not None])
    return {ListingKey(row["source_id"], row["listing_id"]): _card(row, shown.get(row["image"])) for row in rows}


def _card(row: Row, primary: ImageCard | None) -> ListingCard:
    plain = ("source_id", "listing_id", "title", "price", "currency", "state", "when_made", "url", "created_at",
             "images")  # fmt: skip
    return ListingCard(
        **{name: row[name] for name in plain}, shop=ShopName(row["shop_id"], row["shop"]), primary=primary
    )


def choices(tx: Transaction) -> Choices:
    """What listings can be filtered by."""
    shops: Sequence[Any] = tx.execute(
        f"""SELECT l.shop_id, coalesce(max(shop.name), ''), count(*) FROM listing l
        LEFT JOIN shop ON shop.source_id = l.source_id AND shop.shop_id = l.shop_id
        GROUP BY 1 ORDER BY 3 DESC, 1 LIMIT {MOST}"""
    ).all()
    prices: Any = tx.execute("SELECT min(price), max(price) FROM listing").one()
    return Choices(
        shops=tuple((row[0], row[1], row[2]) for row in shops),
        states=_values(tx, "state"),
        when_made=_values(tx, "when_made"),
        currencies=_values(tx, "currency"),
        price_min=prices[0],
        price_max=prices[1],
    )


def _values(tx: Transaction, column: str) -> tuple[tuple[str, int], ...]:
    rows: Sequence[Any] = tx.execute(
        f"""SELECT {column}, count(*) FROM listing WHERE {column} IS NOT NULL
        GROUP BY 1 ORDER BY 2 DESC, 1 LIMIT {MOST}"""
    ).all()
    return tuple((row[0], row[1]) for row in rows)


def details(tx: Transaction, key: ListingKey) -> ListingDetails | None:
    """Everything that is known of a listing; None where there is none of this number."""
    card = listing_cards(tx, [key]).get(key)
    if card is None:
        return None
    where = "WHERE source_id = :source AND listing_id = :listing"
    given = {"source": key.source_id, "listing": key.listing_id}
    known = tx.row(f"SELECT * FROM listing {where}", **given) or _nothing_known(tx, where, given)
    images = tx.rows(
        """SELECT m.image_id, m.rank, m.is_primary, m.url, m.alt_text, m.gone_at, i.shown, c.key, c.refused
        FROM listing_image m JOIN image i ON i.id = m.image_id LEFT JOIN cutout c ON c.image_id = m.image_id
        WHERE m.source_id = :source AND m.listing_id = :listing
        ORDER BY m.gone_at IS NOT NULL, m.rank, m.image_id""",
        **given,
    )
    shown = cards(tx, [row["image_id"] for row in images])
    history = tx.rows(
        f"SELECT at, state, quantity, favourers, views, price, currency FROM listing_state {where} ORDER BY at DESC",
        **given,
    )
    shop = tx.row(
        "SELECT * FROM shop WHERE source_id = :source AND shop_id = :shop", source=key.source_id, shop=card.shop.id
    )
    return ListingDetails(
        card=card,
        **{name: known[name] for name in _TOLD},
        pictures=tuple(_picture(row, shown[row["image_id"]]) for row in images if row["image_id"] in shown),
        history=tuple(ListingMoment(**row) for row in history),
        shop=None if shop is None else ShopDetails(**{name: shop[name] for name in ShopDetails.__slots__}),
    )


def _nothing_known(tx: Transaction, where: str, given: dict[str, int]) -> dict[str, Any]:
    """Of a listing that only images tell of."""
    at = tx.value(f"SELECT min(fetched_at) FROM listing_image {where}", **given)
    empty = {"description": "", "tags": [], "materials": [], "seen_at": at, "fetched_at": at}
    return dict.fromkeys(_TOLD) | empty


_TOLD = ("description", "tags", "materials", "who_made", "taxonomy_id", "quantity", "favourers", "views", "updated_at",
         "seen_at", "fetched_at", "expires_at", "gone_at")  # fmt: skip


def _picture(row: Row, card: ImageCard) -> ListingPicture:
    return ListingPicture(
        image=card,
        rank=row["rank"],
        is_primary=row["is_primary"],
        alt_text=row["alt_text"],
        gone_at=row["gone_at"],
        there=row["shown"],
        cutout_key=None if row["key"] is None else bytes(row["key"]),
        refused=row["refused"],
    )

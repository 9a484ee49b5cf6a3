"""A marketplace in the database, with listings that nobody had to ask for."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from pathlib import Path

from lumina.domain.market import Listing, ListingImage, Market
from lumina.store import Transaction, listings, markets


def market(tx: Transaction, folder: Path = Path("/nowhere"), name: str = "demo", hosts: Sequence[str] = ()) -> Market:
    """A marketplace with a catalog of its own."""
    title = f"{name.title()} marketplace"
    return markets.ensure(tx, name, title=title, address="http://127.0.0.1:1", folder=folder, hosts=hosts)


def listing(number: int, images: int = 2, address: str = "http://127.0.0.1:1", **more: object) -> Listing:
    """A listing of shop 7 with some images; the images of listing 12 are 121, 122, ..."""
    given: dict[str, object] = {
        "title": f"Product {number}",
        "tags": ("made", "by hand"),
        "price": Decimal("12.50"),
        "currency": "EUR",
        "quantity": 3,
        "images": tuple(
            ListingImage(10 * number + rank, rank, f"{address}/{number}/{rank}.jpg") for rank in range(1, images + 1)
        ),
    } | more
    return Listing(number, 7, **given)  # type: ignore[arg-type]


def listed(tx: Transaction, here: Market, count: int, images: int = 2) -> list[int]:
    """So many listings, numbered from 1; returns the ids of their images, which await their files."""
    return listings.save(tx, here.source_id, [listing(number, images) for number in range(1, count + 1)])

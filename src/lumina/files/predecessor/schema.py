"""What the columns of another program's tables mean: by their names, of which many are understood."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from lumina.domain.vector_files import meant
from lumina.errors import BadInput

IMAGES, LISTINGS, HISTORY = "image_status", "listings", "listings_dynamic"
SHOPS, SHOP_HISTORY, REVIEWS = "shops", "shops_dynamic", "reviews"
_ODD = re.compile(r"[^a-z0-9]+")

_TABLES: Mapping[str, str] = {
    IMAGES: "image_status images image listing_images",
    LISTINGS: "listings listing listings_static",
    HISTORY: "listings_dynamic listing_dynamic listings_history listing_history",
    SHOPS: "shops shop shops_static",
    SHOP_HISTORY: "shops_dynamic shop_dynamic shops_history shop_history",
    REVIEWS: "reviews review",
}
_LISTING, _SHOP = "listing_id listing", "shop_id shop"
_WHEN = (
    "timestamp at time date recorded_at fetched_at scraped_at seen_at snapshot_at collected_at captured_at checked_at"
)
_MONEY = {
    "price": "price price_value",
    "price_amount": "price_amount amount",
    "price_divisor": "price_divisor divisor",
    "currency": "currency currency_code price_currency price_currency_code",
}
_COUNTS = {
    "state": "state status listing_state",
    "quantity": "quantity stock",
    "favourers": "num_favorers favorers favourers favorites favourites num_favourers num_favorites",
    "views": "views num_views view_count",
    **_MONEY,
}
_SHOP_COUNTS = {
    "active_listings": "listing_active_count active_listings active_listing_count num_active_listings",
    "favourers": "num_favorers favorers favourers favorites favourites num_favourers",
    "reviews": "review_count reviews num_reviews",
    "review_average": "review_average average_rating rating avg_rating",
    "location": "location shop_location shop_location_country_iso country_iso city",
}
_COLUMNS: Mapping[str, Mapping[str, str]] = {
    IMAGES: {
        "listing_id": _LISTING,
        "remote_id": "image_id listing_image_id img_id remote_id",
        "url": "url image_url url_570xn url_570 download_url img_url src",
        "url_full": "url_fullxfull url_full full_url",
        "rank": "rank image_rank position",
        "is_primary": "is_primary primary primary_image is_main",
        "hex_code": "hex_code hex",
        "hue": "hue",
        "saturation": "saturation",
        "brightness": "brightness",
        "full_width": "full_width width",
        "full_height": "full_height height",
        "alt_text": "alt_text alt",
        "path": "path file_path filepath local_path image_path filename file_name file",
        "cutout_path": "cutout_path nobg_path no_bg_path bg_removed_path rembg_path",
        "wanted": "to_download need_download",
        "downloaded": "download_done downloaded is_downloaded download",
        "cut_out": "bg_removed background_removed bg_done rembg_done nobg cutout cutout_done",
    },
    LISTINGS: {
        "listing_id": _LISTING,
        "shop_id": _SHOP,
        "title": "title name",
        "description": "description",
        "url": "url listing_url",
        "tags": "tags",
        "materials": "materials",
        "who_made": "who_made",
        "when_made": "when_made",
        "taxonomy_id": "taxonomy_id category_id",
        "created_at": "created_timestamp creation_timestamp original_creation_timestamp created_at creation_tsz",
        "updated_at": "last_modified_timestamp updated_timestamp updated_at last_modified last_modified_tsz",
        "fetched_at": _WHEN,
        **_COUNTS,
    },
    HISTORY: {"listing_id": _LISTING, "at": _WHEN, **_COUNTS},
    SHOPS: {
        "shop_id": _SHOP,
        "name": "shop_name name",
        "title": "title shop_title",
        "url": "url shop_url",
        "currency": "currency currency_code",
        "opened_at": "create_date created_timestamp creation_timestamp opened_at created_at",
        "fetched_at": _WHEN,
        **_SHOP_COUNTS,
    },
    SHOP_HISTORY: {"shop_id": _SHOP, "at": _WHEN, **_SHOP_COUNTS},
    REVIEWS: {
        "shop_id": _SHOP,
        "listing_id": _LISTING,
        "buyer_id": "buyer_user_id buyer_id user_id buyer",
        "created_at": "created_timestamp create_timestamp creation_timestamp created_at timestamp date",
        "rating": "rating stars",
        "text": "review text message comment",
        "language": "language lang",
    },
}
_KEYS: Mapping[str, tuple[str, ...]] = {
    IMAGES: ("listing_id", "remote_id"),
    LISTINGS: ("listing_id",),
    HISTORY: ("listing_id", "at"),
    SHOPS: ("shop_id",),
    SHOP_HISTORY: ("shop_id", "at"),
    REVIEWS: ("listing_id", "created_at"),
}
"""Without these a table says nothing."""


@dataclass(frozen=True, slots=True)
class Table:
    """A table of the other program.

    Attributes:
        name: as it calls it. columns: what Lumina calls it -> its own name. strange: those not understood.
        flags: of images alone: model, and whether of words -> the column that says that it has embedded them.
    """

    name: str
    columns: Mapping[str, str]
    strange: tuple[str, ...]
    flags: Mapping[tuple[str, bool], str]

    def column(self, name: str) -> str:
        """A column as SQL names it; NULL where the table has none."""
        return quoted(self.columns[name]) if name in self.columns else "NULL"

    @property
    def source(self) -> str:
        """The table as SQL names it."""
        return quoted(self.name)


def read(connection: sqlite3.Connection, models: Collection[str]) -> dict[str, Table]:
    """The tables that are understood, by Lumina's names of them.

    Args:
        connection: to a copy of the database.
        models: the names of those that vectors may be of.

    Raises:
        BadInput: there is no table of images, or it does not say which image a row is of.
    """
    there = [row[0] for row in connection.execute("SELECT name FROM sqlite_master WHERE type IN ('table', 'view')")]
    found = {}
    for meaning in _TABLES:
        name = _named(there, _TABLES[meaning].split())
        if name is None:
            continue
        columns = [row[1] for row in connection.execute(f"PRAGMA table_info({quoted(name)})")]
        table = understood(meaning, name, columns, models)
        if all(key in table.columns for key in _KEYS[meaning]):
            found[meaning] = table
        elif meaning == IMAGES:
            raise BadInput(
                f"Table {name} has no columns for the listing's and the image's number: {', '.join(columns)}."
            )
    if IMAGES not in found:
        raise BadInput(f"There is no table {IMAGES}; there is: {', '.join(there) or 'none'}.")
    return found


def understood(meaning: str, name: str, columns: Sequence[str], models: Collection[str]) -> Table:
    """What a table's columns mean."""
    known = {
        mine: column
        for mine, words in _COLUMNS[meaning].items()
        if (column := _named(columns, words.split())) is not None
    }
    rest = [column for column in columns if column not in known.values()]
    flags = {}
    if meaning == IMAGES:
        for column in rest:
            if _plain(column).startswith("emb") and (found := meant(column, models)):
                flags[found.model, found.text] = column
    return Table(name, known, tuple(column for column in rest if column not in flags.values()), flags)


def quoted(name: str) -> str:
    """A name as SQL writes it, whatever stands in it."""
    return '"' + name.replace('"', '""') + '"'


def _named(there: Sequence[str], words: Sequence[str]) -> str | None:
    """The first of these words that is there, whatever its case and its underscores."""
    plain = {_plain(name): name for name in reversed(there)}
    return next((plain[_plain(word)] for word in words if _plain(word) in plain), None)


def _plain(name: str) -> str:
    return _ODD.sub("", name.lower())

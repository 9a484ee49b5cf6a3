"""Shops, listings, their history and reviews as another program has kept them, as rows for the database."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from lumina.domain.market import words as joined
from lumina.domain.predecessor import Odd
from lumina.files.predecessor import values
from lumina.files.predecessor.reading import Reading
from lumina.files.predecessor.schema import HISTORY, LISTINGS, REVIEWS, SHOP_HISTORY, SHOPS, Table, quoted
from lumina.files.predecessor.survey import PART

Row = dict[str, Any]
_LAST = "lumina_last"
_COUNTED = ("state", "quantity", "favourers", "views", "price", "price_amount", "price_divisor", "currency")
_SHOP_COUNTED = ("active_listings", "favourers", "reviews", "review_average", "location")

SHOP = ("shop_id", "name", "title", "url", "currency", "location", "active_listings", "favourers", "reviews",
        "review_average", "opened_at", "raw")  # fmt: skip
SHOP_STATE = ("shop_id", "at", *_SHOP_COUNTED)
LISTING = ("listing_id", "shop_id", "title", "description", "url", "tags", "materials", "who_made", "when_made",
           "taxonomy_id", "state", "quantity", "price", "currency", "favourers", "views", "created_at", "updated_at",
           "raw", "words")  # fmt: skip
LISTING_STATE = ("listing_id", "at", "state", "quantity", "favourers", "views", "price", "currency")
REVIEW = ("shop_id", "listing_id", "buyer_id", "created_at", "rating", "text", "language")
"""Columns of the rows that the functions of these names give."""


def shops(reading: Reading) -> Iterator[Sequence[object]]:
    """Rows of `SHOP`."""
    for row in _latest(reading, SHOPS, SHOP_HISTORY, "shop_id", _SHOP_COUNTED):
        shop = values.key(row["shop_id"])
        if shop is None:
            reading.notes(Odd.BAD_ID, f"shop {row['shop_id']!r}", None, None)
            continue
        name = values.text(row["name"]) or str(shop)
        said = [values.text(row[column]) for column in ("title", "url", "currency")]
        yield shop, name, *said, *_counted_shop(row, last=True), values.moment(row["opened_at"]), _raw(row)


def check(reading: Reading) -> None:
    """Go through everything, so that what does not fit together is listed."""
    known: dict[str, set[int]] = {}
    for name, rows in (("shop", shops(reading)), ("listing", listings(reading))):
        known[name] = {int(str(row[0])) for row in rows}
    rest = (shop_states(reading, known["shop"]), listing_states(reading, known["listing"]), reviews(reading))
    for rows in rest:
        for _ in rows:
            pass


def _counted_shop(row: Row, *, last: bool = False) -> list[object]:
    counts = [values.number(row[name]) for name in ("active_listings", "favourers", "reviews")]
    average, location = values.single(row["review_average"]), values.text(row["location"])
    return [location, *counts, average] if last else [*counts, average, location]


def shop_states(reading: Reading, known: set[int]) -> Iterator[Sequence[object]]:
    """Rows of `SHOP_STATE`, only where something changed."""
    return _changes(reading, SHOP_HISTORY, "shop_id", known, _counted_shop)


def listings(reading: Reading) -> Iterator[Sequence[object]]:
    """Rows of `LISTING`."""
    for row in _latest(reading, LISTINGS, HISTORY, "listing_id", _COUNTED):
        listing, shop = values.key(row["listing_id"]), values.key(row["shop_id"])
        if listing is None:
            reading.notes(Odd.BAD_ID, f"listing {row['listing_id']!r}", None, None)
            continue
        title, tags = values.text(row["title"]) or "", values.words(row["tags"])
        state, quantity, favourers, views, price, currency = _counted_listing(row)
        yield (
            listing, shop or 0, title, values.text(row["description"]) or "", values.text(row["url"]), tags,
            values.words(row["materials"]), values.text(row["who_made"]), values.text(row["when_made"]),
            values.key(row["taxonomy_id"]), state, quantity, price, currency, favourers, views,
            values.moment(row["created_at"]), values.moment(row["updated_at"]), _raw(row), joined(title, tags),
        )  # fmt: skip


def _counted_listing(row: Row) -> list[object]:
    price, currency = values.money(row["price"], row["price_amount"], row["price_divisor"])
    return [
        values.text(row["state"]) or "active",
        values.number(row["quantity"]),
        values.number(row["favourers"]),
        values.number(row["views"]),
        price,
        values.text(row["currency"]) or currency,
    ]


def listing_states(reading: Reading, known: set[int]) -> Iterator[Sequence[object]]:
    """Rows of `LISTING_STATE`, only where something changed."""
    return _changes(reading, HISTORY, "listing_id", known, _counted_listing)


def reviews(reading: Reading) -> Iterator[Sequence[object]]:
    """Rows of `REVIEW`."""
    names = ("shop_id", "listing_id", "buyer_id", "created_at", "rating", "text", "language")
    for row in _rows(reading, REVIEWS, names):
        listing, at = values.key(row["listing_id"]), values.moment(row["created_at"])
        if listing is None or at is None:
            reading.notes(Odd.HISTORY_WITHOUT, "a review of no listing or no time", listing, None)
            continue
        shop, buyer = values.key(row["shop_id"]) or 0, values.key(row["buyer_id"]) or 0
        rating, text = values.number(row["rating"], 5), values.text(row["text"]) or ""
        yield shop, listing, buyer, at, rating, text, values.text(row["language"])


def _rows(reading: Reading, meaning: str, names: Sequence[str], order: str = "") -> Iterator[Row]:
    """All rows of a table by Lumina's names of its columns; those not understood by their own, after a `+`."""
    table = reading.tables.get(meaning)
    if table is None:
        return
    columns = [*(table.column(name) for name in names), *(quoted(name) for name in table.strange)]
    keys = [*names, *(f"+{name}" for name in table.strange)]
    sorting = f" ORDER BY {order}" if order else ""
    cursor = reading.connection.execute(f"SELECT {', '.join(columns)} FROM {table.source}{sorting}")  # noqa: S608
    while part := cursor.fetchmany(PART):
        for values_ in part:
            yield dict(zip(keys, values_, strict=True))


def _latest(reading: Reading, meaning: str, history: str, key: str, counted: Sequence[str]) -> Iterator[Row]:
    """Rows of what is known once, with the newest of the history for what they do not say themselves."""
    last = _newest(reading, reading.tables.get(history), key, counted)
    names = [key, *_names(meaning), *counted]
    for row in _rows(reading, meaning, names):
        newest = last(row[key])
        for name in counted:
            if row[name] is None and newest is not None:
                row[name] = newest[counted.index(name)]
        yield row


def _names(meaning: str) -> Sequence[str]:
    if meaning == SHOPS:
        return ("name", "title", "url", "currency", "opened_at")
    return ("shop_id", "title", "description", "url", "tags", "materials", "who_made", "when_made", "taxonomy_id",
            "created_at", "updated_at")  # fmt: skip


def _newest(
    reading: Reading, table: Table | None, key: str, counted: Sequence[str]
) -> Callable[[object], tuple[Any, ...] | None]:
    if table is None:
        return lambda _: None
    connection, columns = reading.connection, ", ".join(table.column(name) for name in counted)
    connection.execute(f"DROP TABLE IF EXISTS {_LAST}")
    connection.execute(
        f"""CREATE TABLE {_LAST} AS SELECT CAST({table.column(key)} AS TEXT) AS lumina_key, {columns},
        max({table.column("at")}) FROM {table.source} GROUP BY 1"""  # noqa: S608
    )
    connection.execute(f"CREATE INDEX {_LAST}_of ON {_LAST} (lumina_key)")
    query = f"SELECT * FROM {_LAST} WHERE lumina_key = ?"  # noqa: S608

    def find(value: object) -> tuple[Any, ...] | None:
        found = connection.execute(query, (str(value),)).fetchone()
        return None if found is None else found[1:-1]

    return find


def _changes(
    reading: Reading, meaning: str, key: str, known: set[int], counted: Callable[[Row], list[object]]
) -> Iterator[Sequence[object]]:
    table = reading.tables.get(meaning)
    if table is None:
        return
    names = [key, "at", *(_SHOP_COUNTED if meaning == SHOP_HISTORY else _COUNTED)]
    before: tuple[int | None, list[object]] = (None, [])
    for row in _rows(reading, meaning, names, f"{table.column(key)}, {table.column('at')}"):
        number, at = values.key(row[key]), values.moment(row["at"])
        if number is None or at is None or number not in known:
            reading.notes(Odd.HISTORY_WITHOUT, f"{meaning}: {key} {row[key]!r} at {row['at']!r}", None, None)
            continue
        now = (number, counted(row))
        if now != before:
            yield number, at, *now[1]
        before = now


def _raw(row: Mapping[str, Any]) -> str:
    """What has no place of its own, as JSON."""
    kept = {name[1:]: values.plain(value) for name, value in row.items() if name.startswith("+") and value is not None}
    return json.dumps(kept)

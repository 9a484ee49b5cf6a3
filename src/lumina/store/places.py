"""Where images were taken, in words."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from lumina.domain.places import Place, gazetteer
from lumina.store.database import Transaction


def settle(tx: Transaction, image_ids: Sequence[int]) -> dict[int, tuple[str, ...]]:
    """Write the places of images anew, from their coordinates; image -> the names of its place, smallest first.

    Those that have none are left out. The caller holds the images.
    """
    found = _located(tx, image_ids)
    numbers = _numbers(tx, set(found.values()))
    tx.execute(
        """INSERT INTO image_place AS p (image_id, place_id)
        SELECT * FROM unnest(CAST(:images AS bigint[]), CAST(:places AS bigint[]))
        ON CONFLICT (image_id) DO UPDATE SET place_id = excluded.place_id WHERE p.place_id <> excluded.place_id""",
        images=list(found),
        places=[numbers[place] for place in found.values()],
    )
    tx.execute("DELETE FROM image_place WHERE image_id = ANY(:ids)", ids=sorted(set(image_ids) - set(found)))
    return {
        image: tuple(name for name in (place.city, place.region, place.country) if name)
        for image, place in found.items()
    }


def _located(tx: Transaction, image_ids: Sequence[int]) -> dict[int, Place]:
    """Image -> where it was taken; a person's word counts before the file's."""
    rows: Sequence[Any] = tx.execute(
        """SELECT i.id, coalesce(u.latitude, m.latitude), coalesce(u.longitude, m.longitude)
        FROM unnest(CAST(:ids AS bigint[])) AS i (id)
        LEFT JOIN metadata m ON m.image_id = i.id
        LEFT JOIN curation u ON u.image_id = i.id AND u.latitude IS NOT NULL AND u.longitude IS NOT NULL
        WHERE coalesce(u.latitude, m.latitude) IS NOT NULL AND coalesce(u.longitude, m.longitude) IS NOT NULL""",
        ids=list(image_ids),
    ).all()
    if not rows:
        return {}
    where = gazetteer().places([row[1] for row in rows], [row[2] for row in rows])
    return {row[0]: place for row, place in zip(rows, where, strict=True) if place is not None}


def _numbers(tx: Transaction, places: Collection[Place]) -> dict[Place, int]:
    if not places:
        return {}
    rows = {place: (place.country_code, place.country, place.region, place.city) for place in places}
    columns: dict[str, Any] = dict(
        zip(("codes", "countries", "regions", "cities"), zip(*rows.values(), strict=True), strict=True)
    )
    columns = {name: list(values) for name, values in columns.items()}
    given = (
        "unnest(CAST(:codes AS text[]), CAST(:countries AS text[]), CAST(:regions AS text[]), CAST(:cities AS text[]))"
    )
    tx.execute(
        f"""INSERT INTO place (country_code, country, region, city) SELECT * FROM {given}
        ON CONFLICT (country_code, region, city) DO NOTHING""",
        **columns,
    )
    found: Sequence[Any] = tx.execute(
        f"""SELECT p.id FROM {given} WITH ORDINALITY AS n (code, country, region, city, number)
        JOIN place p ON p.country_code = n.code AND p.region IS NOT DISTINCT FROM n.region
            AND p.city IS NOT DISTINCT FROM n.city ORDER BY n.number""",
        **columns,
    ).all()
    return {place: row[0] for place, row in zip(rows, found, strict=True)}


def of_image(tx: Transaction, image_id: int) -> Place | None:
    """Where an image was taken, None where that is not known (yet)."""
    row = tx.row(
        "SELECT country_code, country, region, city FROM image_place JOIN place ON place.id = place_id"
        " WHERE image_id = :id",
        id=image_id,
    )
    return Place(**row) if row else None


def names_of(tx: Transaction, image_ids: Sequence[int]) -> dict[int, tuple[str, ...]]:
    """Image -> the names of its place, smallest first; those without one are left out."""
    rows: Sequence[Any] = tx.execute(
        "SELECT image_id, city, region, country FROM image_place JOIN place ON place.id = place_id"
        " WHERE image_id = ANY(:ids)",
        ids=list(image_ids),
    ).all()
    return {row[0]: tuple(name for name in row[1:] if name) for row in rows}


def all_names(tx: Transaction) -> Mapping[int, tuple[str, ...]]:
    """Place -> its country's code and its names, of all places at which there are images: thousands at most."""
    rows: Sequence[Any] = tx.execute("SELECT id, country_code, city, region, country FROM place").all()
    return {row[0]: (row[1], *(name for name in row[2:] if name)) for row in rows}

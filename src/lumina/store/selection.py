"""A `Selection` as SQL: conditions on the table alias `i` (image) and their parameters."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from lumina.domain.selection import NONE, Selection, Shelf, StageStanding
from lumina.domain.work import Status


@dataclass(frozen=True, slots=True)
class Condition:
    """A WHERE clause without the word, and the values of its `:named` parameters.

    Attributes:
        begin: holds for all that the clause means, as far as documents of words are up to date, and comes from their
            index; None where there is nothing like it.
        likely: about how many images the clause means, where that can be told without asking the planner.
    """

    sql: str
    parameters: dict[str, Any] = field(default_factory=dict)
    begin: str | None = None
    likely: float | None = None


_Terms = list[str]
_Values = dict[str, Any]


def condition(selection: Selection) -> Condition:
    """All of the selection except its catalog, which the queries pass on their own."""
    terms: _Terms = [_standing(selection)]
    values: _Values = {}
    for add in (_dates, _kind, _files, _cameras, _places, _folder, _stage, _curation, _album, _tag):
        add(selection, terms, values)
    return Condition(" AND ".join(terms), values)


_SHELVES = {
    Shelf.ARCHIVE: "i.archived AND NOT i.hidden AND i.trashed_at IS NULL AND i.missing_since IS NULL",
    Shelf.HIDDEN: "i.hidden AND i.trashed_at IS NULL AND i.missing_since IS NULL",
    # whether or not its files have left the vault
    Shelf.TRASH: "i.trashed_at IS NOT NULL",
}


def _standing(selection: Selection) -> str:
    """Which images there are at all for this view."""
    if selection.shelf is not None:
        return _SHELVES[selection.shelf]
    if selection.missing:
        return "i.missing_since IS NOT NULL AND NOT i.awaited AND i.trashed_at IS NULL"
    if selection.stage is not None:
        return "(i.missing_since IS NULL OR i.awaited)"  # as coverage counts
    if selection.album is not None:
        return "i.missing_since IS NULL AND i.trashed_at IS NULL AND NOT i.hidden"
    return "i.shown"


def _dates(selection: Selection, terms: _Terms, values: _Values) -> None:
    if selection.undated is not None:
        terms.append("i.taken_at IS NULL" if selection.undated else "i.taken_at IS NOT NULL")
    if selection.start is not None:
        terms.append("i.taken_at >= CAST(:sel_start AS date)")
        values["sel_start"] = selection.start
    if selection.end is not None:
        terms.append("i.taken_at < CAST(:sel_end AS date)")
        values["sel_end"] = selection.end + timedelta(days=1)


def _kind(selection: Selection, terms: _Terms, values: _Values) -> None:
    if selection.kind is not None:
        terms.append("i.kind = :sel_kind")
        values["sel_kind"] = selection.kind.value


def _files(selection: Selection, terms: _Terms, values: _Values) -> None:
    if selection.formats:
        terms.append(
            "EXISTS (SELECT FROM file WHERE file.image_id = i.id AND file.role = 'original'"
            " AND file.format = ANY(:sel_formats))"
        )
        values["sel_formats"] = list(selection.formats)
    if selection.text:
        terms.append(
            # The path's own collation knows no letters but ASCII's.
            'EXISTS (SELECT FROM file WHERE file.image_id = i.id AND file.path COLLATE "default" ILIKE :sel_text'
            " AND regexp_replace(file.path, '^.*/', '') COLLATE \"default\" ILIKE :sel_text)"
        )
        values["sel_text"] = f"%{_escaped(selection.text)}%"


def _cameras(selection: Selection, terms: _Terms, values: _Values) -> None:
    if selection.cameras:
        terms.append("EXISTS (SELECT FROM metadata m WHERE m.image_id = i.id AND m.camera = ANY(:sel_cameras))")
        values["sel_cameras"] = list(selection.cameras)


def _places(selection: Selection, terms: _Terms, values: _Values) -> None:
    if selection.place:
        within = "l.latitude >= :sel_cell_south AND l.latitude < :sel_cell_north"
        within += " AND l.longitude >= :sel_cell_west AND l.longitude < :sel_cell_east"
        terms.append(_located("l.geohash LIKE :sel_place", within))
        values["sel_place"] = f"{_escaped(selection.place)}%"
        values.update({f"sel_cell_{side}": degrees for side, degrees in _cell(selection.place).items()})
    if selection.has_gps is not None:
        known = "l.latitude IS NOT NULL AND l.longitude IS NOT NULL"
        terms.append(f"{'' if selection.has_gps else 'NOT '}{_located(known, known)}")
    if (box := selection.box) is not None:
        joined = "AND" if box.west <= box.east else "OR"
        within = "l.latitude BETWEEN :sel_south AND :sel_north"
        within += f" AND (l.longitude >= :sel_west {joined} l.longitude <= :sel_east)"
        terms.append(_located(within, within))
        values.update(sel_west=box.west, sel_south=box.south, sel_east=box.east, sel_north=box.north)


def _located(filed: str, said: str) -> str:
    """Where the file says `filed` of its place and no person has named another, or a person's word is `said`.

    Both conditions are on the alias `l`.
    """
    return (
        f"(EXISTS (SELECT FROM metadata l WHERE l.image_id = i.id AND {filed} AND NOT EXISTS ("
        "SELECT FROM curation o WHERE o.image_id = l.image_id AND o.latitude IS NOT NULL))"
        f" OR EXISTS (SELECT FROM curation l WHERE l.image_id = i.id AND {said}))"
    )


def _cell(geohash: str) -> dict[str, float]:
    """The rectangle of a geohash, degrees; its north and east belong to the next one."""
    from pygeohash import get_bounding_box

    box = get_bounding_box(geohash)
    return {"south": box.min_lat, "west": box.min_lon, "north": box.max_lat, "east": box.max_lon}


def _folder(selection: Selection, terms: _Terms, values: _Values) -> None:
    if selection.source is not None:
        terms.append("i.source_id = :sel_source")
        values["sel_source"] = selection.source
    if selection.folder:
        terms.append("(i.folder = :sel_folder OR i.folder LIKE :sel_below)")
        values.update(sel_folder=selection.folder, sel_below=f"{_escaped(selection.folder)}/%")


_STANDINGS = {
    StageStanding.DONE: f"s.status = {Status.DONE:d} AND s.version >= g.version",
    StageStanding.FAILED: f"s.status = {Status.FAILED:d} AND s.version >= g.version",
    StageStanding.STALE: f"(s.status = {Status.STALE:d} OR s.version < g.version)",
}


def _stage(selection: Selection, terms: _Terms, values: _Values) -> None:
    if selection.stage is None:
        return
    values["sel_stage"] = selection.stage
    row = "SELECT FROM stage_state s JOIN stage g ON g.id = s.stage_id WHERE s.image_id = i.id AND g.name = :sel_stage"
    if selection.standing in (StageStanding.MISSING, StageStanding.WAITING):
        terms.append(f"NOT EXISTS ({row} AND s.status <> {Status.DEFERRED:d})")
        return
    if selection.standing is not None:
        row += f" AND {_STANDINGS[selection.standing]}"
    if selection.code is not None:
        row += f" AND s.status = {Status.FAILED:d} AND s.code = :sel_code"
        values["sel_code"] = selection.code
    terms.append(f"EXISTS ({row})")


def _curation(selection: Selection, terms: _Terms, values: _Values) -> None:
    said = "EXISTS (SELECT FROM curation u WHERE u.image_id = i.id AND "
    if selection.rating:
        terms.append(f"{said}u.rating > 0 AND u.rating >= :sel_rating)")  # the index is of those with stars
        values["sel_rating"] = selection.rating
    if selection.favourite is not None:
        terms.append(f"{'' if selection.favourite else 'NOT '}{said}u.favourite)")
    for column, chosen in (("flag", selection.flags), ("label", selection.labels)):
        terms += _any_of(said, column, chosen, values)


def _any_of(said: str, column: str, chosen: tuple[str, ...], values: _Values) -> _Terms:
    if not chosen:
        return []
    either = [f"NOT {said}u.{column} IS NOT NULL)"] if NONE in chosen else []
    if named := [value for value in chosen if value != NONE]:
        values[f"sel_{column}s"] = named
        either.append(f"{said}u.{column} = ANY(CAST(:sel_{column}s AS text[])))")
    return [f"({' OR '.join(either)})"]


def _album(selection: Selection, terms: _Terms, values: _Values) -> None:
    if selection.album is not None:
        terms.append("EXISTS (SELECT FROM album_image am WHERE am.image_id = i.id AND am.album_id = :sel_album)")
        values["sel_album"] = selection.album


def _tag(selection: Selection, terms: _Terms, values: _Values) -> None:
    """Few are looked up from their tags; where they are many, images are looked through in the view's order."""
    if selection.tag is None:
        return
    values["sel_tag"] = selection.tag
    if selection.few_tagged:
        terms.append(f"i.id = ANY(ARRAY(SELECT tg.image_id FROM tag tg WHERE tg.node_id IN ({_BELOW})))")
        return
    one_by_one = " OFFSET 0" if selection.few_tagged is False else ""
    terms.append(f"EXISTS (SELECT FROM tag tg WHERE tg.image_id = i.id AND tg.node_id IN ({_BELOW}){one_by_one})")


# A node that was merged stands for its target.
_BELOW = (
    "SELECT n.id FROM taxonomy_node n WHERE n.path <@ (SELECT t.path FROM taxonomy_node s"
    " JOIN taxonomy_node t ON t.id = s.target_id WHERE s.id = :sel_tag)"
)


def _escaped(text: str) -> str:
    return text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")

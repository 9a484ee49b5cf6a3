"""A `Selection` as SQL: conditions on the table alias `i` (image) and their parameters."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from lumina.domain.selection import Selection, StageStanding
from lumina.domain.work import Status


@dataclass(frozen=True, slots=True)
class Condition:
    """A WHERE clause without the word, and the values of its `:named` parameters."""

    sql: str
    parameters: dict[str, Any] = field(default_factory=dict)


_Terms = list[str]
_Values = dict[str, Any]


def condition(selection: Selection) -> Condition:
    """All of the selection except its catalog, which the queries pass on their own."""
    terms: _Terms = ["i.missing_since IS NOT NULL" if selection.missing else "i.shown"]
    values: _Values = {}
    for add in (_dates, _kind, _files, _metadata, _box, _folder, _stage):
        add(selection, terms, values)
    return Condition(" AND ".join(terms), values)


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


def _metadata(selection: Selection, terms: _Terms, values: _Values) -> None:
    if selection.cameras:
        terms.append("EXISTS (SELECT FROM metadata m WHERE m.image_id = i.id AND m.camera = ANY(:sel_cameras))")
        values["sel_cameras"] = list(selection.cameras)
    if selection.place:
        terms.append("EXISTS (SELECT FROM metadata m WHERE m.image_id = i.id AND m.geohash LIKE :sel_place)")
        values["sel_place"] = f"{_escaped(selection.place)}%"
    if selection.has_gps is not None:
        negation = "" if selection.has_gps else "NOT "
        terms.append(
            f"{negation}EXISTS (SELECT FROM metadata m WHERE m.image_id = i.id AND m.latitude IS NOT NULL"
            " AND m.longitude IS NOT NULL)"
        )


def _box(selection: Selection, terms: _Terms, values: _Values) -> None:
    if (box := selection.box) is None:
        return
    joined = "AND" if box.west <= box.east else "OR"
    terms.append(
        "EXISTS (SELECT FROM metadata m WHERE m.image_id = i.id AND m.latitude BETWEEN :sel_south AND :sel_north"
        f" AND (m.longitude >= :sel_west {joined} m.longitude <= :sel_east))"
    )
    values.update(sel_west=box.west, sel_south=box.south, sel_east=box.east, sel_north=box.north)


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


def _escaped(text: str) -> str:
    return text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")

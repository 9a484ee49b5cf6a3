"""Which images another program knows, what it has marked as done, and what is really there."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from lumina.domain.predecessor import Odd
from lumina.files.predecessor.folder import Found, Kind, tabulate, tail
from lumina.files.predecessor.schema import IMAGES, Table

Numbers = NDArray[np.int64]
Marks = NDArray[np.bool_]
Note = Callable[..., None]
"""Lists a disagreement: `note(kind, detail, listing, image)`."""
PART = 50_000
_YES = "('1', '1.0', 'true', 't', 'yes', 'y', 'done', 'ok')"
_NO = "('0', '0.0', '', 'false', 'f', 'no', 'n', 'none', 'null')"


@dataclass(slots=True)
class Survey:
    """The images of another program, n of them, each once.

    Attributes:
        row: number of its (first) row in the table. listing, remote: the marketplace's numbers.
        rank: 1 is the first. primary: it is its listing's first one.
        downloaded, cut_out: marked so, and the file is there.
        flags: model and whether of words -> marked as embedded.
        keys: finds images by their numbers.
    """

    row: Numbers
    listing: Numbers
    remote: Numbers
    rank: Numbers
    primary: Marks
    downloaded: Marks
    cut_out: Marks
    flags: Mapping[tuple[str, bool], Marks]
    keys: Keys


class Keys:
    """Finds places in two columns of numbers by pairs of them.

    Args:
        first, second: n each; pairs are different from each other.
    """

    def __init__(self, first: Numbers, second: Numbers) -> None:
        self._first, self._second = np.unique(first), np.unique(second)
        codes = self._codes(first, second)
        self._order = np.argsort(codes, kind="stable")
        self._sorted = codes[self._order]

    def find(self, first: Numbers, second: Numbers) -> Numbers:
        """The place of each pair; -1 where it is not there."""
        if not len(self._sorted):
            return np.full(len(first), -1, np.int64)
        codes = self._codes(first, second)
        at = np.minimum(np.searchsorted(self._sorted, codes), len(self._sorted) - 1)
        return np.where((codes >= 0) & (self._sorted[at] == codes), self._order[at], -1)

    def _codes(self, first: Numbers, second: Numbers) -> Numbers:
        """One number for a pair; -1 where one of the two is not known."""
        a, known_a = _placed(self._first, first)
        b, known_b = _placed(self._second, second)
        return np.where(known_a & known_b, a * (len(self._second) + 1) + b, -1)


def _placed(known: Numbers, values: Numbers) -> tuple[Numbers, Marks]:
    if not len(known):
        return np.zeros(len(values), np.int64), np.zeros(len(values), np.bool_)
    at = np.minimum(np.searchsorted(known, values), len(known) - 1)
    return at, known[at] == values


def take(connection: sqlite3.Connection, table: Table, note: Note, tick: Callable[[], None]) -> Survey:
    """Go through all rows of images; the files are in `lumina_file` already.

    Args:
        connection: to our copy.
        table: of images.
        note: takes disagreements.
        tick: called now and then; may raise.
    """
    raw = _rows(connection, table, tick)
    _note_bad(connection, table, raw, note)
    raw = {name: column[(raw["listing"] > 0) & (raw["remote"] > 0)] for name, column in raw.items()}
    first = _merge(raw, note)
    kept = {name: column[first] for name, column in raw.items()}
    downloaded = _agree(kept, "downloaded", "picture", (Odd.FILE_MISSING, Odd.FILE_UNMARKED), note)
    empty = downloaded & (kept["size"] == 0)
    _list(kept, empty, Odd.FILE_EMPTY, "its file has 0 bytes", note)
    cut_out = _agree(kept, "cut_out", "cutout", (Odd.CUTOUT_MISSING, Odd.CUTOUT_UNMARKED), note)
    rank, primary = _ranks(kept)
    return Survey(
        kept["row"],
        kept["listing"],
        kept["remote"],
        rank,
        primary,
        downloaded & ~empty,
        cut_out,
        {key: kept[f"flag {key}"] == 1 for key in table.flags},
        Keys(kept["listing"], kept["remote"]),
    )


def tabulate_files(connection: sqlite3.Connection, table: Table, folder: Any, note: Note, tick: Any) -> None:
    """Find all files, and list those that belong to no image, or to one that has another."""
    for found in tabulate(connection, folder, tick):
        _note_file(Odd.FILE_TWICE, found, note)
    images, listing, remote = table.source, _key(table, "listing_id"), _key(table, "remote_id")
    connection.create_function("tail", 1, tail, deterministic=True)
    connection.execute("CREATE TABLE lumina_image (remote INTEGER, listing INTEGER)")
    connection.execute(f"INSERT INTO lumina_image SELECT {remote}, {listing} FROM {images}")  # noqa: S608
    connection.execute("CREATE INDEX lumina_image_at ON lumina_image (remote, listing)")
    if "path" in table.columns:
        _by_paths(connection, table, "path", Kind.PICTURE)
    if "cutout_path" in table.columns:
        _by_paths(connection, table, "cutout_path", Kind.CUTOUT)
    # a number above a file that is no listing's is a shelf's
    connection.execute(
        """UPDATE OR IGNORE lumina_file SET listing = 0
        WHERE listing <> 0 AND listing NOT IN (SELECT listing FROM lumina_image WHERE listing IS NOT NULL)"""
    )
    rows = connection.execute(
        """SELECT f.kind, f.listing, f.remote, f.path FROM lumina_file f WHERE NOT EXISTS (
            SELECT 1 FROM lumina_image i WHERE i.remote = f.remote AND (f.listing = 0 OR i.listing = f.listing))"""
    )
    for kind, of, image, path in rows:
        note(Odd.FILE_WITHOUT_IMAGE, f"{Kind(kind).name.lower()} {path}", of or None, image)


def _by_paths(connection: sqlite3.Connection, table: Table, column: str, kind: Kind) -> None:
    """Where a row says where its file is, that is its file, whatever its name."""
    listing, remote = _key(table, "listing_id"), _key(table, "remote_id")
    rows = connection.execute(
        f"""SELECT lumina_at, {listing}, {remote} FROM {table.source} JOIN lumina_path
        ON lumina_at = tail(CAST({table.column(column)} AS BLOB)) AND lumina_kind = {kind:d}
        WHERE (lumina_remote, lumina_listing) <> ({remote}, {listing})"""  # noqa: S608
    ).fetchall()
    for path, of, image in rows:
        connection.execute("DELETE FROM lumina_file WHERE kind = ? AND remote = ? AND listing = ?", (kind, image, of))
        connection.execute(
            "UPDATE OR IGNORE lumina_file SET remote = ?, listing = ? WHERE kind = ? AND path = ?",
            (image, of, kind, path),
        )


def _key(table: Table, name: str) -> str:
    """A number that names something, as SQL; NULL where it is none."""
    column = table.column(name)
    whole = f"CAST({column} AS INTEGER)"
    return (
        f"CASE WHEN typeof({column}) = 'integer' THEN {column}"
        f" WHEN CAST({whole} AS TEXT) = trim(CAST({column} AS TEXT)) THEN {whole} END"
    )


def _flag(table: Table, name: str) -> str:
    """1 yes, 0 no, 2 neither, 3 where the table does not say."""
    if name not in table.columns:
        return "3"
    word = f"lower(trim(CAST({table.column(name)} AS TEXT)))"
    return f"CASE WHEN {word} IN {_YES} THEN 1 WHEN {table.column(name)} IS NULL OR {word} IN {_NO} THEN 0 ELSE 2 END"


def _rows(connection: sqlite3.Connection, table: Table, tick: Callable[[], None]) -> dict[str, Numbers]:
    flags = Table(table.name, {str(key): column for key, column in table.flags.items()}, (), {})
    wanted = {
        "row": "s.rowid",
        "listing": f"coalesce({_key(table, 'listing_id')}, 0)",
        "remote": f"coalesce({_key(table, 'remote_id')}, 0)",
        "rank": f"coalesce(CAST({table.column('rank')} AS INTEGER), 0)",
        "primary": _flag(table, "is_primary"),
        "downloaded": _flag(table, "downloaded"),
        "cut_out": _flag(table, "cut_out"),
        **{f"flag {key}": _flag(flags, str(key)) for key in table.flags},
    }
    query = f"SELECT {', '.join(wanted.values())} FROM {table.source} s ORDER BY s.rowid"  # noqa: S608
    there = f"""SELECT i.n, coalesce(f.size, -1), c.path IS NOT NULL FROM lumina_row i
        LEFT JOIN lumina_file f ON f.kind = {Kind.PICTURE:d} AND f.remote = i.remote AND f.listing IN (0, i.listing)
        LEFT JOIN lumina_file c ON c.kind = {Kind.CUTOUT:d} AND c.remote = i.remote AND c.listing IN (0, i.listing)
        ORDER BY i.n"""  # noqa: S608
    raw = _columns(connection.execute(query), list(wanted), tick)
    connection.execute("CREATE TEMP TABLE lumina_row (n INTEGER PRIMARY KEY, listing INTEGER, remote INTEGER)")
    numbered = zip(range(len(raw["row"])), raw["listing"].tolist(), raw["remote"].tolist(), strict=True)
    connection.executemany("INSERT INTO lumina_row VALUES (?, ?, ?)", numbered)
    files = _columns(connection.execute(there), ["n", "size", "cutout"], tick)
    _, once = np.unique(files["n"], return_index=True)
    connection.execute("DROP TABLE lumina_row")
    return raw | {
        "size": files["size"][once],
        "picture": (files["size"][once] >= 0).astype(np.int64),
        "cutout": files["cutout"][once],
    }


def _columns(cursor: sqlite3.Cursor, names: Sequence[str], tick: Callable[[], None]) -> dict[str, Numbers]:
    parts = [np.empty((0, len(names)), np.int64)]
    while rows := cursor.fetchmany(PART):
        parts.append(np.array(rows, np.int64).reshape(-1, len(names)))
        tick()
    whole = np.concatenate(parts)
    return {name: np.ascontiguousarray(whole[:, place]) for place, name in enumerate(names)}


def _note_bad(connection: sqlite3.Connection, table: Table, raw: dict[str, Numbers], note: Note) -> None:
    bad = raw["row"][(raw["listing"] <= 0) | (raw["remote"] <= 0)]
    query = f"SELECT {table.column('listing_id')}, {table.column('remote_id')} FROM {table.source} WHERE rowid = ?"  # noqa: S608
    for row in bad.tolist():
        listing, image = connection.execute(query, (row,)).fetchone()
        note(Odd.BAD_ID, f"row {row} of {IMAGES}: listing {listing!r}, image {image!r}", None, None)


def _merge(raw: dict[str, Numbers], note: Note) -> Numbers:
    """The first row of each image; its marks become those on which all of its rows agree."""
    order = np.lexsort((raw["row"], raw["remote"], raw["listing"]))
    listing, remote = raw["listing"][order], raw["remote"][order]
    starts = np.ones(len(order), np.bool_)
    starts[1:] = (listing[1:] != listing[:-1]) | (remote[1:] != remote[:-1])
    if not len(order):
        return order
    begins = np.flatnonzero(starts)
    for name, column in raw.items():
        if name.startswith("flag ") or name in ("downloaded", "cut_out"):
            ordered = column[order]
            odd = ordered == 2
            _list({"listing": listing, "remote": remote}, odd, Odd.ODD_FLAG, f"{name}: neither yes nor no", note)
            merged = np.minimum.reduceat(np.where(odd, 0, ordered), begins)
            column[order[begins]] = merged
    again = order[~starts]
    for place in again.tolist():
        note(Odd.DUPLICATE_ROW, f"row {raw['row'][place]}", int(raw["listing"][place]), int(raw["remote"][place]))
    return np.sort(order[begins])


def _agree(kept: dict[str, Numbers], mark: str, there: str, kinds: tuple[Odd, Odd], note: Note) -> Marks:
    """Where mark and file agree that it is done. Where no marks are kept, the files alone say so."""
    marked, found = kept[mark] == 1, kept[there] == 1
    if not len(marked) or kept[mark][0] == 3:
        return np.asarray(found)
    _list(kept, marked & ~found, kinds[0], "marked as done, but the file is not there", note)
    _list(kept, ~marked & found, kinds[1], "the file is there, but not marked as done", note)
    return np.asarray(marked & found)


def _list(columns: Mapping[str, Numbers], which: Marks, kind: Odd, detail: str, note: Note) -> None:
    for place in np.flatnonzero(which).tolist():
        note(kind, detail, int(columns["listing"][place]), int(columns["remote"][place]))


def _ranks(kept: dict[str, Numbers]) -> tuple[Numbers, Marks]:
    """Ranks and first images: as marked, otherwise in the order of the rows."""
    count = len(kept["row"])
    said, marked = kept["rank"] > 0, kept["primary"] == 1
    order = np.lexsort((kept["row"], np.where(said, kept["rank"], 1 << 20), ~marked, kept["listing"]))
    listing = kept["listing"][order]
    starts = np.flatnonzero(np.r_[True, listing[1:] != listing[:-1]]) if count else np.empty(0, np.int64)
    place = np.arange(count) - np.repeat(starts, np.diff(np.r_[starts, count]))
    counted = np.empty(count, np.int64)
    counted[order] = place + 1
    rank = np.clip(np.where(said, kept["rank"], counted), 1, 32_767)
    known = count and kept["primary"][0] != 3
    return rank, marked if known else counted == 1


def _note_file(kind: Odd, found: Found, note: Note) -> None:
    note(kind, f"{found.kind.name.lower()} {found.path}", found.listing, found.remote)


def described(connection: sqlite3.Connection, table: Table, names: Sequence[str]) -> Iterator[list[tuple[Any, ...]]]:
    """Rows of a table in parts: its row number, then these columns, NULL where it lacks one."""
    columns = ", ".join(["rowid", *(table.column(name) for name in names)])
    cursor = connection.execute(f"SELECT {columns} FROM {table.source} ORDER BY rowid")  # noqa: S608
    while rows := cursor.fetchmany(PART):
        yield rows

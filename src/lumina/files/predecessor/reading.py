"""Another program's folder, as a whole: opened once, read in parts."""

from __future__ import annotations

import json
import sqlite3
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TextIO

from lumina.domain.predecessor import Odd, Summary
from lumina.errors import BadInput
from lumina.files.predecessor import database, schema, vectors
from lumina.files.predecessor.folder import VECTORS
from lumina.files.predecessor.schema import HISTORY, IMAGES, LISTINGS, REVIEWS, SHOP_HISTORY, SHOPS, Table, quoted
from lumina.files.predecessor.survey import Survey, tabulate_files, take
from lumina.files.predecessor.vectors import Rows, Stored

DATABASE = "etsy_data.db"
_OF_FILES = (Odd.FILE_UNREADABLE, Odd.VECTOR_BEYOND, Odd.VECTOR_MISSING)
"""What is said of whole files, where it is said of no image."""


class Notes:
    """Disagreements, each a line of JSON in a file, counted by kind; `troubles`: those that are about whole files.

    Args:
        file: open for writing.
    """

    def __init__(self, file: TextIO) -> None:
        self._file = file
        self.counts: Counter[str] = Counter()
        self.troubles: list[str] = []

    def __call__(self, kind: Odd, detail: str, listing: int | None, image: int | None) -> None:
        """List one."""
        self.counts[kind.value] += 1
        if listing is None and image is None and kind in _OF_FILES:
            self.troubles.append(detail)
        line = {"kind": kind.value, "listing_id": listing, "image_id": image, "detail": detail}
        self._file.write(json.dumps(line) + "\n")


@dataclass(slots=True)
class Reading:
    """A folder that has been gone through.

    Attributes:
        connection: to our copy of its database. tables: that are understood. survey: its images.
        vectors: files of vectors with the rows of them that are to be taken. notes: disagreements so far.
    """

    folder: Path
    connection: sqlite3.Connection
    tables: Mapping[str, Table]
    survey: Survey
    vectors: list[tuple[Stored, Rows]]
    notes: Notes
    summary: Summary = field(default_factory=Summary)


@contextmanager
def opened(
    folder: Path, scratch: Path, report: Path, dimensions: Mapping[str, int], tick: Callable[[], None]
) -> Iterator[Reading]:
    """Go through a folder; what does not fit together is listed in a report.

    Args:
        folder: the other program's; nothing in it is changed.
        scratch: an empty folder for our copy of its database.
        report: a file of JSON lines, written anew.
        dimensions: model -> numbers of its vectors, of all that are known.
        tick: called now and then; may raise.

    Raises:
        BadInput: it is no such folder, or its database is damaged (with what could be read) or never at rest.
    """
    if not folder.is_dir():
        raise BadInput(f"{folder} is no folder.")
    copied = database.copy(folder / DATABASE, scratch, tick)
    database.check(copied)
    with _explained(), closing(sqlite3.connect(copied)) as connection, report.open("w", encoding="ascii") as file:
        connection.text_factory = _text
        connection.execute("PRAGMA journal_mode = OFF")
        connection.execute("PRAGMA synchronous = OFF")
        notes = Notes(file)
        tables = _with_rows(connection, schema.read(connection, dimensions))
        tabulate_files(connection, tables[IMAGES], folder, notes, tick)
        survey = take(connection, tables[IMAGES], notes, tick)
        reading = Reading(folder, connection, tables, survey, [], notes)
        reading.vectors = _vectors(reading, dimensions)
        _summarise(reading, report)
        yield reading
        reading.summary.odd = dict(notes.counts)


@contextmanager
def _explained() -> Iterator[None]:
    try:
        yield
    except sqlite3.Error as error:
        raise BadInput(f"{DATABASE} cannot be read: {error}.") from error


def _text(data: bytes) -> str:
    """What calls itself text, whatever it was written in."""
    return data.decode("utf-8", "replace")


def _with_rows(connection: sqlite3.Connection, tables: Mapping[str, Table]) -> dict[str, Table]:
    """Tables whose rows have numbers: views and tables without get a copy that has."""
    found = {}
    for meaning, table in tables.items():
        try:
            connection.execute(f"SELECT rowid FROM {table.source} LIMIT 1").fetchone()  # noqa: S608
            found[meaning] = table
        except sqlite3.OperationalError:
            name = f"lumina_{meaning}"
            connection.execute(f"CREATE TABLE {quoted(name)} AS SELECT * FROM {table.source}")  # noqa: S608
            found[meaning] = Table(name, table.columns, table.strange, table.flags)
    return found


def _vectors(reading: Reading, dimensions: Mapping[str, int]) -> list[tuple[Stored, Rows]]:
    folder, note, survey = reading.folder / VECTORS, reading.notes, reading.survey
    stored: list[Stored] = []
    rows = None
    if folder.is_dir():
        try:
            numbers = vectors.read_index(folder)
        except BadInput as error:
            note(Odd.FILE_UNREADABLE, str(error), None, None)
        else:
            rows = vectors.match(numbers, survey, note)
            stored = vectors.open_files(folder, int(numbers[0].max(initial=-1)) + 1, dimensions, note)
    there = {(each.model, each.text) for each in stored}
    for (model, text), marked in survey.flags.items():
        if (model, text) not in there and marked.any():
            name = f"{model} (words)" if text else model
            note(Odd.VECTOR_MISSING, f"{int(marked.sum()):,} images are marked as embedded by {name}, of which no file"
                 " can be used", None, None)  # fmt: skip
    if rows is None:
        return []
    return [(each, vectors.usable(each, rows, survey, note)) for each in stored]


def _summarise(reading: Reading, report: Path) -> None:
    summary, survey = reading.summary, reading.survey
    summary.rows = _count(reading, IMAGES)
    summary.images = len(survey.row)
    summary.downloaded, summary.cut_out = int(survey.downloaded.sum()), int(survey.cut_out.sum())
    summary.listings, summary.shops = _count(reading, LISTINGS), _count(reading, SHOPS)
    summary.reviews = _count(reading, REVIEWS)
    summary.history = _count(reading, HISTORY) + _count(reading, SHOP_HISTORY)
    for stored, rows in reading.vectors:
        summary.embedded[stored.model + (":text" if stored.text else "")] = len(rows.row)
    summary.report = str(report)
    summary.strange = {table.name: list(table.strange) for table in reading.tables.values() if table.strange}
    summary.absent = [name for name in (LISTINGS, HISTORY, SHOPS, SHOP_HISTORY, REVIEWS) if name not in reading.tables]
    summary.odd, summary.troubles = dict(reading.notes.counts), reading.notes.troubles


def _count(reading: Reading, meaning: str) -> int:
    table = reading.tables.get(meaning)
    found: Any = (0,)
    if table is not None:
        found = reading.connection.execute(f"SELECT count(*) FROM {table.source}").fetchone()  # noqa: S608
    return int(found[0])

"""Another program's files of vectors, and whose each vector is."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from lumina.domain.predecessor import Odd
from lumina.domain.vector_files import INDEX, SUFFIX, meant
from lumina.errors import BadInput
from lumina.files.predecessor.survey import Note, Numbers, Survey
from lumina.files.vector_files import VectorFile

SMALLEST = 1e-6
"""Vectors shorter than this point nowhere."""


@dataclass(slots=True)
class Stored:
    """A file of vectors that can be used: `order[row]` is where the vector of the index's row stands; -1 nowhere."""

    name: str
    model: str
    text: bool
    file: VectorFile
    order: Numbers

    def at(self, rows: Numbers) -> NDArray[np.float32]:
        """The vectors of these rows of the index, which the file has."""
        return self.file.at(self.order[rows])


@dataclass(slots=True)
class Rows:
    """The rows of the index that are of use: which image each is of, as its place in the survey.

    Attributes:
        row: of the index, ascending. place: of the image in the survey.
    """

    row: Numbers
    place: Numbers


def read_index(folder: Path) -> tuple[Numbers, Numbers, Numbers]:
    """Numbers of the rows, of the listings and of the images in `image_index.json`; 0 where they are none.

    Raises:
        BadInput: it is not there, damaged, or of a form that is not understood.
    """
    path = folder / INDEX
    try:
        found = json.loads(path.read_bytes())
    except OSError as error:
        raise BadInput(f"{INDEX} cannot be read: {error.strerror or error}.") from error
    except (ValueError, RecursionError) as error:
        raise BadInput(f"{INDEX} is damaged: {error}.") from error
    if isinstance(found, dict):
        items = [(_number(row), pair) for row, pair in found.items()]
    elif isinstance(found, list):
        items = list(enumerate(found))
    else:
        raise BadInput(f"{INDEX} is neither a list of rows nor numbered.")
    pairs = [(row, *_pair(pair)) for row, pair in items]
    whole = np.array(pairs, np.int64).reshape(-1, 3)
    if (last := int(whole[:, 0].max(initial=0))) > 100 * len(whole) + 100:
        raise BadInput(f"{INDEX} names row {last:,} with {len(whole):,} rows in all.")
    return whole[:, 0], whole[:, 1], whole[:, 2]


def _pair(pair: object) -> tuple[int, int]:
    if isinstance(pair, dict):
        pair = [pair.get("listing_id"), pair.get("image_id")]
    if isinstance(pair, list) and len(pair) == 2:
        return max(_number(pair[0]), 0), max(_number(pair[1]), 0)
    return 0, 0


def _number(value: object) -> int:
    """A whole number of at most 64 bits; -1 where it is none."""
    if isinstance(value, str) and value.strip().isdecimal():
        value = int(value)
    return value if isinstance(value, int) and not isinstance(value, bool) and 0 <= value < 2**63 else -1


def match(numbers: tuple[Numbers, Numbers, Numbers], survey: Survey, note: Note) -> Rows:
    """Whose each row of the index is; rows of no image, and two of one image, are listed and left out."""
    row, listing, remote = numbers
    place = survey.keys.find(listing, remote)
    bad = (listing <= 0) | (remote <= 0) | (row < 0)
    for at in np.flatnonzero(bad).tolist():
        note(Odd.BAD_ID, f"row {row[at]} of {INDEX}", None, None)
    for at in np.flatnonzero(~bad & (place < 0)).tolist():
        note(Odd.VECTOR_WITHOUT_IMAGE, f"row {row[at]} of {INDEX}", int(listing[at]), int(remote[at]))
    known = np.flatnonzero(~bad & (place >= 0))
    of, counts = np.unique(place[known], return_counts=True)
    twice = np.isin(place[known], of[counts > 1])
    for at in known[twice].tolist():
        note(Odd.VECTOR_TWICE, f"row {row[at]} of {INDEX}", int(listing[at]), int(remote[at]))
    known = known[~twice]
    order = np.argsort(row[known], kind="stable")
    return Rows(row[known][order], place[known][order])


def open_files(folder: Path, rows: int, dimensions: Mapping[str, int], note: Note) -> list[Stored]:
    """The files of models that are known, each opened; what cannot be used is listed.

    Args:
        folder: with the files.
        rows: of the index.
        dimensions: model -> numbers of its vectors.
        note: takes disagreements.
    """
    found = []
    for path in sorted(folder.glob(f"*{SUFFIX}")):
        what = meant(path.name.removesuffix(SUFFIX), dimensions)
        try:
            if what is None:
                raise BadInput(f"{path.name} is of no model that Lumina knows.")
            file = VectorFile(path)
            if file.dimensions != dimensions[what.model]:
                raise BadInput(
                    f"{path.name} has vectors of {file.dimensions} numbers; those of {what.model} have"
                    f" {dimensions[what.model]}."
                )
        except BadInput as error:
            note(Odd.FILE_UNREADABLE, str(error), None, None)
            continue
        if file.rows > rows or (file.rows < rows and file.ids is None):
            note(Odd.VECTOR_BEYOND, f"{path.name} holds {file.rows:,} vectors, {INDEX} tells of {rows:,}", None, None)
        found.append(Stored(path.name, what.model, what.text, file, _order(file, rows)))
    return found


def _order(file: VectorFile, rows: int) -> Numbers:
    """Files with numbers of their own name the index's row by them."""
    order = np.full(rows, -1, np.int64)
    if file.ids is None:
        order[: min(file.rows, rows)] = np.arange(min(file.rows, rows))
        return order
    within = (file.ids >= 0) & (file.ids < rows)
    order[file.ids[within]] = np.flatnonzero(within)
    return order


def usable(stored: Stored, rows: Rows, survey: Survey, note: Note) -> Rows:
    """The rows whose vector is there and whose image is marked and has its file; all others are listed.

    What the vectors themselves hold is not looked at here.
    """
    flag = survey.flags.get((stored.model, stored.text))
    marked = np.ones(len(survey.row), np.bool_) if flag is None else flag
    there = stored.order[rows.row] >= 0
    wanted, filed = marked[rows.place], survey.downloaded[rows.place]
    has = np.zeros(len(survey.row), np.bool_)
    has[rows.place[there]] = True
    if flag is not None:
        for place in np.flatnonzero(marked & ~has).tolist():
            detail = f"marked as embedded, but {stored.name} has no vector"
            note(Odd.VECTOR_MISSING, detail, int(survey.listing[place]), int(survey.remote[place]))
    else:
        for place in rows.place[~there].tolist():
            detail = f"{stored.name} ends before its row"
            note(Odd.VECTOR_BEYOND, detail, int(survey.listing[place]), int(survey.remote[place]))
    for which, kind, detail in (
        (there & ~wanted, Odd.VECTOR_UNMARKED, f"{stored.name} has a vector, but it is not marked as embedded"),
        (there & wanted & ~filed, Odd.VECTOR_WITHOUT_FILE, f"{stored.name} has a vector, but its file is not there"),
    ):
        for place in rows.place[which].tolist():
            note(kind, detail, int(survey.listing[place]), int(survey.remote[place]))
    good = there & wanted & filed
    return Rows(rows.row[good], rows.place[good])


def sound(matrix: NDArray[np.float32]) -> NDArray[np.bool_]:
    """Which of the vectors mean something, n."""
    with np.errstate(over="ignore", invalid="ignore"):
        squares = np.einsum("ij,ij->i", matrix, matrix)
    return np.asarray(np.isfinite(squares) & (squares > SMALLEST**2))

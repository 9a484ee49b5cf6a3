"""Columns in and out of PostgreSQL as NumPy arrays, through COPY in its binary format: no row becomes an object."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import islice
from typing import Any

import numpy as np
from numpy.typing import NDArray

from lumina.store.database import Transaction

Columns = dict[str, NDArray[Any]]

_HEADER = b"PGCOPY\n\xff\r\n\0" + bytes(8)
_TRAILER = b"\xff\xff"
_ESCAPES = str.maketrans({"\\": "\\\\", "\t": "\\t", "\n": "\\n", "\r": "\\r"})
PART = 32 << 20
"""Bytes that are gathered before they are turned into columns."""
ROWS = 5_000
"""Rows of text that are sent at a time."""
_WIRE: Mapping[str, str] = {"i8": ">i8", "i4": ">i4", "i2": ">i2", "f8": ">f8", "f4": ">f4", "b": "u1"}
"""Type of a column -> how COPY writes it: bigint, integer, smallint, double precision, real, boolean."""


def read(tx: Transaction, query: str, columns: Mapping[str, str | int], /, **parameters: Any) -> Columns:
    """The rows of a query, one array per column.

    Args:
        tx: the transaction.
        query: a SELECT whose columns are never NULL, with `%(name)s` parameters.
        columns: name -> `i8`, `i4`, `i2`, `f8`, `f4`, `b`, or the length of a bytea that has always the same one.
        parameters: of the query.

    Returns:
        Name -> array; bytea as n x length bytes.
    """
    dtype = _layout(columns)
    parts: list[Columns] = []
    data, skip = bytearray(), len(_HEADER)
    with _cursor(tx) as cursor, cursor.copy(f"COPY ({query}) TO STDOUT (FORMAT BINARY)", parameters or None) as copy:
        for block in copy:
            data += block
            if len(data) > PART:
                parts.append(_taken(data, skip, dtype, columns))
                skip = 0
    parts.append(_taken(data, skip, dtype, columns))
    return {name: np.concatenate([part.pop(name) for part in parts]) for name in columns}


def _cursor(tx: Transaction) -> Any:
    """Psycopg's own: SQLAlchemy knows no COPY. The type that it gives its driver's connection has no methods."""
    return tx.connection.connection.driver_connection.cursor()  # type: ignore[union-attr]


def _taken(data: bytearray, skip: int, dtype: np.dtype[Any], columns: Mapping[str, str | int]) -> Columns:
    """The whole rows at the start of the data, which are taken away from it."""
    count = (len(data) - skip) // dtype.itemsize
    rows = np.frombuffer(bytes(data[skip : skip + count * dtype.itemsize]), dtype)
    del data[: skip + count * dtype.itemsize]
    for name, kind in columns.items():
        if not (rows[f"length of {name}"] == _size(kind)).all():
            raise ValueError(f"column {name} has a NULL or another length than {_size(kind)}")
    return {name: _native(rows[name], kind) for name, kind in columns.items()}


def write(tx: Transaction, table: str, columns: Mapping[str, str | int], values: Mapping[str, NDArray[Any]]) -> None:
    """Add rows to a table.

    Args:
        tx: the transaction.
        table: its name.
        columns: name -> `i8`, `i4`, `i2`, `f8`, `f4`, `b`, or the bytes that each value has in the binary format.
        values: name -> array; all of the same length.
    """
    dtype = _layout(columns)
    rows = np.zeros(len(next(iter(values.values()))), dtype)
    rows["fields"] = len(columns)
    for name, kind in columns.items():
        rows[f"length of {name}"] = _size(kind)
        rows[name] = values[name]
    with _cursor(tx) as cursor, cursor.copy(f"COPY {table} ({', '.join(columns)}) FROM STDIN (FORMAT BINARY)") as copy:
        copy.write(_HEADER + rows.tobytes() + _TRAILER)


def write_rows(tx: Transaction, table: str, columns: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    """Add rows of numbers, booleans, texts and None to a table, through COPY's text format."""
    with _cursor(tx) as cursor, cursor.copy(f"COPY {table} ({', '.join(columns)}) FROM STDIN") as copy:
        for part in _parts(rows, ROWS):
            copy.write("".join("\t".join(map(_text, row)) + "\n" for row in part))


def _parts(rows: Iterable[Sequence[object]], size: int) -> Iterator[list[Sequence[object]]]:
    remaining = iter(rows)
    while part := list(islice(remaining, size)):
        yield part


def _text(value: object) -> str:
    if value is None:
        return "\\N"
    if isinstance(value, str):
        return value.translate(_ESCAPES)
    return str(value)


def _layout(columns: Mapping[str, str | int]) -> np.dtype[Any]:
    fields: list[tuple[Any, ...]] = [("fields", ">i2")]
    for name, kind in columns.items():
        wire = ("u1", (kind,)) if isinstance(kind, int) else (_WIRE[kind],)
        fields += [(f"length of {name}", ">i4"), (name, *wire)]
    return np.dtype(fields)


def _size(kind: str | int) -> int:
    return kind if isinstance(kind, int) else np.dtype(_WIRE[kind]).itemsize


def _native(column: NDArray[Any], kind: str | int) -> NDArray[Any]:
    if isinstance(kind, int):
        return np.ascontiguousarray(column)
    return column.astype(np.bool_ if kind == "b" else column.dtype.newbyteorder("="))

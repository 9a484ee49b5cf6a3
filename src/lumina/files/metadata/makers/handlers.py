"""Handlers for single entries of a maker's directory, so that each maker is a table."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from lumina.files.metadata.tags import Tags
from lumina.files.metadata.text import decode
from lumina.files.metadata.tiff import Field, Tiff, TiffError

Handler = Callable[[Tiff, Field, Tags], None]
Table = Mapping[int, Handler]


def text(name: str) -> Handler:
    """Printable text, whatever the entry's type; anything else is passed over."""

    def read(tiff: Tiff, field: Field, tags: Tags) -> None:
        found = decode(tiff.bytes(field)[:256])
        if found and found.isprintable():
            tags.put(f"MakerNotes:{name}", found)

    return read


def value(name: str) -> Handler:
    """The entry as it is."""

    def read(tiff: Tiff, field: Field, tags: Tags) -> None:
        found: Any = tiff.value(field)
        if found is not None and found != "":
            tags.put(f"MakerNotes:{name}", found)

    return read


def nested(table: Table) -> Handler:
    """A directory of its own: pointed to, or standing in the entry's bytes."""

    def read(tiff: Tiff, field: Field, tags: Tags) -> None:
        pointer = tiff.integer(field) if field.type in (4, 13) and field.number == 1 else field.start - tiff.base
        if pointer > 0:
            read_directory(tiff, pointer, table, tags)

    return read


def read_directory(tiff: Tiff, offset: int, table: Table, tags: Tags) -> None:
    """Give each known entry of the directory at `offset` to its handler; a note of unknown build is no fault."""
    try:
        fields, _ = tiff.fields(offset)
    except TiffError:
        return
    for field in fields:
        handler = table.get(field.tag)
        if handler is not None and field.size > 0:
            handler(tiff, field, tags)

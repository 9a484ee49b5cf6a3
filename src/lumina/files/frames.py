"""A folder as two pandas frames: images and their files. No database, no server, nothing written."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import count, groupby
from pathlib import Path
from typing import Any

import pandas as pd

from lumina.domain.metadata import ImageMetadata
from lumina.domain.picture import PictureError
from lumina.domain.values import FileFormat, FileRole
from lumina.errors import BadInput
from lumina.files import names
from lumina.files.capture import Moment, read_moment
from lumina.files.group import Candidate, Group, cluster, group
from lumina.files.ignore import Ignore
from lumina.files.judge import Judge
from lumina.files.master import open_master
from lumina.files.metadata import read_metadata
from lumina.files.read import read_sidecar
from lumina.files.walk import Entry, walk

IMAGES = {
    "image_id": "int64",
    "folder": "string",
    "stem": "string",
    "kind": "string",
    "taken_at": "datetime64[us]",
    "utc_offset": "Int16",
    "camera": "string",
    "latitude": "float64",
    "longitude": "float64",
    "rating": "Int16",
    "file_count": "int64",
    "primary_path": "string",
}
"""Columns of the images and their types."""
FILES = {
    "file_id": "int64",
    "image_id": "int64",
    "path": "string",
    "format": "string",
    "role": "string",
    "size": "int64",
    "modified_at": "datetime64[ns, UTC]",
    "checksum": "string",
    "content": "string",
    "error": "string",
}
"""Columns of the files and their types."""


@dataclass(frozen=True, slots=True)
class _Read:
    """What one reading of a file gives."""

    checksum: str | None = None
    content: str | None = None
    metadata: ImageMetadata | None = None
    error: str | None = None


def scan_directory(
    path: str | os.PathLike[str], *, checksums: bool = True, ignore_patterns: Sequence[str] = ()
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """List the pictures and videos below a folder, grouped into images as Lumina groups them.

    RAW, JPEG, HEIC, sidecars and the video of a live photo are one image where they share folder and stem and were
    taken in the same moment. Every file is read once; nothing is decoded, nothing is written. Paths are in stored form
    (`lumina.files.names`): bytes that are not UTF-8 are escaped.

    Args:
        path: the folder.
        checksums: also hash the files; without it only originals and sidecars are read, and `checksum` and `content`
            are missing.
        ignore_patterns: lines as in `.gitignore`, after Lumina's built-in ones.

    Returns:
        `(images, files)`, in the order of their paths. Ids count from 1 and hold for these two frames only.

        images: `image_id`, `folder` (relative, `/`, empty at the top), `stem`, `kind` (photo, video), `taken_at` (wall
        clock at the place, without zone; NaT where unknown), `utc_offset` (minutes), `camera` (maker and model),
        `latitude`, `longitude` (degrees), `rating`, `file_count`, `primary_path` (the original, relative).

        files: `file_id`, `image_id`, `path` (relative), `format` (`FileFormat`), `role` (`FileRole`), `size` (bytes),
        `modified_at` (UTC), `checksum` (BLAKE3 of the bytes, hex), `content` (BLAKE3 of the image data without
        metadata, hex), `error` (why the file could not be read; missing where it could).

    Raises:
        BadInput: the path is no folder, or a pattern is malformed.
    """
    root = Path(path)
    if not root.is_dir():
        raise BadInput(f"{path} is not a folder.")
    images: list[dict[str, Any]] = []
    files: list[dict[str, Any]] = []
    file_ids = count(1)
    for folder, found, entries in _groups(root, Ignore(ignore_patterns)):
        reads = _read_all(root, folder, found, checksums=checksums)
        image_id = len(images) + 1
        images.append({"image_id": image_id, **_image(folder, found, reads)})
        for member, role in found.members:
            row = _file(folder, member, role, entries[member.name], reads.get(member.name, _Read()))
            files.append({"file_id": next(file_ids), "image_id": image_id, **row})
    return _frame(images, IMAGES), _frame(files, FILES)


def _groups(root: Path, ignore: Ignore) -> Iterator[tuple[str, Group, Mapping[str, Entry]]]:
    """Folder (as `os` gives it), group, and the entries of the folder by name."""
    judge = Judge(root)
    for folder in walk(root, ignore=ignore):
        entries = {entry.name: entry for entry in folder.entries}
        ordered = sorted(entries, key=lambda name: (cluster(name), name))
        found: list[Group] = []
        for _, together in groupby(ordered, key=cluster):
            found.extend(_grouped(judge, folder.path, [entries[name] for name in together]))
        for each in sorted(found, key=lambda one: one.original.name):
            yield folder.path, each, entries


def _grouped(judge: Judge, folder: str, entries: Sequence[Entry]) -> list[Group]:
    candidates = []
    for entry in entries:
        try:
            content = judge.look(names.join(folder, entry.name), entry.size)
        except FileNotFoundError:
            continue
        if content is not None:
            candidates.append(Candidate(entry.name, content))

    def moment(candidate: Candidate) -> Moment | None:
        return read_moment(judge.root / folder / candidate.name, candidate.content)

    return group(candidates, moment)[0]


def _read_all(root: Path, folder: str, found: Group, *, checksums: bool) -> dict[str, _Read]:
    sidecars = [root / folder / member.name for member, role in found.members if role is FileRole.SIDECAR]
    reads = {}
    for member, role in found.members:
        original = role is FileRole.ORIGINAL
        if original or checksums:
            path = root / folder / member.name
            reads[member.name] = _read(path, member.content, sidecars if original else None, checksums=checksums)
    return reads


def _read(path: Path, content: FileFormat, sidecars: Sequence[Path] | None, *, checksums: bool) -> _Read:
    """One file; its metadata too where `sidecars` are given."""
    try:
        master = open_master(path)
        sums = master.checksums if checksums else None
        metadata = None
        if sidecars is not None:
            merged = [data for side in sidecars if (data := read_sidecar(side))]
            metadata = read_metadata(master.described, format=content, name=path.name, sidecars=merged)
    except PictureError as error:
        return _Read(error=error.reason)
    return _Read(sums.checksum.hex() if sums else None, sums.content.hex() if sums else None, metadata)


def _image(folder: str, found: Group, reads: Mapping[str, _Read]) -> dict[str, Any]:
    metadata = reads[found.original.name].metadata or ImageMetadata()
    return {
        "folder": names.stored(folder),
        "stem": names.stored(found.stem),
        "kind": found.kind.value,
        "taken_at": metadata.taken_at,
        "utc_offset": metadata.utc_offset,
        "camera": _camera(metadata.camera_make, metadata.camera_model),
        "latitude": metadata.latitude,
        "longitude": metadata.longitude,
        "rating": metadata.rating,
        "file_count": len(found.members),
        "primary_path": names.stored(names.join(folder, found.original.name)),
    }


def _camera(make: str | None, model: str | None) -> str | None:
    """What people call it: "Canon EOS 5D", not "Canon Canon EOS 5D"."""
    if make and model and not model.lower().startswith(make.lower()):
        return f"{make} {model}"
    return model or make


def _file(folder: str, member: Candidate, role: FileRole, entry: Entry, read: _Read) -> dict[str, Any]:
    return {
        "path": names.stored(names.join(folder, member.name)),
        "format": member.content.value,
        "role": role.value,
        "size": entry.size,
        "modified_at": pd.Timestamp(entry.modified_ns, unit="ns", tz="UTC"),
        "checksum": read.checksum,
        "content": read.content,
        "error": read.error,
    }


def _frame(rows: Sequence[Mapping[str, Any]], columns: Mapping[str, str]) -> pd.DataFrame:
    return pd.DataFrame({name: pd.Series([row[name] for row in rows], dtype=kind) for name, kind in columns.items()})

"""Add folders to a catalog, so that no file is ever in it twice."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID

from lumina.domain.catalog import Source
from lumina.errors import BadInput, Conflict
from lumina.files import names
from lumina.files.ignore import Ignore
from lumina.services import catalogs as catalog_service
from lumina.store import Store, Transaction, catalogs, scans


@dataclass(frozen=True, slots=True)
class Place:
    """Where a path lies: in a source, at `scope` (relative, stored form, empty for all of it)."""

    catalog_id: UUID
    source_id: int
    scope: str = ""


def place(store: Store, path: Path, *, catalog: str) -> Place:
    """Make sure that a folder is part of the catalog of this name; both are made where needed.

    Raises:
        BadInput, Conflict: as `add`.
    """
    with store.transaction() as tx:
        return add(tx, catalog_service.named(tx, catalog).id, path)


def every_place(store: Store) -> list[Place]:
    """All folders of all catalogs."""
    with store.transaction() as tx:
        return [Place(source.catalog_id, source.id) for source in catalogs.sources(tx) if source.kind == "folder"]


def add(tx: Transaction, catalog_id: UUID, path: Path, *, ignore_patterns: Sequence[str] = ()) -> Place:
    """Make a folder part of a catalog.

    A path inside one of its sources is found there, and adds nothing. A folder around some of its sources takes them
    in: their images and files keep their ids and everything known of them.

    Args:
        tx: the transaction.
        catalog_id: the catalog.
        path: the folder, or a file inside a source, as the server sees it, with the names of the operating system.
        ignore_patterns: lines as in `.gitignore`, after the built-in ones; for a new source.

    Raises:
        NotFound: there is no such catalog.
        BadInput: there is nothing at this path, it is no folder, or a pattern is malformed.
        Conflict: a source to be taken in is being scanned, or a node's mount of it does not fit.
    """
    Ignore(ignore_patterns)
    catalogs.get(tx, catalog_id)
    catalogs.lock(tx, catalog_id)
    resolved = _resolved(path)
    where = names.stored(resolved.as_posix())
    sources = [source for source in catalogs.sources(tx, catalog_id) if source.kind == "folder"]
    for source in sources:
        if names.is_within(where, source.path):
            return Place(catalog_id, source.id, names.relative(where, source.path))
    if not resolved.is_dir():
        raise BadInput(f"{path} is not a folder. Add the folder that it lies in.")
    inner = [source for source in sources if names.is_within(source.path, where)]
    patterns = [*ignore_patterns, *(line for source in inner for line in _moved_patterns(source, where))]
    added = catalogs.add_source(tx, catalog_id, where, ignore_patterns=patterns)
    for source in inner:
        _absorb(tx, added, source)
    return Place(catalog_id, added.id)


def change(
    tx: Transaction, source_id: int, *, path: Path | None = None, ignore_patterns: Sequence[str] | None = None
) -> None:
    """Say that a source's folder is somewhere else now, or change what it ignores; the next scan goes by it.

    Raises:
        NotFound: there is no such source. BadInput: no folder, or a malformed pattern. Conflict: it overlaps another.
    """
    source = catalogs.source(tx, source_id)
    if ignore_patterns is not None:
        Ignore(ignore_patterns)
        catalogs.set_ignore_patterns(tx, source_id, ignore_patterns)
    if path is None:
        return
    catalogs.lock(tx, source.catalog_id)
    resolved = _resolved(path)
    if not resolved.is_dir():
        raise BadInput(f"{path} is not a folder.")
    where = names.stored(resolved.as_posix())
    for other in catalogs.sources(tx, source.catalog_id):
        if other.id != source_id and (names.is_within(where, other.path) or names.is_within(other.path, where)):
            raise Conflict(f"{path} overlaps {other.path}, which is part of this catalog already.")
    catalogs.set_path(tx, source_id, where)


def mount(tx: Transaction, source_id: int, node: str, path: str) -> None:
    """Say where a node sees a source.

    Args:
        tx: the transaction.
        source_id: the source.
        node: the node's name.
        path: absolute, in stored form, as the node writes it.

    Raises:
        NotFound: there is no such source. BadInput: the path is not absolute.
    """
    catalogs.source(tx, source_id)
    drive = len(path) > 2 and path[0].isalpha() and path[1] == ":" and path[2] in "/\\"
    if not (path.startswith(("/", "\\\\")) or drive) or "\0" in path:
        raise BadInput(f"path: {path!r} is not an absolute path.")
    catalogs.set_mount(tx, source_id, node, path.rstrip("/") or "/")


def _resolved(path: Path) -> Path:
    try:
        return path.expanduser().resolve(strict=True)
    except (FileNotFoundError, NotADirectoryError):
        raise BadInput(f"{path} is not there.") from None
    except (OSError, RuntimeError, ValueError) as error:
        raise BadInput(f"{path} cannot be read: {error}") from None


def _absorb(tx: Transaction, parent: Source, child: Source) -> None:
    scans.lock_until_end(tx, child.id)
    prefix = names.relative(child.path, parent.path)
    for node, path in child.mounts.items():
        outer = path.removesuffix("/" + prefix)
        if outer == path:
            raise Conflict(
                f"Node {node} sees {child.path} at {path}, which does not end in {prefix}: it would lose sight of it. "
                f"Mount {parent.path} there first."
            )
        catalogs.set_mount(tx, parent.id, node, outer or "/")
    catalogs.absorb(tx, parent.id, child.id, prefix)


def _moved_patterns(child: Source, parent: str) -> list[str]:
    """The child's ignore patterns, as the parent has to write them."""
    prefix = names.relative(child.path, parent)
    moved = []
    for line in child.ignore_patterns:
        sign, pattern = ("!", line[1:]) if line.startswith("!") else ("", line)
        anchored = "/" in pattern.rstrip("/")
        moved.append(f"{sign}/{prefix}/{pattern.lstrip('/') if anchored else '**/' + pattern}")
    return [line for line in moved if line.strip()]

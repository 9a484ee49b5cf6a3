"""What is well and what is not, in plain words, each with its remedy."""

from __future__ import annotations

import importlib.util
import os
import shutil
import tempfile
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Literal

from lumina.domain.catalog import Source
from lumina.errors import LuminaError
from lumina.files import names
from lumina.store import Store, Transaction, catalogs, health, nodes
from lumina.store.migrate import EXTENSIONS

OLDEST_SERVER = 150000
LOW_SPACE, NO_SPACE = 5 * 1024**3, 512 * 1024**2
SILENT = timedelta(minutes=5)
DECODERS = {"pyvips": "all common formats", "pi_heif": "HEIC", "rawpy": "camera RAW"}


@dataclass(frozen=True, slots=True)
class Check:
    """One thing that was looked at.

    Attributes:
        name: short and stable, for programs.
        title: for people.
        sentence: what was found.
        remedy: what to do about it; None where nothing is to be done.
    """

    name: str
    title: str
    state: Literal["ok", "warning", "failed"]
    sentence: str
    remedy: str | None = None


More = Callable[[Transaction], Iterable["Check"]]
"""Checks of other parts, which look at the database, too."""


def examine(
    store: Store, home: Path, node: str, broker_problem: Callable[[], str | None], more: More | None = None
) -> list[Check]:
    """Everything.

    Args:
        store: the database.
        home: Lumina's home.
        node: this machine's name, for its mounts.
        broker_problem: why the broker cannot be used; None when it can.
        more: what else to look at.
    """
    return [*machine(home), *installation(store, node, broker_problem, more)]


def machine(home: Path) -> Iterator[Check]:
    """What can be said without a database."""
    yield _home(home)
    yield _space(home)
    yield _decoders()
    yield _exiftool()


def installation(
    store: Store, node: str, broker_problem: Callable[[], str | None], more: More | None = None
) -> Iterator[Check]:
    """Database, broker, sources, workers."""
    try:
        with store.transaction() as tx:
            yield from _database(tx)
            yield from _sources(tx, node)
            yield from _workers(tx)
            yield from more(tx) if more else ()
    except LuminaError as error:
        yield unreachable(error)
        return
    yield _broker(broker_problem())


def unreachable(error: Exception) -> Check:
    """The database cannot be had."""
    return Check(
        "database", "Database", "failed", str(error), "Start it, or correct the setting database_url (`lumina config`)."
    )


def _home(home: Path) -> Check:
    try:
        home.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=home):
            pass
    except OSError as error:
        return Check(
            "home",
            "Home folder",
            "failed",
            f"{home} cannot be written: {error.strerror}.",
            "Give this account the right to write there, or set LUMINA_HOME to another folder.",
        )
    return Check("home", "Home folder", "ok", f"{home} can be written.")


def _space(home: Path) -> Check:
    there = next(folder for folder in (home, *home.parents) if folder.exists())
    free = shutil.disk_usage(there).free
    sentence = f"{free / 1024**3:,.1f} GiB are free on the disk of {home}."
    remedy = "Make room: thumbnails and proxies take about 0.4 MB per image."
    if free < NO_SPACE:
        return Check("space", "Disk space", "failed", sentence, remedy)
    if free < LOW_SPACE:
        return Check("space", "Disk space", "warning", sentence, remedy)
    return Check("space", "Disk space", "ok", sentence)


def _decoders() -> Check:
    missing = [package for package in DECODERS if importlib.util.find_spec(package) is None]
    if missing:
        formats = ", ".join(DECODERS[package] for package in missing)
        return Check(
            "decoders",
            "Image formats",
            "failed",
            f"{formats} cannot be read: {', '.join(missing)} is not installed.",
            "Install Lumina again (make install).",
        )
    return Check("decoders", "Image formats", "ok", f"Decoders are there for {', '.join(DECODERS.values())}.")


def _exiftool() -> Check:
    found = shutil.which("exiftool")
    if found is None:
        return Check(
            "exiftool", "ExifTool", "ok", "ExifTool is not installed; reading does not need it, writing sidecars will."
        )
    return Check("exiftool", "ExifTool", "ok", f"ExifTool is at {found}.")


def _database(tx: Transaction) -> Iterator[Check]:
    found = health.facts(tx)
    size = f"{found.size / 1024**2:,.0f} MiB"
    if found.version < OLDEST_SERVER:
        yield Check(
            "database",
            "Database",
            "failed",
            f"PostgreSQL {found.version_text} is too old.",
            "Use PostgreSQL 15 or newer.",
        )
    else:
        yield Check("database", "Database", "ok", f"PostgreSQL {found.version_text} answers and holds {size}.")
    missing = [name for name in EXTENSIONS if name not in found.extensions]
    if missing:
        yield Check(
            "extensions",
            "Database extensions",
            "failed",
            f"Not installed: {', '.join(missing)}.",
            "Run `lumina up`: it installs them, or names the package that is missing.",
        )
    else:
        yield Check("extensions", "Database extensions", "ok", f"{', '.join(EXTENSIONS)} are installed.")


def _sources(tx: Transaction, node: str) -> Iterator[Check]:
    found = catalogs.sources(tx)
    if not found:
        yield Check("sources", "Sources", "warning", "There are no sources yet.", "Add a folder: `lumina add PATH`.")
        return
    broken = [(source, problem) for source in found if (problem := _source_problem(source, node))]
    for source, problem in broken:
        yield Check(
            f"source-{source.id}",
            "Source",
            "failed",
            f"{source.root(node)}: {problem}",
            "Mount or connect it, then scan again. Nothing is removed from the catalog meanwhile.",
        )
    if not broken:
        yield Check("sources", "Sources", "ok", f"All {len(found)} sources can be read.")


def _source_problem(source: Source, node: str) -> str | None:
    root = names.native(source.root(node))
    try:
        with os.scandir(root) as entries:
            empty = next(entries, None) is None
    except OSError as error:
        return f"cannot be read: {error.strerror}."
    if source.state == "offline":
        return source.state_reason or "was offline at its last scan."
    return "is empty." if empty and source.scan_counts.get("seen") else None


def _workers(tx: Transaction) -> Iterator[Check]:
    known = nodes.listed(tx)
    server = next((node for node in known if node.name == nodes.SERVER), None)
    wrong = [
        node
        for node in known
        if server and (node.version, node.schema_revision) != (server.version, server.schema_revision)
    ]
    for node in wrong:
        yield Check(
            f"node-{node.name}",
            "Worker",
            "failed",
            f"{node.name} ran Lumina {node.version} (schema {node.schema_revision}); it is refused.",
            f"Install Lumina {server.version if server else ''} there and start it again.",
        )
    now = datetime.now(UTC)
    alive = [node.name for node in known if node.lanes and now - node.seen_at < SILENT]
    if not wrong:
        sentence = f"At work: {', '.join(alive)}." if alive else "No worker is at work now; `lumina up` starts them."
        yield Check("workers", "Workers", "ok", sentence)


def _broker(problem: str | None) -> Check:
    if problem is None:
        return Check("broker", "Message broker", "ok", "The broker answers.")
    return Check(
        "broker",
        "Message broker",
        "failed",
        f"The broker does not answer: {problem}",
        "Start it, or empty the setting broker_url: then PostgreSQL does its work.",
    )

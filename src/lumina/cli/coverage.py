"""Coverage, as JSON and as tables."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from lumina.cli.output import table

if TYPE_CHECKING:
    from lumina.domain.coverage import CatalogCoverage

COUNTS = ("done", "missing", "failed", "stale", "waiting")


def as_catalogs(catalogs: Sequence[CatalogCoverage]) -> list[dict[str, Any]]:
    """The `catalogs` of `lumina status --json`."""
    return [
        {
            "id": str(catalog.id),
            "name": catalog.name,
            "images": catalog.images,
            "files": catalog.files,
            "ignored": dict(catalog.ignored),
            "offline": [{"path": path, "reason": reason} for path, reason in catalog.offline],
            "stages": {stage.stage.name: {name: getattr(stage, name) for name in COUNTS} for stage in catalog.stages},
        }
        for catalog in catalogs
    ]


def coverage_table(catalogs: Sequence[CatalogCoverage], *, waiting: bool = True) -> str:
    """For people; one block per catalog.

    Args:
        catalogs: to be shown.
        waiting: say also what stages wait for.
    """
    if not catalogs:
        return "No catalog yet: `lumina up PATH` or `lumina add PATH` makes the first."
    return "\n\n".join(_block(catalog, waiting=waiting) for catalog in catalogs)


def _block(catalog: CatalogCoverage, *, waiting: bool) -> str:
    rows = [[stage.stage.name, *(getattr(stage, name) for name in COUNTS)] for stage in catalog.stages]
    sentences = {stage.stage.waiting for stage in catalog.stages if waiting and stage.stage.waiting and stage.waiting}
    title = f"{catalog.name}: {catalog.images:,} images, {catalog.files:,} files"
    return "\n".join([title, table(["stage", *COUNTS], rows), *sorted(filter(None, sentences)), *_remarks(catalog)])


def _remarks(catalog: CatalogCoverage) -> list[str]:
    """What is not in the table: sources that cannot be read, and files that are no images."""
    remarks = [f"offline: {path}: {reason}" for path, reason in catalog.offline]
    if catalog.ignored:
        counts = ", ".join(f"{count:,} {reason}" for reason, count in catalog.ignored.items())
        remarks.append(f"left out: {counts}")
    return remarks

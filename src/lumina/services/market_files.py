"""Files of a marketplace: vectors for other programs, a predecessor's folder, a backup disk."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from lumina.domain.predecessor import Summary
from lumina.domain.vector_files import file_name
from lumina.domain.work import Job
from lumina.engine import adopt as adopting
from lumina.engine import clean as cleaning
from lumina.engine import export as exports
from lumina.engine.dispatch import Dispatcher
from lumina.inference.models import Models
from lumina.services import folders
from lumina.store import Store, exporting


@dataclass(frozen=True, slots=True)
class ExportPlan:
    """What an export would write.

    Attributes:
        market: of which marketplace. rows: images that every model has embedded. images: all of the marketplace.
        bytes: about how much room it needs. files: name -> vectors of so many numbers.
    """

    market: str
    rows: int
    images: int
    bytes: int
    files: dict[str, int]


def export(store: Store, dispatcher: Dispatcher, wish: exports.Wish, setting: Sequence[str]) -> Job:
    """Ask for files of vectors; see `lumina.engine.export.start`."""
    with store.transaction() as tx:
        return exports.start(tx, dispatcher, wish, setting)


def plan_export(store: Store, wish: exports.Wish, setting: Sequence[str]) -> ExportPlan:
    """What would be written; nothing is.

    Raises:
        BadInput: as `export`.
    """
    with store.transaction() as tx:
        exports.check_place(tx, wish.folder)
        choice = exports.choose(tx, wish, setting)
        rows = len(exporting.rows(tx, choice.market.source_id, choice.spaces).image_id)
        images = exporting.images(tx, choice.market.source_id)
    files = {file_name(space.model, space.kind): space.dimensions for space in choice.spaces}
    return ExportPlan(choice.market.name, rows, images, choice.bytes(rows), files)


def clean(store: Store, dispatcher: Dispatcher, wish: cleaning.Wish, node: str) -> Job:
    """Ask for images to be moved to a backup disk, or back; see `lumina.engine.clean.start`."""
    with store.transaction() as tx:
        return cleaning.start(tx, dispatcher, wish, node)


def plan_clean(store: Store, wish: cleaning.Wish, node: str) -> cleaning.Plan:
    """What would be moved; nothing is. Raises as `clean`."""
    with store.transaction() as tx:
        return cleaning.look(tx, wish, node)


def models_to_clean(store: Store, models: Models, setting: Sequence[str]) -> tuple[str, ...]:
    """The models that must have embedded an image before it may go."""
    installed = [entry.name for entry in models.entries() if models.waiting(entry.name) is None]
    with store.transaction() as tx:
        return cleaning.models_of(tx, setting, installed)


def adopt(store: Store, dispatcher: Dispatcher, wish: adopting.Wish) -> Job:
    """Ask for another program's folder to be taken over; see `lumina.engine.adopt.start`.

    Raises:
        BadInput: the folder is not there, or cannot be read.
    """
    folders.readable(wish.folder)
    with store.transaction() as tx:
        return adopting.start(tx, dispatcher, wish)


def look_at(home: Path, models: Models, folder: Path) -> Summary:
    """What another program's folder holds; nothing is taken over, and no database is needed.

    Raises:
        BadInput: it is no such folder, damaged, or its database is being written all the time.
    """
    folders.readable(folder)
    dimensions = {entry.name: entry.dimensions for entry in models.entries() if entry.embeds}
    return adopting.look(home, folder, dimensions)

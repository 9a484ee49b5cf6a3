"""Spaces of vectors: one per version of an encoder, each with a table of its own."""

from __future__ import annotations

from lumina.domain.vectors import Space, SpaceKind, SpaceState
from lumina.errors import BadInput
from lumina.store.database import Row, Transaction

MAX_DIMENSIONS = 4_000
"""What an index of half-precision vectors can hold."""
_LOCK = 5_830_214_977
"""Advisory: held while a space is made or changes its state."""
_COLUMNS = "id, model, version, kind, dimensions, state"


def get(tx: Transaction, model: str, version: int, kind: SpaceKind = SpaceKind.IMAGE) -> Space | None:
    """The space of one version of an encoder."""
    row = tx.row(
        f"SELECT {_COLUMNS} FROM vector_space WHERE model = :model AND version = :version AND kind = :kind",
        model=model,
        version=version,
        kind=kind.value,
    )
    return None if row is None else space_of(row)


def live(tx: Transaction, model: str, kind: SpaceKind = SpaceKind.IMAGE) -> Space | None:
    """The space of a model that searches use."""
    row = tx.row(
        f"SELECT {_COLUMNS} FROM vector_space WHERE model = :model AND kind = :kind AND state = 'live'",
        model=model,
        kind=kind.value,
    )
    return None if row is None else space_of(row)


def get_or_create(
    tx: Transaction, model: str, version: int, dimensions: int, kind: SpaceKind = SpaceKind.IMAGE
) -> Space:
    """The space of one version of an encoder, made with its table where there is none.

    A model's first space is live at once; a later one is built beside it.

    Raises:
        BadInput: dimensions that no index holds, or others than the space has.
    """
    if not 1 <= dimensions <= MAX_DIMENSIONS:
        raise BadInput(f"{model}: vectors of {dimensions} dimensions; 1 to {MAX_DIMENSIONS} are possible.")
    space = get(tx, model, version, kind) or _create(tx, model, version, dimensions, kind)
    if space.dimensions != dimensions:
        raise BadInput(
            f"{model}, version {version}: vectors of {dimensions} dimensions, where all before had {space.dimensions}."
        )
    return space


def _create(tx: Transaction, model: str, version: int, dimensions: int, kind: SpaceKind) -> Space:
    lock(tx)
    if found := get(tx, model, version, kind):
        return found  # somebody else was faster
    state = SpaceState.BUILDING if live(tx, model, kind) else SpaceState.LIVE
    row = tx.row(
        f"""INSERT INTO vector_space (model, version, kind, dimensions, state)
        VALUES (:model, :version, :kind, :dimensions, :state) RETURNING {_COLUMNS}""",
        model=model,
        version=version,
        kind=kind.value,
        dimensions=dimensions,
        state=state.value,
    )
    assert row is not None
    space = space_of(row)
    tx.execute(
        f"""CREATE TABLE {table(space)} (
            image_id bigint PRIMARY KEY REFERENCES image ON DELETE CASCADE,
            vector halfvec({space.dimensions}) STORAGE PLAIN NOT NULL)"""
    )
    return space


def lock(tx: Transaction) -> None:
    """Nobody else makes a space or changes its state until the end of this transaction."""
    tx.execute("SELECT pg_advisory_xact_lock(:key)", key=_LOCK)


def table(space: Space) -> str:
    """The name of the table that a space's vectors stand in."""
    return f"vector_{space.id:d}"


def space_of(row: Row) -> Space:
    """A row of `vector_space` as a value."""
    return Space(
        row["id"],
        row["model"],
        row["version"],
        SpaceKind(row["kind"]),
        row["dimensions"],
        SpaceState(row["state"]),
    )

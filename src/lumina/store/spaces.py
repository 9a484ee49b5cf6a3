"""Spaces of vectors: one per version of an encoder, each with a table of its own."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict

from sqlalchemy.exc import OperationalError, ProgrammingError

from lumina.domain.vectors import Calibration, Space, SpaceKind, SpaceState
from lumina.domain.work import Status
from lumina.errors import BadInput, Unavailable
from lumina.store.database import Row, Transaction

MAX_DIMENSIONS = 4_000
"""What an index of half-precision vectors can hold."""
_LOCK = 5_830_214_977
"""Advisory: held while a space is made or changes its state."""
_NO_TABLE = "42P01"
_COLUMNS = "id, model, version, kind, dimensions, state"


class Replaced(Unavailable):
    """A space has been dropped while it was searched: a newer version has taken its place."""


@contextmanager
def in_place() -> Iterator[None]:
    """Around whole transactions: a space that is no longer there is named.

    Raises:
        Replaced: ask again, from the choice of spaces on.
    """
    try:
        yield
    except ProgrammingError as error:
        if getattr(error.orig, "sqlstate", None) == _NO_TABLE:
            raise Replaced("Vectors have just been replaced by those of a newer version: ask again.") from error
        raise


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


def index(space: Space) -> str:
    """The name of the index of a space's vectors."""
    return f"vector_{space.id:d}_near"


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


def every(tx: Transaction) -> list[Space]:
    """All spaces, the oldest first."""
    return [space_of(row) for row in tx.rows(f"SELECT {_COLUMNS} FROM vector_space ORDER BY id")]


def size(tx: Transaction, space: Space, most: int | None = None) -> int:
    """How many vectors a space has; counted no farther than `most`."""
    limit = "" if most is None else f"LIMIT {most:d}"
    return int(tx.value(f"SELECT count(*) FROM (SELECT FROM {table(space)} {limit}) AS counted"))


def is_complete(tx: Transaction, space: Space) -> bool:
    """Whether a space that is being built can take the place of the live one.

    It can when every image that is there and has a vector in the live one has one here too, or has failed to get one.
    """
    before = live(tx, space.model, space.kind)
    if before is None:
        return True
    with tx.by_index():
        missing = tx.value(
            f"""SELECT EXISTS (SELECT FROM {table(before)} old JOIN image i ON i.id = old.image_id
            WHERE i.missing_since IS NULL AND i.trashed_at IS NULL
              AND NOT EXISTS (SELECT FROM {table(space)} new WHERE new.image_id = old.image_id)
              AND NOT EXISTS (SELECT FROM stage_state s JOIN stage g ON g.id = s.stage_id
                WHERE s.image_id = old.image_id AND g.name = :stage AND s.version >= :version
                  AND s.status = {Status.FAILED:d}))""",
            stage=stage(space),
            version=space.version,
        )
    return not missing


def switch(tx: Transaction, space: Space) -> bool:
    """Let searches use this space instead of the model's live one, which is retired; False where it isn't complete."""
    lock(tx)
    now = get(tx, space.model, space.version, space.kind)
    if now is None or now.state is not SpaceState.BUILDING or not is_complete(tx, space):
        return False
    tx.execute(
        "UPDATE vector_space SET state = 'retired' WHERE model = :model AND kind = :kind AND state = 'live'",
        model=space.model,
        kind=space.kind.value,
    )
    tx.execute("UPDATE vector_space SET state = 'live' WHERE id = :id", id=space.id)
    return True


def drop(tx: Transaction, space: Space) -> bool:
    """Drop a retired space with its vectors; False where others are in the way: try again later.

    Dropping a table that refers to images needs a moment in which nobody reads or writes images.
    """
    lock(tx)
    tx.execute("SELECT set_config('lock_timeout', '3s', true)")
    try:
        with tx.connection.begin_nested():
            tx.execute(f"DROP TABLE IF EXISTS {table(space)}")
            tx.execute("DELETE FROM vector_space WHERE id = :id AND state = 'retired'", id=space.id)
    except OperationalError:
        return False
    return True


def calibration(tx: Transaction, space: Space) -> Calibration | None:
    """How similar images of a space are by chance; None where that was not yet measured."""
    found = tx.value("SELECT calibration FROM vector_space WHERE id = :id", id=space.id)
    if not found:
        return None
    return Calibration(**{**found, "quantiles": tuple((share, cosine) for share, cosine in found["quantiles"])})


def calibrate(tx: Transaction, space: Space, found: Calibration) -> None:
    """Keep what was measured."""
    tx.execute(
        "UPDATE vector_space SET calibration = :found WHERE id = :id", id=space.id, found=json.dumps(asdict(found))
    )


def stage(space: Space) -> str:
    """The stage whose results stand in a space."""
    return f"embed:{space.model}" + ("" if space.kind is SpaceKind.IMAGE else f":{space.kind.value}")

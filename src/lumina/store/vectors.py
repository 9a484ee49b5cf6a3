"""Vectors in their spaces: written with the ledger's rows, read as arrays."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

import numpy as np
from numpy.typing import NDArray

from lumina.domain.vectors import Embedding, Space, SpaceKind
from lumina.errors import LuminaError
from lumina.store import bulk, spaces
from lumina.store.database import Transaction
from lumina.store.inputs import Input
from lumina.store.nearest import nearest

__all__ = ["BadVector", "check", "forget", "load", "nearest", "read", "sample", "save", "save_embeddings"]

Ids = NDArray[np.int64]
Halves = NDArray[np.float16]
_HEAD = 4
"""Bytes before the numbers of a halfvec: how many there are, and an unused half."""


class BadVector(LuminaError):
    """A vector that means nothing: not finite, of no length, or of the wrong number of dimensions."""

    title = "Bad vector"


def save_embeddings(tx: Transaction, results: Sequence[tuple[Input, Embedding]]) -> None:
    """The saver of the stages that embed.

    Raises:
        BadVector: naming the image and the model; nothing is stored.
    """
    of_space: dict[tuple[str, int, SpaceKind], list[tuple[int, Embedding]]] = {}
    for source, result in results:
        key = (result.model, result.version, result.kind)
        of_space.setdefault(key, []).append((source.image_id, result))
    for (model, version, kind), pairs in of_space.items():
        dimensions = int(np.shape(pairs[0][1].vector)[-1])
        for image, result in pairs:
            if np.shape(result.vector) != (dimensions,):
                raise BadVector(f"Image {image}: {model} gave {np.shape(result.vector)}, not {dimensions} numbers.")
        ids = np.array([image for image, _ in pairs], np.int64)
        matrix = np.stack([result.vector for _, result in pairs])
        check(model, ids, matrix)
        save(tx, spaces.get_or_create(tx, model, version, dimensions, kind), ids, matrix)


def check(model: str, ids: Ids, matrix: NDArray[np.floating]) -> None:
    """Refuse vectors that mean nothing.

    Args:
        model: for the message.
        ids: of the images.
        matrix: n x dimensions.

    Raises:
        BadVector: one of them is not finite or of no length.
    """
    lengths = np.linalg.norm(matrix.astype(np.float64), axis=1)
    for bad, what in ((~np.isfinite(lengths), "numbers that are not finite"), (lengths < 1e-6, "only zeros")):
        if bad.any():
            raise BadVector(f"Image {ids[bad.argmax()]}: {model} gave {what}.")


def save(tx: Transaction, space: Space, ids: Ids, matrix: NDArray[np.floating]) -> None:
    """Write vectors, in place of older ones of the same images. The caller has locked the images.

    Args:
        tx: the transaction.
        space: where.
        ids: of the images, each once.
        matrix: n x dimensions; brought to length 1.

    Raises:
        BadVector: wrong dimensions, not finite, or of no length.
    """
    if matrix.shape != (len(ids), space.dimensions):
        raise BadVector(
            f"Image {ids[0] if len(ids) else 0}: {space.model} gave {matrix.shape[-1]} numbers, not {space.dimensions}."
        )
    check(space.model, ids, matrix)
    if not len(ids):
        return
    unit = matrix.astype(np.float32)
    unit /= np.abs(unit).max(axis=1, keepdims=True)  # squares of large numbers would not fit
    unit /= np.linalg.norm(unit, axis=1, keepdims=True)
    tx.execute(f"DELETE FROM {spaces.table(space)} WHERE image_id = ANY(:ids)", ids=ids.tolist())
    bulk.write(tx, spaces.table(space), _columns(space), {"image_id": ids, "vector": _to_wire(unit)})


def forget(tx: Transaction, kind: SpaceKind, ids: Sequence[int]) -> None:
    """Remove the vectors of these images from all spaces of a kind: what they were of is no more."""
    for space in spaces.every(tx):
        if ids and space.kind is kind:
            tx.execute(f"DELETE FROM {spaces.table(space)} WHERE image_id = ANY(:ids)", ids=list(ids))


def load(
    tx: Transaction, space: Space, ids: Sequence[int] | Ids | None = None, *, catalog: UUID | None = None
) -> tuple[Ids, Halves]:
    """Vectors of a space: of all images, of these, or of a catalog's.

    Returns:
        Ids in ascending order, and n x dimensions in half precision; images without a vector are left out.
    """
    terms, parameters = ["true"], dict[str, object]()
    if ids is not None:
        terms.append("v.image_id = ANY(%(ids)s)")
        parameters["ids"] = np.asarray(ids, np.int64).tolist()
    if catalog is not None:
        terms.append("EXISTS (SELECT FROM image i WHERE i.id = v.image_id AND i.catalog_id = %(catalog)s)")
        parameters["catalog"] = catalog
    return read(tx, space, f"WHERE {' AND '.join(terms)}", **parameters)


def read(tx: Transaction, space: Space, tail: str, **parameters: object) -> tuple[Ids, Halves]:
    """The vectors of a query's tail on the table's alias `v`, with `%(name)s` parameters; ids ascending."""
    query = f"SELECT v.image_id, v.vector FROM {spaces.table(space)} v {tail}"
    found = bulk.read(tx, query, _columns(space), **parameters)
    order = np.argsort(found["image_id"], kind="stable")
    return found["image_id"][order], _from_wire(found["vector"][order])


def sample(tx: Transaction, space: Space, count: int) -> tuple[Ids, Halves]:
    """Vectors drawn at random, the same ones as long as the space does not change.

    Returns:
        As `load`; fewer than asked for where the space has fewer.
    """
    bounds = tx.row(f"SELECT min(image_id) AS low, max(image_id) AS high FROM {spaces.table(space)}")
    assert bounds is not None
    if bounds["low"] is None:
        return load(tx, space, [])
    random = np.random.default_rng(space.id)
    low, high, found = bounds["low"], bounds["high"] + 1, np.empty(0, np.int64)
    for guesses in (4 * count, 64 * count):
        tried = np.unique(random.integers(low, high, guesses))
        found = _there(tx, space, tried)
        if len(found) >= count:
            return load(tx, space, random.choice(found, count, replace=False))
    found = _there(tx, space)  # few, or strewn thinly among the ids
    return load(tx, space, random.choice(found, min(count, len(found)), replace=False))


def _there(tx: Transaction, space: Space, ids: Ids | None = None) -> Ids:
    where = "" if ids is None else "WHERE image_id = ANY(%(ids)s)"
    query = f"SELECT image_id FROM {spaces.table(space)} {where} ORDER BY image_id"
    return bulk.read(tx, query, {"image_id": "i8"}, **({} if ids is None else {"ids": ids.tolist()}))["image_id"]


def _columns(space: Space) -> dict[str, str | int]:
    return {"image_id": "i8", "vector": _HEAD + 2 * space.dimensions}


def _to_wire(matrix: NDArray[np.float32]) -> NDArray[np.uint8]:
    """Rows as halfvec's binary form has them."""
    count, dimensions = matrix.shape
    wire = np.zeros((count, _HEAD + 2 * dimensions), np.uint8)
    wire[:, :2] = np.array([dimensions], ">i2").view(np.uint8)
    wire[:, _HEAD:] = matrix.astype(">f2").view(np.uint8).reshape(count, -1)
    return wire


def _from_wire(wire: NDArray[np.uint8]) -> Halves:
    return np.ascontiguousarray(wire[:, _HEAD:]).view(">f2").astype(np.float16)

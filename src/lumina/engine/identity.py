"""Which images are the same file or the same pixels."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from lumina.store.bulk import Columns

Labels = NDArray[np.int64]


def same(digests: NDArray[np.uint8], usable: NDArray[np.bool_]) -> Labels:
    """A number for each row, the same for equal digests: the place of the first such row.

    Args:
        digests: n x 32 bytes; all zeros where unknown.
        usable: rows that may be equal to others at all.
    """
    words = np.ascontiguousarray(digests).view(np.uint64)
    labels = np.arange(len(words))
    rows = np.flatnonzero(usable & words.any(axis=1))
    if len(rows) == 0:
        return labels
    order = rows[np.lexsort((rows, *words[rows].T))]
    starts = np.ones(len(order), np.bool_)
    starts[1:] = (words[order[1:]] != words[order[:-1]]).any(axis=1)
    labels[order] = order[starts][np.cumsum(starts) - 1]
    return labels


def identities(images: Columns) -> Labels:
    """The id of the first of all images with the same bytes or pixels, for each image of `features.load_images`.

    The same image data, the same file and the same decoded pixels each make two images the same, also by way of a
    third. Of videos only the bytes are compared.
    """
    photos = ~images["video"]
    everything = np.ones(len(photos), np.bool_)
    kinds = [
        same(images["checksum"], everything),
        same(images["content"], photos),
        same(images["pixels"], photos),
    ]
    return np.asarray(images["id"][joined(kinds)], np.int64)


def joined(kinds: list[Labels]) -> Labels:
    """The finest labels that are equal wherever any of the given ones are: the least place that can be reached."""
    least = np.arange(len(kinds[0]))
    while True:
        before = least.copy()
        for labels in kinds:
            reached = np.arange(len(least))
            np.minimum.at(reached, labels, least)
            least = np.minimum(least, reached[labels])
        if np.array_equal(least, before):
            return least

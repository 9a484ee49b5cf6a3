from dataclasses import dataclass

import numpy as np


@dataclass
class Pairs:
    left: object
    right: object
    distance: object
    capped: int


def collapse(h):
    return np.unique(h, return_inverse=True)


def join(h, radius, *, fresh=None, cap=0, check=lambda: None):
    d = np.bitwise_count(h[:, None] ^ h[None, :])
    a, b = np.nonzero(d <= radius)
    k = a < b
    if fresh is not None:
        k &= fresh[a] | fresh[b]
    return Pairs(a[k], b[k], d[a[k], b[k]], 0)


def cross(l, r, radius, *, cap=0, check=lambda: None):
    d = np.bitwise_count(l[:, None] ^ r[None, :])
    a, b = np.nonzero(d <= radius)
    return Pairs(a, b, d[a, b], 0)

"""Search hashes with a peer: `python search.py NAME FILE.npy RADIUS`; runs in the peers' own environment.

Prints one line of JSON: the seconds that the search alone took, and how many pairs it found.
"""

import json
import sys
import time
import types
from importlib.util import find_spec
from pathlib import Path

import numpy as np


def imagededup(hashes, radius):
    """Its own search, as `find_duplicates` calls it on this system: compiled brute force in all cores."""
    # Its utilities would load networks and plotters, of which the search needs none: they are named without their list.
    utilities = types.ModuleType("imagededup.utils")
    utilities.__path__ = [str(Path(find_spec("imagededup").origin).parent / "utils")]
    sys.modules["imagededup.utils"] = utilities
    from imagededup.handlers.search.retrieval import HashEval

    names = {str(place): f"{number:016x}" for place, number in enumerate(hashes.tolist())}
    began = time.perf_counter()
    near = HashEval(names, names, _distance, verbose=False, threshold=radius).retrieve_results(scores=True)
    return time.perf_counter() - began, sum(map(len, near.values())) // 2


def _distance(*_):
    raise NotImplementedError("the compiled search has its own")


def faiss_flat(hashes, radius):
    """FAISS: brute force, vectorised, in all cores. Its radius is exclusive."""
    import faiss

    codes = hashes.view(np.uint8).reshape(len(hashes), 8)
    index = faiss.IndexBinaryFlat(64)
    index.add(codes)
    began = time.perf_counter()
    found = sum(len(index.range_search(codes[at : at + 4096], radius + 1)[1]) for at in range(0, len(codes), 4096))
    return time.perf_counter() - began, (found - len(codes)) // 2


def faiss_hash(hashes, radius):
    """FAISS: multi-index hashing, made exact: as many bits flipped in each of its tables as the radius demands."""
    import faiss

    codes = hashes.view(np.uint8).reshape(len(hashes), 8)
    tables = 4
    began = time.perf_counter()
    index = faiss.IndexBinaryMultiHash(64, tables, 64 // tables)
    index.nflip = radius // tables
    index.add(codes)
    found = sum(len(index.range_search(codes[at : at + 4096], radius + 1)[1]) for at in range(0, len(codes), 4096))
    return time.perf_counter() - began, (found - len(codes)) // 2


if __name__ == "__main__":
    peer = {"imagededup": imagededup, "faiss-flat": faiss_flat, "faiss-hash": faiss_hash}[sys.argv[1]]
    seconds, pairs = peer(np.load(sys.argv[2]), int(sys.argv[3]))
    print(json.dumps({"seconds": seconds, "pairs": pairs}))

"""FAISS's flat and HNSW indexes on the vectors in a folder; run by a Python that has faiss-cpu, prints JSON lines."""

import json
import sys
import time

import numpy as np

NEIGHBOURS, CONSTRUCTION, BREADTH = 16, 160, 400


def main() -> None:
    """Build both, ask each question on its own."""
    import faiss  # of the Python that runs this, not of the project's

    folder, count = sys.argv[1], int(sys.argv[2])
    matrix = np.load(f"{folder}/matrix.npy").astype(np.float32)
    queries = np.load(f"{folder}/queries.npy")
    hnsw = faiss.IndexHNSWFlat(matrix.shape[1], NEIGHBOURS, faiss.METRIC_INNER_PRODUCT)
    hnsw.hnsw.efConstruction, hnsw.hnsw.efSearch = CONSTRUCTION, BREADTH
    for name, index in (("FAISS flat", faiss.IndexFlatIP(matrix.shape[1])), ("FAISS HNSW", hnsw)):
        began = time.perf_counter()
        index.add(matrix)
        built, seconds, found = time.perf_counter() - began, [], []
        for query in queries:
            began = time.perf_counter()
            _, ids = index.search(query[None], count)
            seconds.append(time.perf_counter() - began)
            found.append((ids[0] + 1).tolist())
        print(json.dumps({"name": name, "built": built, "seconds": seconds, "found": found}), flush=True)


if __name__ == "__main__":
    main()

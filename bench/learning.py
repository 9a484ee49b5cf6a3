"""Tagging, look-alikes and learning on photos whose names say what they show.

    python -m bench.learning ~/photos --model mobilenetv2-7.onnx [--database postgresql://...]

A photo's class is the WordNet id of ImageNet-1k (`n02110958`) in its own name or its folder's. The whole of Lumina is
run on the folder: scan, proxies, vectors, tags. Then its vectors are used to teach, with half of the photos held out.
Quality alone is measured here, which does not depend on how busy the machine is.
"""

from __future__ import annotations

import argparse
import re
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from bench.learning_figures import Photos, corrected, from_examples
from bench.messages import Messages
from lumina.bootstrap import MODELS, App, Settings, build
from lumina.domain import everyday
from lumina.inference.catalogue import entry
from lumina.inference.install import install
from lumina.store import catalogs, spaces, tags, taxonomy, vectors
from lumina.store.embedded import EmbeddedPostgres
from lumina.store.ledger import Worker

MODEL = "mobilenet-v2"
FEW = 14
"""Photos of a node from which on it is taught: half of them are held out."""
WHOLE = 0.25
"""Share of all photos above which a node is no subtree to be taught."""
GROUP = 6
"""Photos of one node from which on they are look-alikes of each other."""
EXAMPLES = (1, 3, 5, 10)


def main() -> int:
    """Exit status."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--model", type=Path, required=True, help="ONNX file of mobilenet-v2")
    parser.add_argument("--database", help="pattern of a server's URL, {} for the database; by default its own")
    parser.add_argument("--splits", type=int, default=10)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="lumina-bench-") as home, _server(given.database) as url:
        run(given.folder, given.model, Path(home), url, given.splits)
    return 0


@contextmanager
def _server(given: str | None) -> Iterator[str]:
    if given:
        yield given
        return
    with tempfile.TemporaryDirectory() as folder, EmbeddedPostgres(Path(folder)) as server:
        yield server.url


def run(folder: Path, model: Path, home: Path, url: str, splits: int) -> None:
    """Print all figures."""
    known, messages = entry(MODEL), Messages()
    install(home / MODELS, known, {known.files[0].path: model}, "a file")
    app = build(Settings(home=home, database_url=url), sender=messages)
    app.set_up_database()
    ids, names = ingest(app, messages, folder)
    truth = Truth(app, names)
    tagged(app, ids, truth)
    with app.store.transaction() as tx:
        space = spaces.live(tx, MODEL)
        assert space is not None, "nothing was embedded"
        found, matrix = vectors.load(tx, space)
    order = np.array([ids.index(image) for image in found.tolist()])
    matrix = matrix.astype(np.float32)
    lookalikes(matrix, truth, order)
    chance = app.trainer.recognisers.of(space).probabilities(matrix)
    tree = app.trainer.recognisers.of(space).tree
    places = {int(node): place for place, node in enumerate(tree.nodes)}
    taught(matrix, truth, order, chance, places, splits)
    app.close()


def ingest(app: App, messages: Messages, folder: Path) -> tuple[list[int], list[str]]:
    """The photos whose names tell a class, after all stages have run: ids and WordNet ids."""
    with app.store.transaction() as tx:
        catalog = catalogs.create(tx, "photos")
        source = catalogs.add_source(tx, catalog.id, str(folder.resolve()))
    app.work.ingest(catalog.id, source.id)
    me = Worker("bench", "1/1")
    while messages.waiting:
        app.engine.run_one(*messages.waiting.pop(0), me)
    with app.store.transaction() as tx:
        rows = tx.rows("SELECT image_id, path FROM file WHERE role = 'original' ORDER BY image_id")
    classes = {f"imagenet:{name}" for name in _wordnet(everyday.class_keys())}
    said = [(row["image_id"], match.group()) for row in rows if (match := re.search(r"n\d{8}", row["path"]))]
    kept = [(image, name) for image, name in said if f"imagenet:{name}" in classes]
    return [image for image, _ in kept], [name for _, name in kept]


def _wordnet(keys: dict[str, str]) -> list[str]:
    return [key.removeprefix("imagenet:") for key in keys]


class Truth:
    """What the photos show: for each the nodes from the root to the class's own."""

    def __init__(self, app: App, names: list[str]) -> None:
        with app.store.transaction() as tx:
            self.nodes = taxonomy.nodes(tx)
            there = taxonomy.by_keys(tx, everyday.class_keys().values())
        self.lines = [self.nodes[there[everyday.class_keys()[f"imagenet:{name}"]]].path for name in names]

    def of(self, node: int, order: NDArray[np.int64]) -> NDArray[np.bool_]:
        """Which photos show a node."""
        return np.array([node in self.lines[place] for place in order])

    def count(self) -> dict[int, int]:
        """Node -> photos that show it."""
        found: dict[int, int] = {}
        for line in self.lines:
            for node in line:
                found[node] = found.get(node, 0) + 1
        return found


def tagged(app: App, ids: list[int], truth: Truth) -> None:
    """How often the class is among the tags, by the branch of the tree; a tag above the class is right but coarse."""
    with app.store.transaction() as tx:
        said = tags.tags_of(tx, ids)
    rows: dict[str, list[tuple[bool, bool, bool, bool]]] = {}
    right = wrong = 0
    for image, line in zip(ids, truth.lines, strict=True):
        given = [truth.nodes[tag.node_id].path for tag in said.get(image, [])]
        exact = [line[-1] in path for path in given]
        coarse = [ok or path[-1] in line for ok, path in zip(exact, given, strict=True)]
        row = (any(exact[:1]), any(exact[:5]), any(coarse[:1]), not given)
        right, wrong = right + sum(coarse), wrong + len(coarse) - sum(coarse)
        for name in ("all", truth.nodes[line[0]].name):
            rows.setdefault(name, []).append(row)
    print("branch: photos; top-1, top-5 (the class or below it), first tag right but perhaps coarser, untagged")
    for name, row_ in sorted(rows.items(), key=lambda each: -len(each[1])):
        shares = np.array(row_).mean(axis=0)
        print(f"  {name}: {len(row_)}; " + ", ".join(f"{share:.3f}" for share in shares))
    print(f"  tags that are right, coarser ones included: {right} of {right + wrong}, {right / (right + wrong):.3f}")


def lookalikes(matrix: NDArray[np.float32], truth: Truth, order: NDArray[np.int64]) -> None:
    """Of the five nearest other photos, how many are of the same group: the smallest node with enough photos."""
    counts = truth.count()
    group = np.array([next((n for n in reversed(truth.lines[p]) if counts[n] >= GROUP), -1) for p in order])
    alike = matrix @ matrix.T
    np.fill_diagonal(alike, -2)
    nearest = np.argsort(-alike, axis=1)[:, :5]
    asked = group >= 0
    same = np.array([[group[row] in truth.lines[order[other]] for other in nearest[row]] for row in range(len(order))])
    chance = np.mean([(truth.of(int(node), order).sum() - 1) / (len(order) - 1) for node in group[asked]])
    print(f"look-alikes: {int(asked.sum())} photos, precision@5 {same[asked].mean():.3f} (by chance {chance:.3f})")


def taught(
    matrix: NDArray[np.float32],
    truth: Truth,
    order: NDArray[np.int64],
    chance: NDArray[np.float32],
    places: dict[int, int],
    splits: int,
) -> None:
    """Nodes taught from a few examples, and 50 corrections of them; every figure on photos that were held out."""
    counts = truth.count()
    chosen = [node for node, count in counts.items() if FEW <= count <= WHOLE * len(order)]
    for node in sorted(chosen, key=lambda node: -counts[node]):
        photos = Photos(matrix, truth.of(node, order))
        print(f"{truth.nodes[node].name}, {counts[node]} photos, {splits} splits")
        for count in EXAMPLES:
            if count <= counts[node] / 2:
                print(f"  taught by {count}: {from_examples(photos, count, splits)}")
        before, after = corrected(photos, splits)
        print(f"  50 corrections of what 5 examples taught: {before} -> {after}")
        before, after = corrected(Photos(matrix, photos.truth, chance[:, places[node]]), splits)
        print(f"  50 corrections of the classifier: {before} -> {after}")


if __name__ == "__main__":
    sys.exit(main())

"""How well copies are found: recall per transform, false pairs, groups; beside imagededup's hashes and czkawka's rules.

`python -m bench.duplicates_quality FOLDER...` makes the labelled set of the photos in these folders (`bench.labelled`)
and reports on its test half, on which nothing was tuned; without folders, of painted ones, which says little.
`--set OUT` keeps the set, or takes one that is there.
"""

from __future__ import annotations

import argparse
import tempfile
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from bench import camera_images, labelled
from bench.labelled import SOURCE
from bench.labelled_copies import COPIES
from bench.labelled_features import Features, load
from lumina.domain.duplicates import DEFAULT_THRESHOLD, Edge, Relation, Tier
from lumina.engine.cluster import Apart, Copies, Node, taken_apart
from lumina.engine.pairing import candidates
from lumina.store.features import Faces
from lumina.vision.signature import luma
from lumina.vision.verify import verify

Indices = NDArray[np.int64]
Pairs = tuple[Indices, Indices]

PLAIN = 8.0
"""Grey levels beyond rows and columns of even tone: 2 % of the whole photos have less. A tile with less shows a wall or
sky, and its copies are reported by themselves."""
CZKAWKA = 5
"""Bits of 64 that czkawka calls "medium"; its gradient hash is dhash."""


@dataclass(frozen=True)
class Found:
    """Pairs of a set that were taken for copies: after verification, and by hashes alone."""

    features: Features
    a: Indices
    b: Indices
    relation: NDArray[np.int8]
    similarity: NDArray[np.float32]
    hashed: Pairs


def find(features: Features, *, turned: bool) -> Found:
    """What the search for copies finds, with its joins and its verification."""
    rows = np.flatnonzero(~features.flat)
    faces = Faces(
        key=rows,
        image=rows,
        dhash=features.dhash[rows],
        phash=features.phash[rows],
        probes=features.probes[rows],
        turns=features.turns[rows],
        fresh=np.ones(len(rows), np.bool_),
    )
    pairs = candidates(faces, DEFAULT_THRESHOLD, turned=turned, fresh=faces.fresh, check=lambda: None)
    a, b = rows[pairs.a], rows[pairs.b]
    parts = [slice(at, at + 100_000) for at in range(0, len(a), 100_000)]
    verdicts = [verify(features.signature[a[p]], features.signature[b[p]], pairs.hint[p]) for p in parts]
    keep = np.concatenate([each.accepted for each in verdicts])
    relation = np.concatenate([each.relation for each in verdicts])
    similarity = np.concatenate([each.similarity for each in verdicts])
    return Found(features, a[keep], b[keep], relation[keep], similarity[keep], (a, b))


class Truth:
    """What the labels say."""

    def __init__(self, features: Features) -> None:
        labels = features.labels
        self.labels = labels
        self.group = _numbered([label.group for label in labels])
        self.scene = _numbered([label.scene for label in labels])
        self.sequence = _numbered([label.sequence for label in labels])
        self.in_sequence = np.array([bool(label.sequence) for label in labels])
        self.sources = {label.group: row for row, label in enumerate(labels) if label.kind == SOURCE}
        depths = {group: _structure(features, row) for group, row in self.sources.items()}
        copied = {label.group for label in labels if label.kind != SOURCE} & set(self.sources)
        self.plain = {group for group in copied if "+" in group and depths[group] < PLAIN}
        self.photos = copied - self.plain

    def false(self, a: Indices, b: Indices) -> NDArray[np.bool_]:
        """Pairs that are no copies; tiles of one photo and that photo say nothing."""
        one_sequence = self.in_sequence[a] & self.in_sequence[b] & (self.sequence[a] == self.sequence[b])
        return np.asarray((self.group[a] != self.group[b]) & ((self.scene[a] != self.scene[b]) | one_sequence))

    def recall(self, a: Indices, b: Indices, groups: set[str]) -> dict[str, float]:
        """Transform -> share of these groups' sources to which their copy by it has an edge."""
        linked: defaultdict[str, set[str]] = defaultdict(set)
        for x, y in zip(a[self.group[a] == self.group[b]], b[self.group[a] == self.group[b]], strict=True):
            kinds = {self.labels[x].kind, self.labels[y].kind}
            if SOURCE in kinds and len(kinds) == 2:
                linked[(kinds - {SOURCE}).pop()].add(self.labels[x].group)
        return {name: len(linked[name] & groups) / max(len(groups), 1) for name in COPIES}


def _numbered(names: Sequence[str]) -> Indices:
    return np.unique(names, return_inverse=True)[1].astype(np.int64)


def _structure(features: Features, row: int) -> float:
    plane = luma(features.signature[row : row + 1])[0].astype(np.float64)
    return float((plane - plane.mean(0) - plane.mean(1)[:, None] + plane.mean()).std())


def within(hashes: NDArray[np.uint64], radius: int, rows: Indices) -> Pairs:
    """All pairs of these rows within a radius, by brute force."""
    left, right = [], []
    for at in range(0, len(rows), 512):
        near = np.bitwise_count(hashes[rows[at : at + 512], None] ^ hashes[None, rows]) <= radius
        a, b = np.nonzero(near)
        keep = b > a + at
        left.append(rows[a[keep] + at])
        right.append(rows[b[keep]])
    return np.concatenate(left), np.concatenate(right)


def best_radius(hashes: NDArray[np.uint64], truth: Truth, rows: Indices) -> tuple[int, Pairs]:
    """The radius at which a hash alone has the best F1 over all pairs of copies, and its pairs."""
    a, b = within(hashes, 16, rows)
    distance = np.bitwise_count(hashes[a] ^ hashes[b])
    false, true = truth.false(a, b), truth.group[a] == truth.group[b]
    sizes = np.bincount(truth.group[rows])
    positives = int((sizes * (sizes - 1) // 2).sum())

    def f1(radius: int) -> float:
        hits, misses = int((true & (distance <= radius)).sum()), int((false & (distance <= radius)).sum())
        return 2 * hits / (hits + misses + positives)

    radius = max(range(17), key=f1)
    return radius, (a[distance <= radius], b[distance <= radius])


def joined(count: int, a: Indices, b: Indices) -> Indices:
    """Groups as their peers make them: whatever is linked."""
    root = np.arange(count)
    while True:
        low = np.minimum(root[a], root[b])
        before = root.copy()
        np.minimum.at(root, a, low)
        np.minimum.at(root, b, low)
        root = root[root]
        if (root == before).all():
            return root


def starred(found: Found, rows: Indices) -> Indices:
    """Groups as Lumina makes them: the largest picture first; photographs taken at other moments are no copies."""
    features = found.features
    cameras = np.where(features.moment > 0, features.camera + 1, 0)
    nodes = [
        Node(int(row), int(row), int(row), 0 if features.flat[row] else int(row) + 1, moment=(int(c), int(m)))
        for row, c, m in zip(rows, cameras[rows], features.moment[rows], strict=True)
    ]
    edges = [
        Edge(int(a) + 1, int(b) + 1, Tier.PICTURE, 0, 0, float(s), Relation(int(r)))
        for a, b, s, r in zip(found.a, found.b, found.similarity, found.relation, strict=True)
    ]
    copies = Copies(nodes, edges, Apart())
    width = features.signature[:, :4].copy().view("<u2").astype(np.int64)
    keeper = np.arange(len(features.labels))
    for part in copies.components():
        for star in copies.stars(sorted(part, key=lambda row: (-int(width[row].prod()), row))):
            keeper[star] = star[0]
    return keeper


def b_cubed(groups: Indices, truth: Indices, rows: Indices) -> tuple[float, float]:
    """Precision and recall of a grouping, averaged over these images (A. Bagga, B. Baldwin, 1998)."""
    both = Counter(zip(groups[rows].tolist(), truth[rows].tolist(), strict=True))
    mine, true = Counter(groups[rows].tolist()), Counter(truth[rows].tolist())
    precision = sum(count * count / mine[pair[0]] for pair, count in both.items()) / len(rows)
    recall = sum(count * count / true[pair[1]] for pair, count in both.items()) / len(rows)
    return precision, recall


def apart(features: Features, a: Indices, b: Indices) -> NDArray[np.bool_]:
    """Pairs that one camera took at two moments."""
    same = (features.camera[a] == features.camera[b]) & (features.moment[a] > 0) & (features.moment[b] > 0)
    moments = zip(features.moment[a].tolist(), features.moment[b].tolist(), strict=True)
    return same & np.array([taken_apart(first, second) for first, second in moments], np.bool_)


def report(features: Features) -> None:
    """All tables of one half."""
    truth = Truth(features)
    off, on = find(features, turned=False), find(features, turned=True)
    shown = np.array([not (label.kind in COPIES and COPIES[label.kind].turned) for label in truth.labels])
    rows = np.flatnonzero(shown)
    phash, dhash = (best_radius(hashes, truth, rows) for hashes in (features.peer_phash, features.peer_dhash))
    telling = rows[(features.dhash[rows] != 0) & (features.dhash[rows] != np.uint64(2**64 - 1))]
    czkawka = within(features.dhash, CZKAWKA, telling)
    print(
        f"{len(truth.labels)} files; {len(truth.photos)} photos with copies, {len(truth.plain)} plain tiles with copies"
    )
    _recalls(truth, off, on, phash, dhash, czkawka)
    ways: dict[str, Pairs] = {
        "Lumina, verified": (off.a, off.b),
        "Lumina, verified, turned as well": (on.a, on.b),
        "Lumina, hashes alone": off.hashed,
        f"imagededup phash <= {phash[0]}": phash[1],
        f"imagededup dhash <= {dhash[0]}": dhash[1],
        f"czkawka, gradient <= {CZKAWKA}": czkawka,
    }
    _falses(truth, features, ways)
    _groups(truth, off, rows, {name: pairs for name, pairs in ways.items() if "verified" not in name})


def _recalls(
    truth: Truth, off: Found, on: Found, phash: tuple[int, Pairs], dhash: tuple[int, Pairs], czkawka: Pairs
) -> None:
    columns: list[Mapping[str, float]] = [
        truth.recall(off.a, off.b, truth.photos),
        truth.recall(on.a, on.b, truth.photos),
        truth.recall(*on.hashed, truth.photos),
        truth.recall(on.a, on.b, truth.plain),
        *(truth.recall(*pairs, truth.photos) for pairs in (phash[1], dhash[1], czkawka)),
    ]
    print("\n| recall | Lumina | turned on | its hashes | plain tiles | phash | dhash | czkawka |")
    print("|---|---|---|---|---|---|---|---|")
    for name in COPIES:
        print(f"| {name} | " + " | ".join(f"{column[name]:.3f}" for column in columns) + " |")
    families = list(dict.fromkeys(copy.family for copy in COPIES.values()))
    for family in families:
        names = [name for name, copy in COPIES.items() if copy.family == family]
        means = [sum(column[name] for name in names) / len(names) for column in columns]
        print(f"| **{family}** | " + " | ".join(f"{mean:.4f}" for mean in means) + " |")


def _falses(truth: Truth, features: Features, ways: Mapping[str, Pairs]) -> None:
    count = len(truth.labels)
    print("\n| edges | all | false | of these frames of a sequence | taken apart | precision | per million pairs |")
    print("|---|---|---|---|---|---|---|")
    for name, (a, b) in ways.items():
        false = truth.false(a, b)
        burst = false & truth.in_sequence[a] & (truth.sequence[a] == truth.sequence[b])
        late = false & apart(features, a, b) if name.startswith("Lumina, ver") else np.zeros(len(a), np.bool_)
        told = int((truth.group[a] == truth.group[b]).sum()) + int((false & ~late).sum())
        left = int((false & ~late).sum())
        million = 2e6 * left / (count * (count - 1))
        print(
            f"| {name} | {len(a)} | {int(false.sum())} | {int(burst.sum())} | {int(late.sum())} |"
            f" {1 - left / max(told, 1):.6f} | {million:.3f} |"
        )
        kinds = Counter(" / ".join(sorted((_what(truth, x), _what(truth, y)))) for x, y in _both(a, b, false & ~late))
        print(f"  {dict(kinds.most_common(6))}")
    photos = np.array([label.kind == SOURCE or label.path.endswith((" 0.jpg",)) for label in truth.labels])
    a, b = ways["Lumina, verified, turned as well"]
    among = truth.false(a, b) & photos[a] & photos[b]
    print(f"\nfalse edges among {int(photos.sum())} distinct photos and tiles: {int(among.sum())}")


def _groups(truth: Truth, found: Found, rows: Indices, peers: Mapping[str, Pairs]) -> None:
    count = len(truth.labels)
    grouped: dict[str, Callable[[], Indices]] = {"Lumina": lambda: starred(found, rows)}
    for name, (a, b) in peers.items():
        grouped[name] = lambda a=a, b=b: joined(count, a, b)  # type: ignore[misc]
    print("\n| groups | B-cubed precision | recall |\n|---|---|---|")
    for name, make in grouped.items():
        precision, recall = b_cubed(make(), truth.group, rows)
        print(f"| {name} | {precision:.5f} | {recall:.4f} |")


def _both(a: Indices, b: Indices, keep: NDArray[np.bool_]) -> Iterable[tuple[int, int]]:
    return zip(a[keep].tolist(), b[keep].tolist(), strict=True)


def _what(truth: Truth, row: int) -> str:
    label = truth.labels[row]
    return "photo" if label.kind == SOURCE or label.kind in COPIES else label.kind.split(",")[0]


def _painted() -> Path:
    """A folder of camera-like pictures, for machines without a photo collection at hand."""
    camera_images.make(camera_images.DEFAULT, 40)
    return camera_images.DEFAULT


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folders", type=Path, nargs="*")
    parser.add_argument("--set", type=Path, help="where the set is, or is to be kept")
    parser.add_argument("--sources", type=int, default=2000)
    parser.add_argument("--half", choices=("test", "tuning"), default="test")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="lumina-bench-") as scratch:
        folder = arguments.set or Path(scratch)
        if not (folder / "labels.json").exists():
            folder.mkdir(parents=True, exist_ok=True)
            labelled.write(folder, labelled.chosen(arguments.folders or [_painted()], arguments.sources))
        report(load(folder, arguments.half))


if __name__ == "__main__":
    main()

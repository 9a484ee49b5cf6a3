"""How often the source of a group of copies is the one that is kept: by the score alone, and by the default policy.

`python -m bench.keeper FOLDER...`; `--half tuning` for the half on which constants were set, `--sources` for fewer, and
`--saved` for how sources are saved: `as-labelled` (quality 93, like the labelled set's) or `as-cameras` (80 to 97).

Photos that one can get have mostly been saved twice, and a copy that loses the traces of that would rightly be called
the better one. Here a source is therefore a photo, or a large tile of one, at half its size: what an earlier
compression has left is gone, and the source is of the first generation, as a camera's file. Half of the copies keep
their EXIF, all files are equally old, and their names say nothing.

Groups are the source with all its copies, with each one of them, and with some that are drawn at random. Two groups
more are there to be lost: all of their copies were made from one that was edited.
"""

from __future__ import annotations

import argparse
import os
import tempfile
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, replace
from io import BytesIO
from pathlib import Path
from zlib import crc32

import numpy as np
from blake3 import blake3
from PIL import Image, ImageOps

from bench.labelled import SOURCE, _shot
from bench.labelled_copies import COPIES
from bench.labelled_sources import TILE, Pixels, Source, _photo, find
from lumina.domain.consensus import Pair, Way, comparable, telling
from lumina.domain.duplicates import Candidate
from lumina.domain.metadata import ImageMetadata
from lumina.domain.policy import Policy, Ranking
from lumina.domain.rules import Original
from lumina.domain.stage import Failure, Noted
from lumina.domain.values import Measures, MediaKind
from lumina.engine.consensus import Consensus, Shown
from lumina.files.picture import MasterPicture
from lumina.stages.hash import Hash
from lumina.stages.quality import Quality
from lumina.vision.consensus import named, ways
from scripts.sample_library.shots import exif_of

CLEAR = 2.0
"""Points from which on the default policy is sure."""
_LARGEST = 1600
_FLATTEST = 0.02
"""Contrast below which pictures are compared by bytes only, and have no copies of tier `picture`."""
_CAMERAS = (80, 85, 88, 90, 92, 93, 95, 97)
_FACTS = ("taken_at", "camera_model", "lens_model", "exposure_time", "f_number", "iso", "focal_length", "latitude")


@dataclass(frozen=True, slots=True)
class Copy:
    """One file of a group, as the choice of a keeper sees it."""

    group: str
    kind: str
    measures: Measures
    candidate: Candidate
    signature: bytes
    pixels: bytes


def sources(folders: Sequence[Path], half: str, most: int) -> list[Source]:
    """Whole photos and tiles of twice the usual size, of one half; spread over all where there are more than `most`."""
    found = [source for source in find(folders) if source.half == half and not source.kept_for_sequences]
    usable = [source for source in found if source.tile is None or _fits(source)]
    step = max(1, -(-len(usable) // most))
    return usable[::step]


def _fits(source: Source) -> bool:
    """True for the tiles of a grid of twice the size that lie in the picture whole."""
    assert source.tile is not None
    width, height = _photo(source.path).size
    left, top = source.tile
    on_grid = left % (2 * TILE[0]) == 0 and top % (2 * TILE[1]) == 0
    return on_grid and left + 2 * TILE[0] <= width and top + 2 * TILE[1] <= height


def halved(source: Source) -> Pixels:
    """The source's pixels at half size."""
    photo = _photo(source.path)
    if source.tile is not None:
        left, top = source.tile
        photo = photo.crop((left, top, left + 2 * TILE[0], top + 2 * TILE[1]))
    scale = min(0.5, _LARGEST / max(photo.size))
    size = round(photo.width * scale), round(photo.height * scale)
    return np.asarray(photo.resize(size, Image.Resampling.LANCZOS))


def files(source: Source, saved: str) -> Iterator[tuple[str, str, bytes]]:
    """Kind, suffix and bytes of a source and of its copies."""
    number = crc32(source.name.encode())
    quality = _CAMERAS[number % len(_CAMERAS)] if saved == "as-cameras" else 93
    subsampling = number // 8 % 3 if saved == "as-cameras" else 0
    shot, rng, buffer = _shot(source.name), np.random.default_rng(number), BytesIO()
    image = Image.fromarray(halved(source))
    image.save(buffer, "JPEG", quality=quality, subsampling=subsampling, exif=exif_of(shot).tobytes())
    yield SOURCE, ".jpg", buffer.getvalue()
    pixels = np.asarray(Image.open(buffer))
    for kind, copy in COPIES.items():
        kept = crc32(f"{source.name} {kind}".encode()) % 2
        yield kind, copy.container.suffix, copy.make(pixels, rng, exif_of(shot) if kept else Image.Exif())


def group(task: tuple[Source, str]) -> list[Copy]:
    """A source and its copies, measured; none of a flat picture."""
    source, saved = task
    found: list[Copy] = []
    with tempfile.TemporaryDirectory(prefix="lumina-bench-") as folder:
        for number, (kind, suffix, data) in enumerate(files(source, saved)):
            path = Path(folder) / f"{crc32(f'{source.name}{kind}'.encode()):08x}{suffix}"
            path.write_bytes(data)
            os.utime(path, ns=(0, 0))
            found.append(_copy(source.name, kind, number, path))
    return found if found[0].measures.contrast >= _FLATTEST else []


def _copy(name: str, kind: str, number: int, path: Path) -> Copy:
    picture = MasterPicture(number, path, kind=MediaKind.PHOTO, max_pixels=100_000_000)
    (measures,), (seen,) = Quality().run([picture]), Hash().run([picture])
    if isinstance(measures, (Failure, Noted)) or isinstance(seen, (Failure, Noted)):
        raise SystemExit(f"{name}, {kind}: {measures}, {seen}")
    (width, height), size = picture.size, path.stat().st_size
    fields = (number, str(path), str(path.parent), picture.format.value, size, width, height)
    candidate = Candidate(*fields, measures.score, _facts(picture.metadata), 0)
    with Image.open(path) as image:
        pixels = blake3(ImageOps.exif_transpose(image).convert("RGB").tobytes()).digest()
    return Copy(name, kind, measures, candidate, seen.signature, pixels)


def _facts(metadata: ImageMetadata) -> int:
    return sum(getattr(metadata, name) is not None for name in _FACTS)


@dataclass(slots=True)
class Tally:
    """How the source fared against copies of one kind."""

    groups: int = 0
    higher: int = 0
    clear: int = 0
    clearly_lower: int = 0


def tables(groups: Sequence[Sequence[Copy]]) -> dict[str, Tally]:
    """Kind of copy -> how often its score is below the source's."""
    tallies: defaultdict[str, Tally] = defaultdict(Tally)
    for copies in groups:
        own = _score(copies[0])
        for copy in copies[1:]:
            tally, ahead = tallies[copy.kind], own - _score(copy)
            tally.groups += 1
            tally.higher += ahead > 0
            tally.clear += ahead >= CLEAR
            tally.clearly_lower += ahead <= -CLEAR
    return dict(tallies)


def _score(copy: Copy) -> float:
    return copy.measures.score or 0.0


class Choice:
    """Asks the default policy which of some copies is kept, as the search for copies does."""

    def __init__(self, copies: Sequence[Copy]) -> None:
        self.copies = copies
        self.known = {at: copy.candidate for at, copy in enumerate(copies)}
        faces = {signature: at + 1 for at, signature in enumerate(sorted({copy.signature for copy in copies}))}
        same = {copy.pixels: at for at, copy in reversed(list(enumerate(copies)))}
        self.shown = [Shown(at, same[copy.pixels], faces[copy.signature]) for at, copy in enumerate(copies)]
        signatures = np.stack([np.frombuffer(signature, np.uint8) for signature in sorted(faces)])
        self.ways: dict[Pair, Way] = {}
        for compare, pairs in ((ways, comparable), (named, lambda looks: telling(looks, self.ways))):
            found = pairs(each.face for each in self.shown)
            left, right = (np.array([pair[end] - 1 for pair in found], np.int64) for end in (0, 1))
            compared = zip(found, compare(signatures, left, right).tolist(), strict=True)
            self.ways |= {pair: Way(way) for pair, way in compared if way}

    def keeper(self, places: Sequence[int], policy: Policy, *, crops: bool = True) -> Ranking:
        """The ranking of those at these places; crops are known as such, or not."""
        shown = [self.shown[at] for at in places]
        judged = Consensus(self.ways).judged(shown, self.known)
        parts = [(at, 0) for at in places if crops and "crop" in self.copies[at].kind]
        return policy.order(judged, parts, {each.image: each.identity for each in shown})


SIZES = (3, 5, 10)
DRAWN = 20
"""Groups of each size that are drawn from the copies of one source."""
_BRED = {
    "two copies of one toned copy": ("gamma 1.2", "gamma, 3/4"),
    "two copies of one marked copy": ("watermark", "watermark, half size"),
}


def kept(groups: Sequence[Sequence[Copy]]) -> dict[str, float]:
    """Share of groups whose source is kept, in several ways."""
    policy = Policy.default()
    without = replace(policy, rules=tuple(rule for rule in policy.rules if not isinstance(rule, Original)))
    choices = [Choice(copies) for copies in groups]
    rng, everything = np.random.default_rng(7), range(len(COPIES) + 1)
    kinds = [copy.kind for copy in groups[0]]
    drawn = {size: [[0, *(1 + rng.permutation(len(COPIES))[: size - 1])] for _ in range(DRAWN)] for size in SIZES}

    def share(sets: Iterable[Sequence[int]], policy: Policy = policy, *, crops: bool = True) -> float:
        chosen = [list(map(int, places)) for places in sets]
        return float(
            np.mean([each.keeper(places, policy, crops=crops).keeper == 0 for each in choices for places in chosen])
        )

    pairs = [(0, at) for at in everything[1:]]
    found = {
        "by the score alone": float(np.mean([max(copies, key=_score).kind == SOURCE for copies in groups])),
        "by the default policy, crops not known": share([everything], crops=False),
        "by the default policy, crops known as such": share([everything]),
        "  without its rule original": share([everything], without),
        "in pairs of the source and one copy": share(pairs),
        "  without the rule original": share(pairs, without),
    }
    for size, sets in drawn.items():
        found[f"in groups of {size}"] = share(sets)
        found[f"  without the rule original, {size}"] = share(sets, without)
    for words, copies in _BRED.items():
        found[f"beside {words}"] = share([[0, *map(kinds.index, copies)]])
    rankings = [each.keeper(everything, policy) for each in choices]
    decided = [ranking.keeper == 0 for ranking in rankings if ranking.decided]
    found[f"where nothing is left to a person ({len(decided)} of {len(groups)})"] = float(np.mean(decided or [0]))
    return found


def lost(groups: Sequence[Sequence[Copy]]) -> list[str]:
    """What the default policy keeps instead of the source, against all copies at once."""
    policy, found = Policy.default(), []
    for copies in groups:
        keeper = copies[Choice(copies).keeper(range(len(copies)), policy).keeper]
        if keeper.kind != SOURCE:
            found.append(f"{keeper.group}: {keeper.kind}, {_score(keeper):.1f} against {_score(copies[0]):.1f}")
    return found


def worst(groups: Sequence[Sequence[Copy]]) -> list[tuple[str, str]]:
    """Sources that a copy beats by its score, the widest margin first, with that copy."""
    found = []
    for copies in groups:
        best = max(copies, key=_score)
        if best.kind != SOURCE:
            found.append((_score(copies[0]) - _score(best), copies[0].group, best.kind))
    return [(name, f"{kind} by {-ahead:.1f}") for ahead, name, kind in sorted(found)]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folders", type=Path, nargs="+")
    parser.add_argument("--half", choices=("tuning", "test"), default="test")
    parser.add_argument("--sources", type=int, default=10_000)
    parser.add_argument("--saved", choices=("as-labelled", "as-cameras"), default="as-labelled")
    arguments = parser.parse_args()
    chosen = sources(arguments.folders, arguments.half, arguments.sources)
    with ProcessPoolExecutor() as pool:
        tasks = [(source, arguments.saved) for source in chosen]
        groups = [copies for copies in pool.map(group, tasks, chunksize=4) if copies]
    print(f"{arguments.half} half, sources saved {arguments.saved}: {len(groups)} groups of {len(COPIES) + 1}")
    print(f"{'copy':24s} source higher  by {CLEAR:g} or more  lower by {CLEAR:g} or more")
    for kind, tally in tables(groups).items():
        shares = (value / tally.groups for value in (tally.higher, tally.clear, tally.clearly_lower))
        print(f"{kind:24s}", "".join(f"{share:15.1%}" for share in shares))
    for name, against in worst(groups)[:12]:
        print(f"not kept: {name}, {against}")
    for line in lost(groups):
        print(f"kept instead of the source: {line}")
    for way, share in kept(groups).items():
        print(f"source kept {way}: {share:.1%}")


if __name__ == "__main__":
    main()

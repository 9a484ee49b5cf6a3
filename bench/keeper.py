"""How often the source of a group of copies is the one that is kept: by the score alone, and by the default policy.

`python -m bench.keeper FOLDER...`; `--half tuning` for the half on which constants were set, `--sources` for fewer, and
`--saved` for how sources are saved: `as-labelled` (quality 93, like the labelled set's) or `as-cameras` (80 to 97).

Photos that one can get have mostly been saved twice, and a copy that loses the traces of that would rightly be called
the better one. Here a source is therefore a photo, or a large tile of one, at half its size: what an earlier
compression has left is gone, and the source is of the first generation, as a camera's file. Half of the copies keep
their EXIF, all files are equally old, and their names say nothing.
"""

from __future__ import annotations

import argparse
import os
import tempfile
from collections import defaultdict
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from zlib import crc32

import numpy as np
from PIL import Image

from bench.labelled import SOURCE, _shot
from bench.labelled_copies import COPIES
from bench.labelled_sources import TILE, Pixels, Source, _photo, find
from lumina.domain.duplicates import Candidate
from lumina.domain.metadata import ImageMetadata
from lumina.domain.policy import Policy
from lumina.domain.stage import Failure, Noted
from lumina.domain.values import Measures, MediaKind
from lumina.files.picture import MasterPicture
from lumina.stages.quality import Quality
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
    (measures,) = Quality().run([picture])
    if isinstance(measures, (Failure, Noted)):
        raise SystemExit(f"{name}, {kind}: {measures}")
    (width, height), size = picture.size, path.stat().st_size
    fields = (number, str(path), str(path.parent), picture.format.value, size, width, height)
    return Copy(name, kind, measures, Candidate(*fields, measures.score, _facts(picture.metadata), 0))


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


def kept(groups: Sequence[Sequence[Copy]]) -> dict[str, float]:
    """Share of groups whose source is kept, in several ways."""
    policy = Policy.default()
    alone = [max(copies, key=_score).kind == SOURCE for copies in groups]
    without = [policy.order([copy.candidate for copy in copies]).keeper == 0 for copies in groups]
    rankings = [policy.order([copy.candidate for copy in copies], _crops(copies)) for copies in groups]
    known = [ranking.keeper == 0 for ranking in rankings]
    decided = [ranking.keeper == 0 for ranking in rankings if ranking.decided]
    pairs = [
        policy.order([copies[0].candidate, copy.candidate], _crops([copies[0], copy])).keeper == 0
        for copies in groups
        for copy in copies[1:]
    ]
    return {
        "by the score alone": float(np.mean(alone)),
        "by the default policy, crops not known": float(np.mean(without)),
        "by the default policy, crops known as such": float(np.mean(known)),
        "  the same in pairs of the source and one copy": float(np.mean(pairs)),
        f"  the same where it is not left to a person ({len(decided)} of {len(groups)})": float(
            np.mean(decided or [0])
        ),
    }


def worst(groups: Sequence[Sequence[Copy]]) -> list[tuple[str, str]]:
    """Sources that a copy beats by its score, the widest margin first, with that copy."""
    found = []
    for copies in groups:
        best = max(copies, key=_score)
        if best.kind != SOURCE:
            found.append((_score(copies[0]) - _score(best), copies[0].group, best.kind))
    return [(name, f"{kind} by {-ahead:.1f}") for ahead, name, kind in sorted(found)]


def _crops(copies: Sequence[Copy]) -> list[tuple[int, int]]:
    return [(copy.candidate.image_id, 0) for copy in copies if "crop" in copy.kind]


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
    for way, share in kept(groups).items():
        print(f"source kept {way}: {share:.1%}")


if __name__ == "__main__":
    main()

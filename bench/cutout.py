"""Images per second of the whole cut-out stage, beside a bare loop of rembg with one session on the same weights.

`python -m bench.cutout --database URL [FOLDER]`: the stage reads proxies, cuts out, encodes, reads back, syncs to disk
and saves the rows; rembg gets the same files, once from bytes to PNG as its command does it, once from and to Pillow's
pictures, where nothing is encoded or kept at all. The photos in FOLDER are taken, or else vases that are painted. What
both feed the network with, and what they read from it, is compared first, for files of all modes.
"""

from __future__ import annotations

import argparse
import shutil
import statistics
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
from PIL import Image

from bench import rembg_peer
from bench.embed import Clock, make_images
from bench.rembg_peer import Rembg
from lumina.domain.market import CutOut
from lumina.domain.stage import Noted
from lumina.domain.values import MediaKind
from lumina.files.derived import DerivedStore
from lumina.files.picture import MasterPicture, ProxyPicture
from lumina.inference import matting, providers
from lumina.inference.catalogue import entry
from lumina.inference.models import Models
from lumina.stages.cutout import Cutout
from lumina.stages.proxy import Proxy
from lumina.store import Store, cutouts, migrate
from lumina.vision.encode import jpeg
from tests.support.products import product
from tests.support.weights import install_weights, weights

MODES = ("RGB", "L", "LA", "RGBA", "P", "CMYK", "1", "I;16")
SIZE = (570, 713)
"""Of painted pictures: what marketplaces show in lists."""


def main() -> None:
    """Compare, then measure in turns."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path, nargs="?")
    parser.add_argument("--database", required=True, help="an empty one, for the rows")
    parser.add_argument("--model", default="u2netp")
    parser.add_argument("--count", type=int, default=16)
    parser.add_argument("--rounds", type=int, default=3)
    arguments = parser.parse_args()
    rembg_peer.prepare()
    store = Store(arguments.database, pool_size=1)
    migrate.upgrade(store)
    with tempfile.TemporaryDirectory(prefix="lumina-bench-") as scratch:
        home = Path(scratch)
        install_weights(home / "models", arguments.model)
        files = list(make_proxies(arguments.folder, arguments.count, home / "proxies"))
        models = Models(home / "models", entries=(entry(arguments.model),))
        given = home / "weights"
        given.mkdir()
        shutil.copy(weights(entry(arguments.model)), given)
        with Rembg(arguments.model, given) as peer:
            compare(peer, models.matting(arguments.model), files, home)
            measure(peer, models, arguments, files, store, home)
    store.close()


def make_proxies(folder: Path | None, count: int, home: Path) -> Iterator[Path]:
    """Proxies as the stage `proxy` writes them."""
    home.mkdir()
    found = sorted(path for path in folder.rglob("*") if path.suffix.lower() in (".jpg", ".jpeg")) if folder else []
    for number in range(count):
        place = home / f"{number:032x}.jpg"
        if found:
            path = found[number % len(found)]
            picture = MasterPicture(number, path, kind=MediaKind.PHOTO, max_pixels=500_000_000)
            pixels = picture.pixels(Proxy.side)
        else:
            pixels, _ = product(*SIZE, seed=number)
        place.write_bytes(jpeg(pixels, Proxy.quality))
        yield place


def compare(peer: Rembg, network: matting.Matting, files: Sequence[Path], home: Path) -> None:
    """Element by element: tensors of files of all modes, and masks."""
    given, out = list(in_all_modes(files[0], home / "modes")), home / "peer"
    out.mkdir()
    peer.prepare(given, out)
    worst = 0
    for number, path in enumerate(given):
        with Image.open(path) as image:
            pixels = np.asarray(image.convert("RGB"))
        tensor = network.prepare(pixels)
        assert np.array_equal(tensor, np.load(out / f"{number}.npy")[0]), f"{path.name}: fed with something else"
        height, width = pixels.shape[:2]
        mask = matting.alpha(network.maps(tensor[np.newaxis])[0], width, height)
        other = np.load(out / f"{number}.mask.npy")
        worst = max(worst, int(np.abs(mask.astype(int) - other).max()))
    print(f"{len(given)} files of modes {', '.join(MODES)}: tensors equal in each element, masks within {worst} of 255")


def in_all_modes(file: Path, home: Path) -> Iterator[Path]:
    """One picture in files of all modes."""
    home.mkdir()
    with Image.open(file) as image:
        image.load()
        for mode in MODES:
            place = home / f"{mode.replace(';', '')}.{'tif' if mode in ('CMYK', 'I;16') else 'png'}"
            if mode == "I;16":
                Image.fromarray(np.asarray(image.convert("L")).astype(np.uint16) * 257).save(place)
            else:
                image.convert(mode).save(place)
            yield place


def measure(
    peer: Rembg, models: Models, arguments: argparse.Namespace, files: Sequence[Path], store: Store, home: Path
) -> None:
    """All ways in turns."""
    images = make_images(store, len(files))
    peer.loop(files[:2], as_bytes=False)
    models.matting(arguments.model).load()
    print(f"{len(files)} proxies, {arguments.model}, {providers.cores()} cores")
    ratios: dict[str, list[float]] = {"PNG": [], "memory": [], "processor": []}
    for number in range(arguments.rounds):
        png, memory = peer.loop(files, as_bytes=True), peer.loop(files, as_bytes=False)
        derived = DerivedStore(home / f"derived{number}")
        clock = Clock()
        cut = whole_stage(Cutout(derived, models, arguments.model), files, store, images)
        ours = clock.read(len(files))
        ratios["PNG"].append(ours[0] / png[0])
        ratios["memory"].append(ours[0] / memory[0])
        ratios["processor"].append(memory[1] / ours[1])
        print(
            f"stage {ours[0]:5.2f} images/s, {ours[1]:5.0f} ms of processor each, {cut} cut out; rembg to PNG "
            f"{png[0]:5.2f} images/s, {png[1]:5.0f} ms: {ratios['PNG'][-1]:.2f} x; rembg in memory "
            f"{memory[0]:5.2f} images/s, {memory[1]:5.0f} ms: {ratios['memory'][-1]:.2f} x"
        )
    medians = {name: statistics.median(values) for name, values in ratios.items()}
    print(
        f"median {medians['PNG']:.2f} x rembg to PNG, {medians['memory']:.2f} x rembg in memory "
        f"({medians['processor']:.2f} x by processor time)"
    )


def whole_stage(stage: Cutout, files: Sequence[Path], store: Store, images: Sequence[int]) -> int:
    """From files to files and rows, as a worker does it; returns how many were cut out."""
    cut = 0
    for start in range(0, len(files), stage.batch):
        part = files[start : start + stage.batch]
        outcomes = stage.run([ProxyPicture(start + place, path) for place, path in enumerate(part)])
        values = [outcome.value if isinstance(outcome, Noted) else outcome for outcome in outcomes]
        kept: list[Any] = [
            (SimpleNamespace(image_id=images[start + place]), value)
            for place, value in enumerate(values)
            if isinstance(value, CutOut)
        ]
        assert len(kept) == len(part), values
        cut += sum(value.key is not None for _, value in kept)
        with store.transaction() as tx:
            cutouts.save(tx, kept)
    return cut


if __name__ == "__main__":
    main()

"""Images per second of five embedding stages as one group, beside the five bare sessions on ready tensors.

`python -m bench.embed_five --database URL [FOLDER] [--torch PYTHON]`: networks of the real shapes with random weights
are written once into build/bench (3.5 GB), by a Python that has PyTorch and transformers (the extra `export`). The
group reads proxies from disk, decodes each once, prepares it for each network, encodes, and saves the rows.
"""

from __future__ import annotations

import argparse
import os
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from bench.embed import Clock, make_images, make_proxies, ready
from lumina.domain.model import ModelEntry, ModelFile
from lumina.domain.values import MediaKind
from lumina.engine.execute import Executor, Task
from lumina.files import picture
from lumina.files.picture import ProxyPicture
from lumina.inference import manifest, providers
from lumina.inference.catalogue import entry
from lumina.inference.manifest import Manifest, Stored
from lumina.inference.models import Models
from lumina.stages.embed import Embed
from lumina.store import Store, migrate, vectors
from lumina.store.inputs import Input

ROOT = Path(__file__).parents[1]
NETWORKS = ROOT / "build" / "bench" / "five"
NAMES = ("clip-vit-b32", "clip-vit-l14", "siglip2-b16", "dinov2-base", "dinov2-large")


def main() -> None:
    """Both ways in turns."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path, nargs="?")
    parser.add_argument("--database", required=True, help="an empty one, for the vectors")
    parser.add_argument("--torch", type=Path, default=Path(sys.executable))
    parser.add_argument("--models", default=",".join(NAMES), help="only these")
    parser.add_argument("--count", type=int, default=8)
    parser.add_argument("--rounds", type=int, default=2)
    arguments = parser.parse_args()
    environment = {**os.environ, "PYTHONPATH": f"{ROOT / 'src'}:{ROOT}"}
    command = [str(arguments.torch), "-m", "bench.networks.five", str(NETWORKS)]
    subprocess.run(command, cwd=ROOT, env=environment, check=True)
    store = Store(arguments.database, pool_size=1)
    migrate.upgrade(store)
    models = Models(NETWORKS, entries=tuple(installed(name) for name in arguments.models.split(",")))
    with tempfile.TemporaryDirectory(prefix="lumina-bench-") as scratch:
        proxies = list(make_proxies(arguments.folder, arguments.count, Path(scratch)))
        measure(models, proxies, store, make_images(store, len(proxies)), arguments.rounds)
    store.close()


def installed(name: str) -> ModelEntry:
    """One image tower alone, of random weights, where it was written."""
    known, folder = entry(name), NETWORKS / name
    file = ModelFile(known.image.file, (folder / manifest.FILES / known.image.file).stat().st_size, "")
    there = {file.path: Stored(file.size, file.sha256)}
    manifest.write(folder, Manifest(name, known.version, there, "random", datetime.now(UTC)))
    return replace(known, files=(file,), text=None)


def measure(models: Models, proxies: Sequence[Path], store: Store, images: Sequence[int], rounds: int) -> None:
    """All networks are loaded, and have run once, before anything is timed."""
    encoders = [models.image_encoder(known.name) for known in models.entries()]
    tensors = {encoder.name: ready(encoder, proxies) for encoder in encoders}
    for encoder in encoders:
        encoder.features(tensors[encoder.name][:1])
    print(f"{len(proxies)} proxies, {len(encoders)} networks, {providers.cores()} cores", flush=True)
    ratios = []
    for _ in range(rounds):
        clock = Clock()
        for encoder in encoders:
            encoder.features(tensors[encoder.name])
        bare = clock.read(len(proxies))
        clock = Clock()
        decodes = whole_group(models, proxies, store, images)
        whole = clock.read(len(proxies))
        ratios.append((whole[0] / bare[0], bare[1] / whole[1]))
        print(
            f"group {whole[0]:5.2f} images/s, {whole[1]:6.0f} ms of processor each, "
            f"decoded {decodes / len(proxies):.2f} times; bare sessions {bare[0]:5.2f} images/s, {bare[1]:6.0f} ms; "
            f"{ratios[-1][0]:.2f} x",
            flush=True,
        )
    rate, processor = (statistics.median(values) for values in zip(*ratios, strict=True))
    print(f"median {rate:.2f} x the bare sessions, {processor:.2f} x by processor time")


def whole_group(models: Models, proxies: Sequence[Path], store: Store, images: Sequence[int]) -> int:
    """From files to rows, as a worker does it; returns how often a picture was decoded."""
    stages = [Embed(known, models) for known in models.entries()]
    names = frozenset(stage.name for stage in stages)
    places = dict(zip(images, proxies, strict=True))
    tasks = [Task(Input(image, MediaKind.PHOTO, 0, 0, 0, "", (), b""), names) for image in images]
    decoded = Counted()
    try:
        executed = Executor(stages, lambda source: ProxyPicture(source.image_id, places[source.image_id])).run(tasks)
    finally:
        decoded.end()
    with store.transaction() as tx:
        for pairs in executed.results.values():
            assert len(pairs) == len(proxies)
            vectors.save_embeddings(tx, pairs)
    return decoded.count


class Counted:
    """Counts files of pictures that are opened to be decoded, until `end`."""

    def __init__(self) -> None:
        self.count, self._open = 0, picture.open_source
        picture.open_source = self._counted

    def _counted(self, *given: object) -> object:
        self.count += 1
        return self._open(*given)  # type: ignore[arg-type]

    def end(self) -> None:
        """Leave things as they were."""
        picture.open_source = self._open


if __name__ == "__main__":
    main()

"""Images per second of the whole embedding stage, beside the bare ONNX session on ready tensors.

`python -m bench.embed --database URL FOLDER [--clip FOLDER] [--torch PYTHON]`: proxies are made of the photos in FOLDER
and read, decoded, prepared, encoded and saved; the bare session gets the same pictures as tensors, in batches as large.
MobileNetV2 with its real weights comes from the package index. `--clip` names a folder with the `vision_model.onnx` of
CLIP ViT-B/32 (random weights will do), and `--torch` a Python that has PyTorch and transformers, for the folder's
`checkpoint`. Rounds alternate, and the median ratio counts.
"""

from __future__ import annotations

import argparse
import statistics
import subprocess
import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np

from bench import camera_images
from lumina.domain.model import ModelEntry, ModelFile
from lumina.domain.values import MediaKind
from lumina.domain.vectors import Embedding
from lumina.files.picture import MasterPicture, ProxyPicture
from lumina.inference import providers
from lumina.inference.catalogue import entry
from lumina.inference.images import Images, Tensors
from lumina.inference.install import install
from lumina.inference.models import Models
from lumina.stages.embed import Embed
from lumina.stages.proxy import Proxy
from lumina.store import Store, migrate, vectors
from lumina.vision.encode import jpeg
from tests.support.weights import install_mobilenet

PEER = """
import sys, time, numpy, torch
from transformers import CLIPModel
model = CLIPModel.from_pretrained(sys.argv[1]).eval()
tensors = torch.from_numpy(numpy.load(sys.argv[2]))
torch.set_num_threads(int(sys.argv[3]))
with torch.inference_mode():
    for turn in range(2):
        begun, used = time.perf_counter(), time.process_time()
        for part in tensors.split(int(sys.argv[4])):
            model.visual_projection(model.vision_model(pixel_values=part).pooler_output)
print(len(tensors) / (time.perf_counter() - begun), 1000 * (time.process_time() - used) / len(tensors))
"""


class Clock:
    """Seconds of the clock and of the processors since it was made."""

    def __init__(self) -> None:
        self.begun, self.used = time.perf_counter(), time.process_time()

    def read(self, count: int) -> tuple[float, float]:
        """Images per second, milliseconds of processor per image."""
        return count / (time.perf_counter() - self.begun), 1000 * (time.process_time() - self.used) / count


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path, nargs="?")
    parser.add_argument("--database", required=True, help="an empty one, for the vectors")
    parser.add_argument("--clip", type=Path)
    parser.add_argument("--torch", type=Path)
    parser.add_argument("--count", type=int, default=128)
    parser.add_argument("--rounds", type=int, default=5)
    arguments = parser.parse_args()
    store = Store(arguments.database, pool_size=1)
    migrate.upgrade(store)
    with tempfile.TemporaryDirectory(prefix="lumina-bench-") as scratch:
        home = Path(scratch)
        proxies = list(make_proxies(arguments.folder, arguments.count, home))
        install_mobilenet(home / "models")
        entries = [entry("mobilenet-v2")]
        if arguments.clip:
            entries.append(install_clip(arguments.clip, home / "models"))
        models = Models(home / "models", entries=tuple(entries))
        images = make_images(store, len(proxies))
        print(f"{len(proxies)} proxies of 1440 pixels, {providers.cores()} cores")
        for known in entries:
            measure(known, models, proxies, store, images, arguments.rounds)
        if arguments.torch:
            torch_peer(arguments, models, proxies, home)
    store.close()


def make_proxies(folder: Path | None, count: int, home: Path) -> Iterator[Path]:
    """Proxies as the stage `proxy` writes them, of so many pictures."""
    paths = camera_images.given_or_made(folder, count)
    for number in range(count):
        picture = MasterPicture(number, paths[number % len(paths)], kind=MediaKind.PHOTO, max_pixels=500_000_000)
        place = home / f"{number:032x}.jpg"
        place.write_bytes(jpeg(picture.pixels(Proxy.side), Proxy.quality))
        yield place


def make_images(store: Store, count: int) -> list[int]:
    """Rows that the vectors belong to."""
    with store.transaction() as tx:
        catalog = tx.value("INSERT INTO catalog (name) VALUES (gen_random_uuid()::text) RETURNING id")
        source = tx.value("INSERT INTO source (catalog_id, path) VALUES (:c, '/bench') RETURNING id", c=catalog)
        rows = tx.rows(
            """INSERT INTO image (catalog_id, source_id, folder, stem)
            SELECT :catalog, :source, '', n::text FROM generate_series(1, :count) n RETURNING id""",
            catalog=catalog,
            source=source,
            count=count,
        )
    return [row["id"] for row in rows]


def install_clip(folder: Path, models: Path) -> ModelEntry:
    """CLIP's image tower alone, of whatever weights."""
    file = ModelFile("vision_model.onnx", (folder / "vision_model.onnx").stat().st_size, "")
    known = replace(entry("clip-vit-b32"), files=(file,), text=None)
    install(models, known, {file.path: folder / file.path}, str(folder))
    return known


def measure(
    known: ModelEntry, models: Models, proxies: Sequence[Path], store: Store, images: Sequence[int], rounds: int
) -> None:
    """Both ways in turns."""
    encoder = models.image_encoder(known.name)
    tensors = ready(encoder, proxies)
    encoder.features(tensors[:8])
    ratios = []
    for _ in range(rounds):
        clock = Clock()
        encoder.features(tensors)
        bare = clock.read(len(tensors))
        clock = Clock()
        whole_stage(Embed(known, models), proxies, store, images)
        whole = clock.read(len(tensors))
        ratios.append(whole[0] / bare[0])
        print(
            f"{known.name}: stage {whole[0]:6.1f} images/s, {whole[1]:5.1f} ms of processor each; "
            f"bare session {bare[0]:6.1f} images/s, {bare[1]:5.1f} ms; {ratios[-1]:.2f} x"
        )
    print(f"{known.name}: median {statistics.median(ratios):.2f} x the bare session")


def ready(encoder: Images, proxies: Sequence[Path]) -> Tensors:
    """What the stage would feed the network with."""
    pictures = [ProxyPicture(0, path) for path in proxies]
    return np.stack([encoder.prepare(picture.pixels(Embed.side_for(picture.size))) for picture in pictures])


def whole_stage(stage: Embed, proxies: Sequence[Path], store: Store, images: Sequence[int]) -> None:
    """From files to rows, as a worker does it: batch by batch, each saved in one transaction."""
    for start in range(0, len(proxies), stage.batch):
        pictures = [
            ProxyPicture(start + place, path) for place, path in enumerate(proxies[start : start + stage.batch])
        ]
        outcomes = stage.run(pictures)
        kept: list[Any] = [
            (SimpleNamespace(image_id=images[picture.image_id]), outcome)
            for picture, outcome in zip(pictures, outcomes, strict=True)
            if isinstance(outcome, Embedding)
        ]
        assert len(kept) == len(pictures)
        with store.transaction() as tx:
            vectors.save_embeddings(tx, kept)


def torch_peer(arguments: argparse.Namespace, models: Models, proxies: Sequence[Path], home: Path) -> None:
    """The reference library on the same tensors and weights."""
    encoder = models.image_encoder("clip-vit-b32")
    tensors = ready(encoder, proxies)
    np.save(home / "tensors.npy", tensors)
    command = [str(arguments.torch), "-c", PEER, str(arguments.clip / "checkpoint"), str(home / "tensors.npy")]
    done = subprocess.run(
        [*command, str(providers.cores()), str(encoder.fitting.size)], capture_output=True, text=True, check=True
    )
    rate, cpu = map(float, done.stdout.split())
    clock = Clock()
    encoder.features(tensors)
    ours = clock.read(len(tensors))
    print(
        f"PyTorch (transformers): {rate:6.1f} images/s, {cpu:5.1f} ms of processor each; Lumina's session "
        f"{ours[0]:6.1f}"
    )


if __name__ == "__main__":
    main()

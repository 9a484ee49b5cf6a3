"""What Lumina and its peers take from the files of the labelled set; kept beside them, since it takes a while."""

from __future__ import annotations

import json
import warnings
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from datetime import UTC
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from bench.labelled import Label
from lumina.domain.values import MediaKind
from lumina.files.picture import MasterPicture
from lumina.stages.hash import Hash
from lumina.vision.candidates import numbers
from lumina.vision.hashes import spectrum

MAX_PIXELS = 100_000_000


@dataclass(frozen=True)
class Features:
    """One row per label.

    Attributes:
        moment: capture time in microseconds, 0 where the file tells none. camera: a number per body.
        peer_phash, peer_dhash: by imagededup's definitions, of the file as it stores its pixels.
    """

    labels: list[Label]
    dhash: NDArray[np.uint64]
    phash: NDArray[np.uint64]
    flat: NDArray[np.bool_]
    signature: NDArray[np.uint8]
    probes: NDArray[np.uint64]
    turns: NDArray[np.uint64]
    moment: NDArray[np.int64]
    camera: NDArray[np.int64]
    peer_phash: NDArray[np.uint64]
    peer_dhash: NDArray[np.uint64]


def load(folder: Path, half: str) -> Features:
    """The features of one half of a set that `bench.labelled` has written."""
    labels = [Label(**each) for each in json.loads((folder / "labels.json").read_text()) if each["half"] == half]
    kept = folder / f"features-{half}-{Hash.version}.npz"
    if not kept.exists():
        np.savez(kept, **_read(folder, labels))
    arrays = np.load(kept)
    return Features(labels, **{name: arrays[name] for name in arrays.files})


def _read(folder: Path, labels: Sequence[Label]) -> dict[str, NDArray[np.generic]]:
    with ProcessPoolExecutor() as pool:
        rows = list(pool.map(_one, [folder / label.path for label in labels], chunksize=50))
    prints, moments, cameras, phashes, dhashes = zip(*rows, strict=True)
    names = {name: number for number, name in enumerate(sorted(set(cameras)))}
    blobs = {
        name: np.stack([np.frombuffer(getattr(each, name), np.uint8) for each in prints])
        for name in ("signature", "probes", "turns")
    }
    return {
        "dhash": np.array([each.dhash for each in prints], np.uint64),
        "phash": np.array([each.phash for each in prints], np.uint64),
        "flat": np.array([each.flat for each in prints]),
        "signature": blobs["signature"],
        "probes": numbers(blobs["probes"]),
        "turns": numbers(blobs["turns"]),
        "moment": np.array(moments, np.int64),
        "camera": np.array([names[each] for each in cameras], np.int64),
        "peer_phash": np.array(phashes, np.uint64),
        "peer_dhash": np.array(dhashes, np.uint64),
    }


def _one(path: Path) -> tuple[object, ...]:
    picture = MasterPicture(0, path, kind=MediaKind.PHOTO, max_pixels=MAX_PIXELS)
    metadata = picture.metadata
    taken = metadata.taken_at
    moment = 0 if taken is None else int(taken.replace(tzinfo=UTC).timestamp() * 1_000_000)
    camera = " ".join(map(str, (metadata.camera_make, metadata.camera_model, metadata.camera_serial)))
    return (Hash().one(picture), moment, camera, *peer_hashes(path))


def peer_hashes(path: Path) -> tuple[int, int]:
    """Hashes (phash, dhash) as imagededup 0.3 makes them (idealo, Apache-2.0): it does not turn pictures upright."""
    with warnings.catch_warnings(), Image.open(path) as image:
        warnings.simplefilter("ignore")
        pixels = image.convert("RGB")
    square = np.asarray(pixels.resize((32, 32), Image.Resampling.LANCZOS).convert("L"), np.uint8)
    low = spectrum(square)
    cells = np.asarray(pixels.resize((9, 8), Image.Resampling.LANCZOS).convert("L"), np.uint8)
    return _packed(low >= np.median(low.reshape(-1)[1:])), _packed(cells[:, 1:] > cells[:, :-1])


def _packed(bits: NDArray[np.bool_]) -> int:
    return int.from_bytes(np.packbits(bits).tobytes(), "big")

"""A small folder of real files with copies and bursts in it, and thousands of groups that exist only as rows."""

from __future__ import annotations

import shutil
from datetime import datetime, timedelta
from pathlib import Path

import numpy as np
from PIL import Image

from lumina.store import Store
from tests.support.pictures import Pixels, encoded, scene

SHUTTER = datetime(2024, 3, 2, 14, 5, 0)


def photo(path: Path, pixels: Pixels, taken: datetime | None = None, *, quality: int = 92, bias: float = 0.0) -> Path:
    """A JPEG of a camera, of that moment."""
    tags = Image.Exif()
    if taken is not None:
        tags[0x010F], tags[0x0110] = "NIKON CORPORATION", "NIKON D750"
        details = tags.get_ifd(0x8769)
        details[0x9003] = taken.strftime("%Y:%m:%d %H:%M:%S")
        details[0x9204] = bias
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(encoded(pixels, exif=tags.tobytes(), quality=quality))
    return path


def detailed(seed: int) -> Pixels:
    """A scene of 640 x 480 with fine texture, of which a smaller copy plainly has less."""
    grain = np.random.default_rng(seed).normal(0, 22, (240, 320, 1)).repeat(2, 0).repeat(2, 1)
    return np.clip(scene(seed, 640, 480) + grain, 0, 255).astype(np.uint8)


def copies(folder: Path, groups: int = 3) -> None:
    """Photos of which each has the same file elsewhere, and every second one a smaller picture as well."""
    for number in range(groups):
        pixels = detailed(number + 100)
        taken = datetime(2023, 5, 1 + number, 9, 30)
        original = photo(folder / "photos" / f"lake {number}.jpg", pixels, taken)
        (folder / "backup").mkdir(exist_ok=True)
        shutil.copy2(original, folder / "backup" / original.name)
        if number % 2 == 0:
            small = np.asarray(Image.fromarray(pixels).resize((320, 240), Image.Resampling.LANCZOS))
            photo(folder / "sent" / f"small {number}.jpg", small, quality=60)


def burst(folder: Path, number: int = 0, frames: int = 4) -> None:
    """Frames that one camera took within two seconds; the second is the sharpest."""
    pixels = scene(number + 200, 700, 500)
    for frame in range(frames):
        window = pixels[10:490, 10 + 3 * frame : 650 + 3 * frame].astype(np.float64)
        if frame != 1:
            window = (window + np.roll(window, 2, axis=1) + np.roll(window, 4, axis=1)) / 3
        noise = np.random.default_rng(number * 50 + frame).normal(0, 2, window.shape)
        taken = SHUTTER + timedelta(days=number, seconds=frame // 2)
        photo(folder / "burst" / f"DSC_{number}{frame:02}.jpg", np.clip(window + noise, 0, 255).astype(np.uint8), taken)


def bracket(folder: Path) -> None:
    """One frame at three exposures."""
    pixels = scene(300, 640, 480).astype(np.float64) / 255
    for frame, stops in enumerate((0.0, -2.0, 2.0)):
        exposed = np.clip(pixels**2.2 * 2.0**stops, 0, 1) ** (1 / 2.2) * 255
        taken = SHUTTER + timedelta(days=60, seconds=frame)
        photo(folder / "bracket" / f"DSC_9{frame:02}.jpg", exposed.astype(np.uint8), taken, bias=stops)


def thousands_of_groups(store: Store, groups: int) -> None:
    """Publish so many groups of two images each in a catalog of its own. The images are rows without files."""
    with store.transaction() as tx:
        for statement in _THOUSANDS.split(";"):
            tx.execute(statement, groups=groups)


_THOUSANDS = """
INSERT INTO catalog (name) VALUES ('Many');
INSERT INTO source (catalog_id, path) SELECT id, '/photos' FROM catalog WHERE name = 'Many' AND :groups > 0;
INSERT INTO image (catalog_id, source_id, folder, stem, width, height, taken_at)
    SELECT s.catalog_id, s.id, '', 'pair ' || n || c, 4000, 3000, timestamp '2020-01-01' + n * interval '1 hour'
    FROM source s, generate_series(1, :groups) n, unnest(ARRAY['a', 'b']) c ORDER BY n, c;
INSERT INTO file (image_id, source_id, path, role, format, size, modified_ns)
    SELECT id, source_id, stem || '.jpg', 'original', 'jpeg', 4000000 - id, 1 FROM image WHERE :groups > 0;
INSERT INTO run (catalog_id, kind, parameters, published_at)
    SELECT id, 'duplicates', '{"similarity_threshold": 5}', now() FROM catalog WHERE :groups > 0;
INSERT INTO published (catalog_id, kind, run_id) SELECT catalog_id, kind, id FROM run WHERE :groups > 0;
INSERT INTO duplicate_group (run_id, id, keeper_id, tier, images, gain, similarity, margin, decided, reasons)
    SELECT r.id, i.id, i.id, 3, 2, 4000000 - i.id - 1, 0.98, 4, i.id % 3 <> 0, '["Higher quality: 80 against 76"]'
    FROM image i, run r WHERE i.stem LIKE '%a' AND :groups > 0;
INSERT INTO duplicate_member
    (run_id, group_id, image_id, position, identity, size, tier, distance, similarity, relation)
    SELECT r.id, i.id - p, i.id, p, i.id, 4000000 - i.id, 3, 3, 0.98, 0
    FROM run r, image i CROSS JOIN LATERAL (SELECT CASE WHEN i.stem LIKE '%b' THEN 1 ELSE 0 END AS p) place
    WHERE :groups > 0
"""

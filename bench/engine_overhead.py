"""What database, ledger, queue and processes cost: `lumina up --once` beside the bare stage functions in a pool.

`python -m bench.engine_overhead [--count 3000] [FOLDER]`; without a folder, camera-like JPEGs are made (1.3 MB each).
Both start cold: processes, imports and the database's creation count.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from bench import camera_images, stages
from bench.ingest import pin


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path, nargs="?")
    parser.add_argument("--count", type=int, default=3000, help="pictures to make without a folder")
    parser.add_argument("--cores", type=int, default=2)
    arguments = parser.parse_args()
    cores = pin(arguments.cores)
    folder = arguments.folder or Path(f"build/bench/many-{arguments.count}")
    if arguments.folder is None:
        camera_images.make_many(folder, arguments.count)
    paths = sorted(path for path in folder.rglob("*") if path.suffix.lower() in {".jpg", ".jpeg"})
    for path in paths:
        path.read_bytes()  # the page cache is equally warm for both
    start = time.perf_counter()
    stages.everything(paths, cores)
    bare = time.perf_counter() - start
    whole = up_once(folder, cores, len(paths))
    print(f"{len(paths)} images, {cores} cores")
    print(f"bare stages   {bare:7.1f} s")
    print(f"lumina        {whole:7.1f} s")
    print(f"ratio         {whole / bare:7.2f}")


def up_once(folder: Path, slots: int, expected: int) -> float:
    """Seconds that `lumina up --once` takes on an empty home."""
    home = Path(tempfile.mkdtemp(prefix="lumina-bench-"))
    lumina = Path(sys.executable).parent / "lumina"
    environment = {**os.environ, "LUMINA_HOME": str(home), "LUMINA_SLOTS": str(slots)}
    try:
        start = time.perf_counter()
        subprocess.run([lumina, "up", "--once", folder], env=environment, check=True, stdout=subprocess.DEVNULL)
        seconds = time.perf_counter() - start
        status = subprocess.run([lumina, "status", "--json"], env=environment, check=True, capture_output=True)
        done = json.loads(status.stdout)["catalogs"][0]["stages"]["thumbnail"]["done"]
        assert done == expected, f"{done} thumbnails of {expected}"
    finally:
        shutil.rmtree(home, ignore_errors=True)
    return seconds


if __name__ == "__main__":
    main()

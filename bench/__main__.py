"""All benchmarks, or those that are named: `python -m bench [NAME]...`. Needs nothing but this checkout.

Those about a large catalog share a PostgreSQL of their own, and a synthetic catalog of a million images in it. Each
prints its figures; one that fails does not stop the others.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

from lumina.store.embedded import EmbeddedPostgres

ROOT = Path(__file__).parents[1]
SEEDED, SERVER = "{seeded}", "{server}"
"""Stand for the URL of the million's database, and of a server on which databases are made."""
BENCHMARKS: Mapping[str, Sequence[str]] = {
    "ingest": (),
    "engine_overhead": (),
    "engine": (),
    "join": (),
    "rescan": ("--database", SERVER),
    "download": (),
    "bursts": ("--database", SERVER),
    "embed": ("--database", SERVER),
    "cutout": ("--database", SERVER),
    "vectors": ("--database", SERVER),
    "duplicates_job": ("--database", SERVER),
    "duplicates_quality": ("--sources", "300"),
    "curation": ("--database", SERVER),
    "taxonomy": ("--database", SERVER),
    "search": ("--database", SERVER),
    "ensemble": ("--database", SERVER, "--listings", "5000", "--queries", "60"),
    "market_sync": ("--database", SERVER),
    "adopt": ("--database", SERVER, "--rows", "200000"),
    "timeline_api": ("--database", SEEDED),
    "text_search": ("--database", SEEDED),
    "timeline_browser": ("--database", SEEDED),
}


def main(names: Sequence[str]) -> int:
    """Exit status: 0 where all ended well."""
    if unknown := set(names) - set(BENCHMARKS):
        print(f"no benchmark {', '.join(sorted(unknown))}; there are {', '.join(BENCHMARKS)}", file=sys.stderr)
        return 2
    chosen = {name: BENCHMARKS[name] for name in BENCHMARKS if not names or name in names}
    print(f"{time.strftime('%Y-%m-%d')}, {os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}")
    needs = {argument for arguments in chosen.values() for argument in arguments}
    if not needs & {SEEDED, SERVER}:
        return run_all(chosen, {})
    with tempfile.TemporaryDirectory(prefix="lumina-bench-") as folder, EmbeddedPostgres(Path(folder)) as server:
        urls = {SEEDED: server.url_of("bench_million"), SERVER: server.url_of("postgres")}
        if SEEDED in needs:
            run("seed", ["--database", urls[SEEDED]])
        return run_all(chosen, urls)


def run_all(chosen: Mapping[str, Sequence[str]], urls: Mapping[str, str]) -> int:
    """Exit status: 0 where all ended well."""
    ended = [run(name, [urls.get(argument, argument) for argument in arguments]) for name, arguments in chosen.items()]
    return int(not all(ended))


def run(name: str, arguments: Sequence[str]) -> bool:
    """True where it ended well."""
    print(f"\n== {name}", flush=True)
    done = subprocess.run([sys.executable, "-m", f"bench.{name}", *arguments], cwd=ROOT, check=False)
    return done.returncode == 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

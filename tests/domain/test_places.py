"""Coordinates become towns, regions and countries, without any network."""

from __future__ import annotations

import numpy as np
import pytest

from lumina.domain.places import COUNTRY_KM, TOWN_KM, Place, gazetteer

pytestmark = [pytest.mark.unit, pytest.mark.timeout(60)]


@pytest.mark.parametrize(
    ("latitude", "longitude", "place"),
    [
        (48.8584, 2.2945, Place("FR", "France", "Île-de-France", "Paris")),
        (48.835, 2.24, Place("FR", "France", "Île-de-France", "Boulogne-Billancourt")),
        (46.0, 7.75, Place("CH", "Switzerland", "Valais", "Zermatt")),
        (-17.75, 179.98, Place("FJ", "Fiji", "Eastern", None)),
        (78.22, 15.63, Place("SJ", "Svalbard and Jan Mayen", "Svalbard", "Longyearbyen")),
        (0.0, -30.0, None),
        (-90.0, 0.0, None),
        (91.0, 0.0, None),
        (float("nan"), 0.0, None),
    ],
)
def test_a_point_is_in_its_town_or_in_its_country_alone_or_at_sea(
    latitude: float, longitude: float, place: Place | None
) -> None:
    assert gazetteer().places([latitude], [longitude]) == [place]


def test_many_points_are_where_looking_at_every_town_puts_them() -> None:
    table = gazetteer()
    rng = np.random.default_rng(1)
    latitude = np.r_[rng.normal(47, 4, 60), np.degrees(np.arcsin(rng.uniform(-1, 1, 60))), [-16.8, -16.8]]
    longitude = np.r_[rng.normal(8, 8, 60), rng.uniform(-180, 180, 60), [179.99, -179.99]]
    towns = np.radians(table.latitude), np.radians(table.longitude)
    for north, east, found in zip(latitude, longitude, table.places(latitude, longitude), strict=True):
        a = np.sin((towns[0] - np.radians(north)) / 2) ** 2
        a = a + np.cos(towns[0]) * np.cos(np.radians(north)) * np.sin((towns[1] - np.radians(east)) / 2) ** 2
        distance = 2 * 6371 * np.arcsin(np.sqrt(a))
        near = int(
            np.argmin(np.where(distance <= TOWN_KM, distance - 0.4 * np.sqrt(table.people / 3000 / np.pi), np.inf))
        )
        if distance.min() <= TOWN_KM:
            assert found is not None
            assert found.city == table.names[near]
        else:
            assert (found is not None) == (distance.min() <= COUNTRY_KM)
            assert found is None or found.city is None


def test_towns_are_known_by_their_names_in_other_languages_and_by_what_is_around_them() -> None:
    table = gazetteer()
    for name, english in {"münchen": "Munich", "Lisboa": "Lisbon", "東京": "Tokyo", "Zurich": "Zürich"}.items():
        town = table.find(name)
        assert town is not None
        assert town.name == english
    texan = table.find("paris, texas")
    assert texan is not None
    assert texan.country == "United States"
    assert table.find("nowhereville") is table.find("") is table.find("a\nb") is None
    assert [town.name for town in table.beginning("lisb", 2)] == ["Lisbon", "Lisburn"]

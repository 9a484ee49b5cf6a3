"""Every filter, alone and combined, against the same predicate written in Python."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import pygeohash
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from lumina.stages.hash import Hash
from lumina.store import Store
from tests.api.conftest import House, make_house

pytestmark = pytest.mark.integration

CAMERAS = [("Canon", "Canon EOS R6"), ("Google", "Pixel 7"), (None, "X-T3"), ("SONY", None), (None, None)]
NAMES = {0: "Canon EOS R6", 1: "Google Pixel 7", 2: "X-T3", 3: "SONY", 4: None}
NOW, OLD = Hash.version, Hash.version - 1
STANDINGS = {
    None: "missing",
    (1, NOW): "done",
    (2, NOW): "failed",
    (3, NOW): "stale",
    (1, OLD): "stale",
    (4, NOW): "missing",
}


@dataclass(frozen=True)
class Row:
    id: int
    catalog: int
    folder: str
    name: str
    taken_at: datetime | None
    kind: str
    format: str
    camera: str | None
    place: tuple[float, float] | None
    state: tuple[int, int] | None
    code: str | None
    missing: bool
    rating: int
    flag: str | None
    label: str | None
    favourite: bool
    away: str | None
    album: bool

    @property
    def shown(self) -> bool:
        return not self.missing and self.away is None

    @property
    def standing(self) -> str:
        return STANDINGS[self.state]


@dataclass(repr=False)
class Seeded:
    house: House
    catalogs: list[str]
    sources: list[int]
    rows: list[Row]

    def ordered(self, keep: Callable[[Row], bool]) -> list[int]:
        kept = [row for row in self.rows if keep(row)]
        kept.sort(key=lambda row: (row.taken_at or datetime.min, row.id), reverse=True)
        return [row.id for row in kept]


def seed(house: House) -> Seeded:
    rng = random.Random(11)
    seeded = Seeded(house, [], [], [])
    with house.store.transaction() as tx:
        stage = tx.value("SELECT id FROM stage WHERE name = 'hash'")
        for number in range(2):
            catalog = tx.value("INSERT INTO catalog (name) VALUES (:n) RETURNING id", n=f"c{number}")
            seeded.catalogs.append(str(catalog))
            seeded.sources.append(
                tx.value("INSERT INTO source (catalog_id, path) VALUES (:c, '/s') RETURNING id", c=catalog)
            )
            tx.execute("INSERT INTO album (catalog_id, name) VALUES (:c, 'a')", c=catalog)
        for n in range(240):
            seeded.rows.append(_insert(tx, rng, n, stage, seeded))
    return seeded


def _insert(tx: Any, rng: random.Random, n: int, stage: int, seeded: Seeded) -> Row:
    catalog, camera = rng.randrange(2), rng.randrange(5)
    folder = rng.choice(["", "a", "a/b", "ab", "a%", "a_b/c"])
    name = rng.choice(["IMG", "img", "DSC_", "100%", "ü", "back\\slash"]) + f"{n}.x"
    # Whole hours only: many images share a time, so that ids have to decide.
    taken = None if rng.random() < 0.1 else datetime(2019, 12, 30) + timedelta(hours=rng.randrange(96))
    kind, form = rng.choice(["photo", "video"]), rng.choice(["jpeg", "nef", "png"])
    place = None if rng.random() < 0.5 else (rng.uniform(-80, 80), rng.uniform(-179, 179))
    state = rng.choice(list(STANDINGS))
    code = rng.choice(["truncated", "crashed"]) if state == (2, NOW) else None
    missing = rng.random() < 0.1
    image = tx.value(
        "INSERT INTO image (catalog_id, source_id, folder, stem, taken_at, kind, missing_since)"
        " VALUES (:c, :s, :folder, 'stem', :taken, :kind, CASE WHEN :missing THEN now() END) RETURNING id",
        c=seeded.catalogs[catalog], s=seeded.sources[catalog], folder=folder, taken=taken, kind=kind, missing=missing,
    )  # fmt: skip
    tx.execute(
        "INSERT INTO file (image_id, source_id, path, role, format, size, modified_ns)"
        " VALUES (:i, :s, :path, 'original', :format, 1, 1), (:i, :s, :path || '.xmp', 'sidecar', 'xmp', 1, 1)",
        i=image, s=seeded.sources[catalog], path=f"{folder}/{name}".lstrip("/"), format=form,
    )  # fmt: skip
    tx.execute(
        "INSERT INTO metadata (image_id, camera_make, camera_model, latitude, longitude, geohash)"
        " VALUES (:i, :make, :model, :lat, :lon, :hash)",
        i=image, make=CAMERAS[camera][0], model=CAMERAS[camera][1],
        lat=place[0] if place else None, lon=place[1] if place else None,
        hash=pygeohash.encode(*place, precision=7) if place else None,
    )  # fmt: skip
    if state:
        tx.execute(
            "INSERT INTO stage_state (image_id, stage_id, status, version, code) VALUES (:i, :s, :status, :v, :code)",
            i=image, s=stage, status=state[0], v=state[1], code=code,
        )  # fmt: skip
    row = Row(
        image, catalog, folder, name, taken, kind, form, NAMES[camera], place, state, code, missing,
        rating=rng.choice([0, 0, 1, 3, 5]), flag=rng.choice([None, None, "pick", "reject"]),
        label=rng.choice([None, None, "red", "blue"]), favourite=rng.random() < 0.3,
        away=rng.choice([None] * 7 + ["archive", "trash", "hidden"]), album=rng.random() < 0.4,
    )  # fmt: skip
    return _decide(tx, rng, row)


def _decide(tx: Any, rng: random.Random, row: Row) -> Row:
    """What people have said about it, among that now and then another place than the file's."""
    tx.execute(
        "UPDATE image SET archived = :away IN ('archive', 'hidden') , hidden = :away = 'hidden',"
        " trashed_at = CASE WHEN :away = 'trash' THEN now() END WHERE id = :id",
        away=row.away or "", id=row.id,
    )  # fmt: skip
    if row.album:
        tx.execute("INSERT INTO album_image (album_id, image_id) VALUES (:a, :i)", a=row.catalog + 1, i=row.id)
    if (row.rating, row.flag, row.label, row.favourite) == (0, None, None, False):
        return row
    moved = (rng.uniform(-80, 80), rng.uniform(-179, 179)) if rng.random() < 0.2 else None
    tx.execute(
        "INSERT INTO curation (image_id, rating, flag, label, favourite, latitude, longitude)"
        " VALUES (:i, :rating, :flag, :label, :favourite, :lat, :lon)",
        i=row.id, rating=row.rating, flag=row.flag, label=row.label, favourite=row.favourite,
        lat=moved[0] if moved else None, lon=moved[1] if moved else None,
    )  # fmt: skip
    return replace(row, place=moved or row.place)


@pytest.fixture(scope="module")
def seeded(postgres: str, template_database: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Seeded]:
    name = f"filters_{template_database}"
    admin = Store(postgres.format("postgres"))
    with admin.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.exec_driver_sql(f"CREATE DATABASE {name} TEMPLATE {template_database}")
    folder: Path = tmp_path_factory.mktemp("filters")
    for house in make_house(postgres.format(name), folder):
        yield seed(house)
    with admin.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.exec_driver_sql(f"DROP DATABASE {name} WITH (FORCE)")
    admin.close()


Predicate = Callable[[Row], bool]


def _date(row: Row) -> date:
    return row.taken_at.date() if row.taken_at else date.min


def _place(row: Row) -> str:
    return pygeohash.encode(*row.place, precision=7) if row.place else "!"


FILTERS: list[tuple[dict[str, Any], Predicate]] = [
    ({"from": "2020-01-01"}, lambda r: _date(r) >= date(2020, 1, 1)),
    ({"to": "2019-12-31"}, lambda r: date.min < _date(r) <= date(2019, 12, 31)),
    ({"from": "2019-12-31", "to": "2019-12-31"}, lambda r: _date(r) == date(2019, 12, 31)),
    ({"undated": "true"}, lambda r: r.taken_at is None),
    ({"undated": "false"}, lambda r: r.taken_at is not None),
    ({"camera": "Canon EOS R6"}, lambda r: r.camera == "Canon EOS R6"),
    ({"camera": ["X-T3", "SONY"]}, lambda r: r.camera in ("X-T3", "SONY")),
    ({"format": ["nef", "png"]}, lambda r: r.format in ("nef", "png")),
    ({"kind": "video"}, lambda r: r.kind == "video"),
    ({"place": "u"}, lambda r: _place(r).startswith("u")),
    ({"bbox": "-10,-40.5,100,60"}, lambda r: bool(r.place) and -40.5 <= r.place[0] <= 60 and -10 <= r.place[1] <= 100),
    ({"bbox": "100,-90,-100,90"}, lambda r: bool(r.place) and (r.place[1] >= 100 or r.place[1] <= -100)),
    ({"has_gps": "true"}, lambda r: r.place is not None),
    ({"has_gps": "false"}, lambda r: r.place is None),
    ({"stage": "hash"}, lambda r: r.state is not None),
    ({"stage": "hash", "stage_state": "done"}, lambda r: r.standing == "done"),
    ({"stage": "hash", "stage_state": "failed"}, lambda r: r.standing == "failed"),
    ({"stage": "hash", "stage_state": "stale"}, lambda r: r.standing == "stale"),
    ({"stage": "hash", "stage_state": "missing"}, lambda r: r.standing == "missing"),
    ({"stage": "hash", "stage_state": "failed", "code": "crashed"}, lambda r: r.code == "crashed"),
    ({"stage": "hash", "code": "truncated"}, lambda r: r.code == "truncated"),
    ({"rating": "3"}, lambda r: r.rating >= 3),
    ({"flag": "pick"}, lambda r: r.flag == "pick"),
    ({"flag": ["reject", "none"]}, lambda r: r.flag in ("reject", None)),
    ({"label": ["red", "blue"]}, lambda r: r.label in ("red", "blue")),
    ({"label": "none"}, lambda r: r.label is None),
    ({"favourite": "true"}, lambda r: r.favourite),
    ({"favourite": "false"}, lambda r: not r.favourite),
    ({"album": "1"}, lambda r: r.album and r.catalog == 0),
    ({"shelf": "archive"}, lambda r: r.away == "archive"),
    ({"shelf": "trash"}, lambda r: r.away == "trash"),
    ({"shelf": "hidden"}, lambda r: r.away == "hidden"),
    ({"q": "img"}, lambda r: "img" in r.name.lower()),
    ({"q": "%"}, lambda r: "%" in r.name),
    ({"q": "_"}, lambda r: "_" in r.name),
    ({"q": "\\"}, lambda r: "\\" in r.name),
    ({"q": "Ü1"}, lambda r: "ü1" in r.name),
    ({"q": "a/b"}, lambda _: False),
]  # fmt: skip


def walk(house: House, parameters: dict[str, Any]) -> list[int]:
    found: list[int] = []
    cursor: dict[str, str] = {}
    while True:
        page = house.get("/api/images", limit=37, **parameters, **cursor)
        found += [item["id"] for item in page["items"]]
        if page["next"] is None:
            return found
        cursor = {"cursor": page["next"]}


def _is_there(row: Row, parameters: dict[str, Any]) -> bool:
    """What is missing or put away is seen only where it is asked for, by a shelf, an album, or a stage."""
    if "shelf" in parameters:
        return row.away == "trash" or not row.missing
    if parameters.get("missing") == "true":
        return row.missing and row.away != "trash"
    if "stage" in parameters:
        return not row.missing
    if "album" in parameters:
        return not row.missing and row.away in (None, "archive")
    return row.shown


def check(seeded: Seeded, parameters: dict[str, Any], keep: Predicate) -> None:
    wanted = seeded.ordered(lambda row: _is_there(row, parameters) and keep(row))
    assert walk(seeded.house, parameters) == wanted
    timeline = seeded.house.get("/api/timeline/buckets", **parameters)
    assert timeline["total"] == len(wanted)
    keys = timeline["buckets"]["key"] + timeline["undated_buckets"]["key"]
    inside = [seeded.house.get("/api/timeline/bucket", key=key, **parameters)["id"] for key in keys]
    assert [image for ids in inside for image in ids] == wanted
    facets = seeded.house.get("/api/facets", **parameters)
    kinds = Counter(row.kind for row in seeded.rows if row.id in set(wanted))
    assert {facet["value"]: facet["count"] for facet in facets["kinds"]} == kinds


@pytest.mark.parametrize(("parameters", "keep"), FILTERS, ids=[str(p) for p, _ in FILTERS])
def test_a_filter_alone(seeded: Seeded, parameters: dict[str, Any], keep: Predicate) -> None:
    assert any(keep(row) for row in seeded.rows) or parameters == {"q": "a/b"}, "the data should have some"
    check(seeded, parameters, keep)


@pytest.mark.parametrize("folder", ["a", "a/b", "ab", "a%", "a_b", "nowhere"])
def test_a_folder_and_all_below(seeded: Seeded, folder: str) -> None:
    for number, source in enumerate(seeded.sources):
        check(
            seeded,
            {"source": source, "folder": folder},
            lambda r, n=number: r.catalog == n and (r.folder == folder or r.folder.startswith(folder + "/")),
        )


def test_images_whose_files_are_gone_are_shown_on_request(seeded: Seeded) -> None:
    check(seeded, {"missing": "true"}, lambda _: True)
    check(seeded, {"missing": "true", "kind": "video"}, lambda r: r.kind == "video")


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    chosen=st.lists(st.sampled_from(range(len(FILTERS))), max_size=3, unique=True),
    catalog=st.one_of(st.none(), st.integers(0, 1)),
)
def test_filters_combined(seeded: Seeded, chosen: list[int], catalog: int | None) -> None:
    parameters: dict[str, Any] = {}
    predicates = []
    for number in chosen:
        more, keep = FILTERS[number]
        if not set(more) & set(parameters):
            parameters |= more
            predicates.append(keep)
    if catalog is not None:
        parameters["catalog"] = seeded.catalogs[catalog]
    check(
        seeded, parameters, lambda r: (catalog is None or r.catalog == catalog) and all(keep(r) for keep in predicates)
    )


@pytest.mark.parametrize(
    ("parameters", "named"),
    [
        ({"catalog": "x"}, "catalog"),
        ({"from": "2019-02-30"}, "from"),
        ({"to": "9999-12-31"}, "to"),
        ({"undated": "perhaps"}, "undated"),
        ({"format": "exe"}, "format"),
        ({"kind": "audio"}, "kind"),
        ({"place": "ail"}, "place"),
        ({"place": "%"}, "place"),
        ({"bbox": "1,2,3"}, "bbox"),
        ({"bbox": "nan,0,1,1"}, "bbox"),
        ({"bbox": "0,50,1,40"}, "bbox"),
        ({"bbox": "0,0,181,1"}, "bbox"),
        ({"folder": "a"}, "folder"),
        ({"stage_state": "done"}, "stage"),
        ({"code": "x"}, "stage"),
        ({"stage": "hash", "stage_state": "fine"}, "stage_state"),
        ({"source": "0"}, "source"),
        ({"q": "\0"}, "q"),
        ({"colour": "red"}, "colour"),
        ({"rating": "6"}, "rating"),
        ({"flag": "perhaps"}, "flag"),
        ({"label": "orange"}, "label"),
        ({"album": "0"}, "album"),
        ({"shelf": "attic"}, "shelf"),
        ({"shelf": "trash", "missing": "true"}, "shelf"),
        ({"limit": "0"}, "limit"),
        ({"limit": "501"}, "limit"),
    ],
)
def test_a_bad_filter_is_named(seeded: Seeded, parameters: dict[str, str], named: str) -> None:
    problem = seeded.house.problem(seeded.house.client.get("/api/images", params=parameters), 422)
    assert named in problem["detail"]


def test_an_unknown_catalog_is_not_found(seeded: Seeded) -> None:
    unknown = {"catalog": "00000000-0000-0000-0000-000000000000"}
    for path in ("/api/images", "/api/timeline/buckets", "/api/facets", "/api/coverage"):
        seeded.house.problem(seeded.house.client.get(path, params=unknown), 404)
    seeded.house.problem(
        seeded.house.client.get("/api/timeline/bucket", params=unknown | {"key": "2019"[:4] + "-12"}), 404
    )


def test_coverage_counts_equal_the_filters(seeded: Seeded) -> None:
    for number, catalog in enumerate(seeded.catalogs):
        (entry,) = seeded.house.get("/api/coverage", catalog=catalog)["catalogs"]
        there = [row for row in seeded.rows if row.catalog == number and not row.missing]
        assert entry["images"] == len(there)
        assert entry["files"] == 2 * len([row for row in seeded.rows if row.catalog == number])
        stage = next(stage for stage in entry["stages"] if stage["stage"] == "hash")
        standings = Counter(row.standing for row in there)
        assert {s: stage[s] for s in ("done", "missing", "failed", "stale")} == {
            s: standings[s] for s in ("done", "missing", "failed", "stale")
        }
        assert stage["waiting"] == 0
        (failed,) = [e for e in entry["stages"] if e["stage"] == "proxy"]
        assert failed["missing"] == len(there)
        groups = seeded.house.get("/api/coverage/failures", catalog=catalog, stage="hash")
        assert {g["code"]: g["count"] for g in groups} == Counter(row.code for row in there if row.code)
        assert all(len(g["examples"]) == min(g["count"], 5) for g in groups)

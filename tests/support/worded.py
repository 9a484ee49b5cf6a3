"""A small random library with something for every filter, and what a query means in it, image by image."""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from math import asin, cos, radians, sin, sqrt
from typing import Any
from uuid import UUID

from pygeohash import encode

from lumina.domain.terms import And, Choice, Days, Filter, Node, Not, Numbers, Or, Phrase, Spot, Word
from lumina.store import Store, Transaction, catalogs, documents
from tests.support.taxonomy import label, plant

TREE: Mapping[str, Any] = {"vehicle": {"truck": {}, "car": {}}, "animal": {"dog": {}}}
PLACES = {"Lisbon": (38.72, -9.14), "Munich": (48.14, 11.58), "Zermatt": (46.02, 7.75)}
COUNTRIES = {"Lisbon": "Portugal", "Munich": "Germany", "Zermatt": "Switzerland"}
CALLED = {"Lisbon": ("Portugal", "pt", "lisboa"), "Munich": ("Germany",), "Zermatt": ("Switzerland",)}
CAMERAS = ("NIKON D70", "NIKON D7000", "Pixel 7")
LENSES = ("EF 50mm f/1.8", "24-70mm")
TITLES = ("Red trucks", "The Lake", "Straße am See", "東京駅")
CAPTIONS = ("a red truck at the lake", "trucks, cars", "lake 2019")
FORMATS = ("jpeg", "nef", "mp4")


@dataclass
class Image:
    """All that is known of one image."""

    id: int = 0
    folder: str = ""
    stem: str = ""
    format: str = "jpeg"
    taken_at: datetime | None = None
    archived: bool = False
    title: str | None = None
    caption: str | None = None
    keywords: list[str] = field(default_factory=list)
    camera: str | None = None
    lens: str | None = None
    iso: int | None = None
    f: float | None = None
    mm: float | None = None
    place: str | None = None
    rating: int = 0
    flag: str | None = None
    label: str | None = None
    favourite: bool = False
    quality: float | None = None
    sidecar: bool = False
    album: str | None = None
    tag: str | None = None

    @property
    def tags(self) -> list[str]:
        """The name of its tag, and of those above it."""
        return [] if self.tag is None else [self.tag, "animal" if self.tag == "dog" else "vehicle"]


def _made(rng: random.Random, number: int) -> Image:
    def maybe(values: Any) -> Any:
        return rng.choice([None, *values])

    return Image(
        folder=rng.choice(["", "holidays", "holidays/Lake", "work"]),
        stem=rng.choice([f"IMG_{number}", f"RedTruck{number}", f"dog-{number}"]),
        format=rng.choice(FORMATS),
        taken_at=maybe([datetime(2019, 7, 4, 12) + timedelta(days=rng.randint(-400, 900))] * 5),
        archived=rng.random() < 0.1,
        title=maybe(TITLES),
        caption=maybe(CAPTIONS),
        keywords=rng.sample(["dog", "summer holidays", "lake"], rng.randint(0, 2)),
        camera=maybe(CAMERAS),
        lens=maybe(LENSES),
        iso=maybe([100, 400, 3200]),
        f=maybe([1.8, 2.8, 8.0]),
        mm=maybe([24.0, 50.0]),
        place=maybe(PLACES),
        rating=rng.choice([0, 0, 3, 5]),
        flag=maybe(["pick", "reject"]),
        label=maybe(["red", "blue"]),
        favourite=rng.random() < 0.3,
        quality=maybe([30.0, 60.0, 90.0]),
        sidecar=rng.random() < 0.3,
        album=maybe(["Summer 2019", "Zoey"]),
        tag=maybe(["truck", "car", "dog"]),
    )


def library(store: Store, count: int, seed: int = 1) -> tuple[UUID, list[Image]]:
    """So many images in one catalog, with their documents."""
    rng = random.Random(seed)
    images = [_made(rng, number) for number in range(count)]
    with store.transaction() as tx:
        catalog = catalogs.create(tx, "words")
        source = catalogs.add_source(tx, catalog.id, "/nowhere")
        nodes = plant(tx, TREE)
        for image in images:
            _save(tx, image, catalog.id, source.id, nodes)
        write_documents(tx)
    return catalog.id, images


def write_documents(tx: Transaction) -> None:
    """Of all images that are marked."""
    while documents.fold(tx):
        pass


def _save(tx: Transaction, image: Image, catalog: UUID, source: int, nodes: Mapping[str, int]) -> None:
    image.id = tx.value(
        "INSERT INTO image (catalog_id, source_id, kind, folder, stem, taken_at, archived)"
        " VALUES (:catalog, :source, :kind, :folder, :stem, :taken_at, :archived) RETURNING id",
        catalog=catalog,
        source=source,
        kind="video" if image.format == "mp4" else "photo",
        **{name: getattr(image, name) for name in ("folder", "stem", "taken_at", "archived")},
    )
    files = {"original": image.format, **({"sidecar": "xmp"} if image.sidecar else {})}
    for role, form in files.items():
        path = f"{image.folder}/{image.stem}.{form}".lstrip("/")
        tx.execute(
            "INSERT INTO file (image_id, source_id, path, role, format, size, modified_ns)"
            " VALUES (:id, :source, :path, :role, :format, 1, 1)",
            id=image.id,
            source=source,
            path=path,
            role=role,
            format=form,
        )
    where = PLACES[image.place] if image.place else (None, None)
    tx.execute(
        "INSERT INTO metadata (image_id, camera_model, lens_model, title, caption, keywords, iso, f_number,"
        " focal_length, latitude, longitude, geohash)"
        " VALUES (:id, :camera, :lens, :title, :caption, :keywords, :iso, :f, :mm, :lat, :lon, :geohash)",
        lat=where[0],
        lon=where[1],
        geohash=encode(*where, precision=7) if image.place else None,
        **{
            name: getattr(image, name)
            for name in ("id", "camera", "lens", "title", "caption", "keywords", "iso", "f", "mm")
        },
    )
    tx.execute(
        "INSERT INTO curation (image_id, rating, flag, label, favourite)"
        " VALUES (:id, :rating, :flag, :label, :favourite)",
        **{name: getattr(image, name) for name in ("id", "rating", "flag", "label", "favourite")},
    )
    if image.quality is not None:
        tx.execute(
            "INSERT INTO measure (image_id, sharpness, brightness, contrast, clipped_dark, clipped_bright, score)"
            " VALUES (:id, 0, 0, 0, 0, 0, :score)",
            id=image.id,
            score=image.quality,
        )
    if image.album:
        tx.execute(
            "INSERT INTO album (catalog_id, name) VALUES (:c, :name)"
            " ON CONFLICT (catalog_id, name) WHERE name IS NOT NULL DO NOTHING",
            c=catalog,
            name=image.album,
        )
        tx.execute(
            "INSERT INTO album_image (album_id, image_id) SELECT id, :id FROM album WHERE name = :name",
            id=image.id,
            name=image.album,
        )
    if image.tag:
        label(tx, image.id, [nodes[image.tag]])


# --- what a query means, from what is known, without any index


def meant(image: Image, root: Node | None, wants_archived: bool) -> bool:
    """True for an image that a query means. English is reduced to the plural of nouns."""
    return (not image.archived or wants_archived) and (root is None or _holds(image, root))


def _holds(image: Image, node: Node) -> bool:
    if isinstance(node, And):
        free = [part for part in node.nodes if not (isinstance(part, Word) and part.text in ("the", "at"))]
        needed = free if any(not isinstance(part, Not) for part in free) else node.nodes
        return all(_holds(image, part) for part in needed)
    if isinstance(node, Or):
        return any(_holds(image, part) for part in node.nodes)
    if isinstance(node, Not):
        return not _holds(image, node.node)
    if isinstance(node, Filter):
        return _FILTERS[node.field](image, node.value)
    return any(_stands(node, text) for text in _texts(image))


def _texts(image: Image) -> list[list[str]]:
    date = image.taken_at.strftime("%Y %B %A").split() if image.taken_at else []
    place = [] if image.place is None else [image.place, *_regions(image.place), COUNTRIES[image.place]]
    name = image.stem.replace("RedTruck", "Red Truck ").replace("IMG_", "IMG ").replace("-", " ")
    texts = [image.title, image.caption, *image.keywords, image.camera, image.lens, image.album, image.folder]
    texts += [image.stem.replace("RedTruck", "RedTruck ")]  # which is one word as well
    texts += [*date, *place, *image.tags, f"{name} {image.format}"]
    return [_plain(text) for text in texts if text]


def _regions(place: str) -> list[str]:
    return {"Lisbon": ["Lisbon"], "Munich": ["Bavaria"], "Zermatt": ["Valais"]}[place]


def _plain(text: str) -> list[str]:
    spaced = "".join(c if c.isalnum() or c == "." else " " for c in text.replace("ß", "ss").lower())
    for letters, apart in (
        ("d70", "d 70"),
        ("mp4", "mp 4"),
        ("50mm", "50 mm"),
        ("70mm", "70 mm"),
        ("東京駅", "東京 京駅"),
        (".", " "),
    ):
        spaced = spaced.replace(letters, apart)
    return spaced.split()


def _stands(leaf: Word | Phrase, text: list[str]) -> bool:
    wanted = _plain(leaf.text)
    exact = isinstance(leaf, Phrase)
    for at in range(len(text) - len(wanted) + 1):
        pairs = list(zip(wanted, text[at:], strict=False))
        if all(w == t or (not exact and w.removesuffix("s") == t.removesuffix("s")) for w, t in pairs):
            return True
        if isinstance(leaf, Word) and leaf.prefix and pairs and pairs[-1][1].startswith(pairs[-1][0]):
            return True
    return False


def _within(name: str) -> Callable[[Image, Any], bool]:
    def holds(image: Image, numbers: Numbers) -> bool:
        value = getattr(image, name)
        return value is not None and value in numbers

    return holds


def _named(name: str) -> Callable[[Image, Any], bool]:
    return lambda image, text: (value := getattr(image, name)) is not None and _stands(Phrase(text.text), _plain(value))


def _date(image: Image, days: Days) -> bool:
    if image.taken_at is None:
        return False
    day = image.taken_at.date()
    return (days.start is None or days.start <= day) and (days.end is None or day <= days.end)


def _near(image: Image, spot: Spot) -> bool:
    if image.place is None:
        return False
    there = PLACES["Lisbon" if spot.name == "lisboa" else "Munich"] if spot.name else (spot.latitude, spot.longitude)
    (lat, lon), (lat2, lon2) = (tuple(map(radians, where)) for where in (PLACES[image.place], there))
    a = sin((lat - lat2) / 2) ** 2 + cos(lat) * cos(lat2) * sin((lon - lon2) / 2) ** 2
    return 2 * 6371 * asin(sqrt(a)) <= spot.km


def _is(image: Image, choice: Choice) -> bool:
    video = image.format == "mp4"
    return {
        "archived": image.archived,
        "burst": False,
        "duplicate": False,
        "favourite": image.favourite,
        "photo": not video,
        "pick": image.flag == "pick",
        "reject": image.flag == "reject",
        "video": video,
    }[choice.name]


def _has(image: Image, choice: Choice) -> bool:
    return {
        "album": image.album,
        "caption": image.caption,
        "date": image.taken_at,
        "gps": image.place,
        "keywords": image.keywords,
        "label": image.label,
        "place": image.place,
        "rating": image.rating,
        "raw": image.format == "nef",
        "sidecar": image.sidecar,
        "tags": image.tag,
        "title": image.title,
    }[choice.name] not in (None, False, 0, [])


_KINDS = {"raw": "nef", "video": "mp4"}
_FILTERS: Mapping[str, Callable[[Image, Any], bool]] = {
    "album": _named("album"),
    "camera": _named("camera"),
    "date": _date,
    "f": _within("f"),
    "folder": lambda image, text: f"/{text.text.lower()}/" in f"/{image.folder.lower()}/",
    "has": _has,
    "is": _is,
    "iso": _within("iso"),
    "label": lambda image, choice: image.label == (None if choice.name == "none" else choice.name),
    "lens": _named("lens"),
    "mm": _within("mm"),
    "name": lambda image, text: text.text.lower() in f"{image.stem}.{image.format}".lower(),
    "near": _near,
    "place": lambda image, text: image.place is not None and text.text in CALLED[image.place],
    "quality": _within("quality"),
    "rating": _within("rating"),
    "tag": lambda image, text: text.text in image.tags,
    "type": lambda image, choice: image.format == _KINDS.get(choice.name, choice.name),
}

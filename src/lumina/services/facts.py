"""Everything known about one image, in groups, in people's words, each with its origin."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from fractions import Fraction
from typing import Any

from lumina.domain.coverage import StageInfo
from lumina.domain.facts import Fact, FileFact, Known, StageFact
from lumina.domain.selection import Selection, StageStanding
from lumina.domain.work import Status
from lumina.errors import NotFound
from lumina.services import browse, decided, scored
from lumina.store import Transaction
from lumina.store import facts as store


@dataclass(frozen=True, slots=True)
class StageOfImage:
    """How one stage stands for one image; `version` is that of the row, None without one."""

    stage: str
    state: StageStanding
    version: int | None
    current_version: int
    code: str | None
    note: str | None


@dataclass(frozen=True, slots=True)
class ImageFacts:
    """Everything about one image, and its neighbours in a view."""

    known: Known
    facts: tuple[Fact, ...]
    stages: tuple[StageOfImage, ...]
    previous: int | None
    next: int | None


def of_image(tx: Transaction, image_id: int, selection: Selection, stages: Sequence[StageInfo]) -> ImageFacts:
    """Collect it.

    Raises:
        NotFound: there is no such image, or the selection's catalog does not exist.
    """
    known = store.known(tx, image_id)
    if known is None:
        raise NotFound(f"There is no image {image_id}.")
    previous, following = browse.neighbours(tx, selection, known.summary.position)
    rows = {row.stage: row for row in known.stages}
    of_market = any(stage.of_markets and stage.name in rows for stage in stages)
    return ImageFacts(
        known=known,
        facts=tuple(_facts(known)),
        stages=tuple(_standing(stage, rows.get(stage.name)) for stage in stages if of_market or not stage.of_markets),
        previous=previous,
        next=following,
    )


def _standing(stage: StageInfo, row: StageFact | None) -> StageOfImage:
    if row is None or row.status == Status.DEFERRED:
        state = StageStanding.MISSING if stage.waiting is None else StageStanding.WAITING
    elif row.status == Status.STALE or row.version < stage.version:
        state = StageStanding.STALE
    else:
        state = StageStanding.DONE if row.status == Status.DONE else StageStanding.FAILED
    if row is None:
        return StageOfImage(stage.name, state, None, stage.version, None, stage.waiting)
    return StageOfImage(stage.name, state, row.version, stage.version, row.code, row.note)


@dataclass(frozen=True, slots=True)
class _Described:
    group: str
    name: str
    label: str
    text: Callable[[Any], str] = str


def _exposure(seconds: float) -> str:
    if 0 < seconds < 0.4:
        return f"1/{round(1 / seconds)} s"
    return f"{seconds:g} s"


def _flash(code: int) -> str:
    return "fired" if code & 1 else "did not fire"


def _offset(minutes: int) -> str:
    return f"UTC{'-' if minutes < 0 else '+'}{abs(minutes) // 60:02}:{abs(minutes) % 60:02}"


def _bias(stops: float) -> str:
    fraction = Fraction(stops).limit_denominator(6)
    return f"{float(fraction):+.2g} EV" if fraction else "0 EV"


def _rating(stars: int) -> str:
    return "rejected" if stars < 0 else f"{stars} of 5"


def _degrees(positive: str, negative: str) -> Callable[[float], str]:
    return lambda value: f"{abs(value):.6f}° {positive if value >= 0 else negative}"


def _duration(seconds: float) -> str:
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes}:{rest:02}" if seconds >= 10 else f"{seconds:.1f} s"


_SHELVES = {"archive": "in the archive", "trash": "in the trash", "hidden": "hidden, another copy stands for it"}
_DESCRIBED = (
    _Described("Capture", "exposure_time", "Exposure time", _exposure),
    _Described("Capture", "f_number", "Aperture", lambda n: f"f/{n:g}"),
    _Described("Capture", "iso", "ISO", lambda n: f"ISO {n}"),
    _Described("Capture", "exposure_bias", "Exposure bias", _bias),
    _Described("Capture", "flash", "Flash", _flash),
    _Described("Capture", "focal_length", "Focal length", lambda n: f"{n:g} mm"),
    _Described("Capture", "focal_length_35mm", "Focal length, 35 mm", lambda n: f"{n:g} mm"),
    _Described("Camera", "camera_make", "Make"),
    _Described("Camera", "camera_model", "Model"),
    _Described("Camera", "camera_serial", "Serial number"),
    _Described("Camera", "lens_model", "Lens"),
    _Described("Camera", "software", "Software"),
    _Described("Place", "latitude", "Latitude", _degrees("N", "S")),
    _Described("Place", "longitude", "Longitude", _degrees("E", "W")),
    _Described("Place", "altitude", "Altitude", lambda n: f"{n:.0f} m"),
    _Described("Place", "geohash", "Geohash"),
    _Described("Description", "title", "Title"),
    _Described("Description", "caption", "Caption"),
    _Described("Description", "rating", "Rating", _rating),
    _Described("Description", "flag", "Flag", lambda flag: "picked" if flag == "pick" else "rejected"),
    _Described("Description", "label", "Label"),
    _Described("Description", "favourite", "Favourite", lambda _: "yes"),
    _Described("Description", "shelf", "Put away", _SHELVES.__getitem__),
    _Described("Description", "keywords", "Keywords", ", ".join),
    _Described("Technical", "orientation", "Orientation"),
    _Described("Technical", "duration", "Duration", _duration),
)


def _facts(known: Known) -> Iterator[Fact]:
    values, origins = decided.overlaid(known)
    yield from _when(known, origins)
    for entry in _DESCRIBED:
        value = values.get(entry.name)
        if value is not None and value != [] and not _is_assumed(entry.name, origins):
            origin = origins.get(entry.name) or ("computed" if entry.name == "geohash" else None)
            yield Fact(entry.group, entry.name, entry.label, value, entry.text(value), origin)
    if place := known.place:
        names = [name for name in (place.city, place.region, place.country) if name]
        yield Fact("Place", "place", "Place", names, ", ".join(dict.fromkeys(names)), "computed")
    if albums := known.curation.albums:
        names = [name for _, name in albums]
        yield Fact("Description", "albums", "Albums", names, ", ".join(names), decided.OURS)
    yield from _of_file(known, origins)
    yield from scored.facts(known.measures)


def _is_assumed(name: str, origins: Mapping[str, str]) -> bool:
    """Upright is what a picture is taken for when nothing says so."""
    return name == "orientation" and name not in origins


def _when(known: Known, origins: Mapping[str, str]) -> Iterator[Fact]:
    taken_at, offset = known.summary.taken_at, known.summary.utc_offset
    if taken_at is not None:
        text = taken_at.isoformat(" ", timespec="milliseconds" if taken_at.microsecond else "seconds")
        value = taken_at.isoformat(timespec="milliseconds")
        yield Fact("Capture", "taken_at", "Taken", value, text, origins.get("taken_at"))
    if offset is not None:
        yield Fact("Capture", "utc_offset", "Time zone", offset, _offset(offset), origins.get("utc_offset"))


def _of_file(known: Known, origins: Mapping[str, str]) -> Iterator[Fact]:
    summary, original = known.summary, next((file for file in known.files if file.role == "original"), None)
    if summary.width and summary.height:
        size = f"{summary.width} × {summary.height}, {summary.width * summary.height / 1e6:.1f} MP"
        value = [summary.width, summary.height]
        yield Fact("Technical", "dimensions", "Dimensions", value, size, origins.get("width") or "computed")
    if original is not None:
        yield from _file(original)


def _file(file: FileFact) -> Iterator[Fact]:
    yield Fact("File", "name", "Name", file.name, file.name, "file")
    yield Fact("File", "format", "Format", file.format, file.format.upper(), "content")
    yield Fact("File", "size", "Size", file.size, _size(file.size), "file")
    modified = file.modified_at.isoformat(timespec="milliseconds").replace("+00:00", "Z")
    yield Fact("File", "modified_at", "Changed", modified, modified.replace("T", " "), "file")
    if file.checksum is not None:
        yield Fact("File", "checksum", "BLAKE3", file.checksum.hex(), file.checksum.hex(), "computed")


def _size(count: float) -> str:
    if count < 1000:
        return f"{count:.0f} B"
    for unit in ("kB", "MB", "GB", "TB"):
        count /= 1000
        if count < 999.95 or unit == "TB":
            break
    return f"{count:.1f} {unit}"


def flat(facts: ImageFacts) -> dict[str, Any]:
    """One mapping of plain values, as the API and `lumina show --json` give it."""
    known = facts.known
    fingerprint = known.fingerprint
    hashes = ("dhash", "ahash", "whash", "phash")
    return {
        **{name: getattr(known.summary, name) for name in known.summary.__slots__},
        "catalog": {"id": known.catalog_id, "name": known.catalog_name},
        "source": {"id": known.source_id, "path": known.source_path, "state": known.source_state},
        "folder": known.folder,
        "files": [{**asdict(file), "name": file.name} for file in known.files],
        "facts": [asdict(fact) for fact in facts.facts],
        "curation": {
            **{name: getattr(known.curation, name) for name in known.curation.__slots__ if name != "base"},
            "albums": [{"id": number, "name": name} for number, name in known.curation.albums],
        },
        "raw": known.metadata.get("raw") or {},
        "notes": list(known.metadata.get("notes") or ()),
        "fingerprint": None
        if fingerprint is None
        else {name: f"{getattr(fingerprint, name):016x}" for name in hashes} | {"flat": fingerprint.flat},
        "measures": None if known.measures is None else asdict(known.measures),
        "stages": [asdict(stage) for stage in facts.stages],
        "previous": facts.previous,
        "next": facts.next,
    }

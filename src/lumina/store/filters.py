"""The filters of a query as SQL: conditions on the table alias `i` (image)."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import timedelta
from typing import Any, TypeVar

from lumina.domain.places import gazetteer
from lumina.domain.terms import BadQuery, Choice, Days, Filter, Numbers, Spot, Text
from lumina.domain.values import FileFormat
from lumina.domain.words import asked, fold
from lumina.store import geohashes, implied, places, taxonomy
from lumina.store.database import Transaction
from lumina.store.implied import Implied

_Key = TypeVar("_Key", str, int)
_Found = TypeVar("_Found")


Names = dict[Filter, Any]
"""What the names in filters stand for; handed on by whoever asks several questions with the same filters."""


class Values:
    """The parameters of a statement while it is being written; each gets a name of its own.

    `implied`: what filters have found out to be implied when they looked up names.
    """

    def __init__(self, names: Names | None = None) -> None:
        self.named: dict[str, Any] = {}
        self.implied: list[Implied] = []
        self._names = {} if names is None else names

    def once(self, wanted: Filter, look_up: Callable[[], _Found]) -> _Found:
        """What a filter's name stands for, looked up where that was not yet done."""
        if wanted not in self._names:
            self._names[wanted] = look_up()
        found: _Found = self._names[wanted]
        return found

    def add(self, value: Any) -> str:
        """The placeholder of a value."""
        name = f"q{len(self.named)}"
        self.named[name] = value
        return f":{name}"

    def cast(self, text: str) -> str:
        """The placeholder of a text in the syntax of a tsquery, as one."""
        return f"CAST({self.add(text)} AS tsquery)"


def condition(tx: Transaction, wanted: Filter, values: Values) -> str:
    """SQL that is true for the images that the filter means, and false (not NULL) for all others.

    Raises:
        BadQuery: it names a town that there is not.
    """
    return _FIELDS[wanted.field](tx, wanted, values)


def _camera(tx: Transaction, wanted: Filter, values: Values) -> str:
    return _gear(tx, "camera", wanted, values)


def _lens(tx: Transaction, wanted: Filter, values: Values) -> str:
    return _gear(tx, "lens_model", wanted, values)


def _gear(tx: Transaction, column: str, wanted: Filter, values: Values) -> str:
    names = values.once(wanted, lambda: matching(_text(wanted), {name: (name,) for name in distinct(tx, column)}))
    return f"i.id IN (SELECT m.image_id FROM metadata m WHERE m.{column} = ANY({values.add(names)}))"


def distinct(tx: Transaction, column: str) -> list[str]:
    """All cameras or lenses, from one value of the index to the next."""
    rows = tx.execute(
        f"""WITH RECURSIVE found AS (
            (SELECT {column} AS name FROM metadata WHERE {column} IS NOT NULL ORDER BY {column} LIMIT 1)
            UNION ALL
            SELECT (SELECT {column} FROM metadata WHERE {column} > found.name ORDER BY {column} LIMIT 1)
            FROM found WHERE found.name IS NOT NULL
        ) SELECT name FROM found WHERE name IS NOT NULL"""
    ).all()
    return [row[0] for row in rows]


def matching(wanted: str, names: Mapping[_Key, Sequence[str]]) -> list[_Key]:
    """Those one of whose names has the wanted words, one behind the other; where none has, with the last one begun."""
    words = asked(wanted)
    split = {key: [asked(name) for name in called] for key, called in names.items()}
    exact = [key for key, called in split.items() if any(_holds(name, words, begun=False) for name in called)]
    return exact or [key for key, called in split.items() if any(_holds(name, words, begun=True) for name in called)]


def _holds(name: Sequence[str], words: Sequence[str], *, begun: bool) -> bool:
    for at in range(len(name) - len(words) + 1):
        part = name[at : at + len(words)]
        if words and part[:-1] == words[:-1] and (part[-1].startswith(words[-1]) if begun else part[-1] == words[-1]):
            return True
    return False


def _album(tx: Transaction, wanted: Filter, values: Values) -> str:
    ids = values.once(wanted, lambda: _albums(tx, _text(wanted)))
    return f"i.id IN (SELECT n.image_id FROM album_image n WHERE n.album_id = ANY({values.add(ids)}))"


def _albums(tx: Transaction, name: str) -> list[int]:
    albums: Sequence[Any] = tx.execute("SELECT id, name FROM album WHERE name IS NOT NULL").all()
    whole = [row[0] for row in albums if fold(row[1]).strip() == fold(name)]
    return whole or matching(name, {row[0]: (row[1],) for row in albums})


def _place(tx: Transaction, wanted: Filter, values: Values) -> str:
    ids, by_name = values.once(wanted, lambda: _places(tx, _text(wanted)))
    values.implied += implied.by_names(wanted) if by_name else ()
    return f"i.id IN (SELECT p.image_id FROM image_place p WHERE p.place_id = ANY({values.add(ids)}))"


def _places(tx: Transaction, name: str) -> tuple[list[int], bool]:
    """By the names in the table of places (then True), else by a country's code or another language's name."""
    known = places.all_names(tx)
    if ids := matching(name, {key: names for key, (_, *names) in known.items()}):
        return ids, True
    ids = [key for key, names in known.items() if names[0] == name.upper()]
    if not ids and (town := gazetteer().find(name)):
        ids = [key for key, names in known.items() if town.name in names and town.country in names]
    return ids, False


def _tag(tx: Transaction, wanted: Filter, values: Values) -> str:
    ids = values.once(wanted, lambda: _nodes(tx, _text(wanted)))
    return f"i.id IN (SELECT t.image_id FROM tag t WHERE t.node_id = ANY({values.add(ids)}))"


def _nodes(tx: Transaction, name: str) -> list[int]:
    """Of this name or path (`vehicle/truck`, whose levels may be left out), with all below them."""
    found = taxonomy.find(tx, name)
    *above, last = [fold(step).strip() for step in name.replace("|", "/").split("/") if step.strip()] or [""]
    if above and not found:
        lines = taxonomy.paths(tx, taxonomy.find(tx, last))
        found = [node for node, line in lines.items() if _leads(above, [fold(each) for each in line[:-1]])]
    return sorted({below for node in found for below in taxonomy.subtree(tx, node)})


def _leads(steps: Sequence[str], line: Sequence[str]) -> bool:
    rest = iter(line)
    return all(step in rest for step in steps)


def _folder(_tx: Transaction, wanted: Filter, values: Values) -> str:
    path = _like(_text(wanted).strip("/").lower())
    return f"'/' || lower(i.folder) || '/' LIKE {values.add(f'%/{path}/%')}"


def _name(_tx: Transaction, wanted: Filter, values: Values) -> str:
    part = values.add(f"%{_like(_text(wanted))}%")
    # The path's own collation knows no letters but ASCII's.
    return (
        f'EXISTS (SELECT FROM file WHERE file.image_id = i.id AND file.path COLLATE "default" ILIKE {part}'
        f" AND regexp_replace(file.path, '^.*/', '') COLLATE \"default\" ILIKE {part})"
    )


def _like(text: str) -> str:
    return text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")


def _date(_tx: Transaction, wanted: Filter, values: Values) -> str:
    days = wanted.value
    assert isinstance(days, Days), "date takes days"
    terms = ["i.taken_at IS NOT NULL"]
    if days.start is not None:
        terms.append(f"i.taken_at >= CAST({values.add(days.start)} AS date)")
    if days.end is not None:
        terms.append(f"i.taken_at < CAST({values.add(days.end)} AS date) + {timedelta(1).days}")
    return f"({' AND '.join(terms)})"


def _rating(_tx: Transaction, wanted: Filter, values: Values) -> str:
    numbers = _numbers(wanted)
    if 0 in numbers:
        outside = _outside("u.rating", numbers, values, "double precision")
        return f"NOT EXISTS (SELECT FROM curation u WHERE u.image_id = i.id AND {outside})"
    inside = _within("u.rating", numbers, values, "double precision")
    return f"i.id IN (SELECT u.image_id FROM curation u WHERE u.rating > 0 AND {inside})"


def _measured(table: str, column: str, kind: str) -> Callable[[Transaction, Filter, Values], str]:
    def written(_tx: Transaction, wanted: Filter, values: Values) -> str:
        inside = _within(f"n.{column}", _numbers(wanted), values, kind)
        return f"EXISTS (SELECT FROM {table} n WHERE n.image_id = i.id AND {inside})"

    return written


def _within(column: str, numbers: Numbers, values: Values, kind: str) -> str:
    terms = [f"{column} IS NOT NULL"]
    if numbers.low is not None:
        terms.append(f"{column} {'>' if numbers.above else '>='} CAST({values.add(numbers.low)} AS {kind})")
    if numbers.high is not None:
        terms.append(f"{column} {'<' if numbers.below else '<='} CAST({values.add(numbers.high)} AS {kind})")
    return " AND ".join(terms)


def _outside(column: str, numbers: Numbers, values: Values, kind: str) -> str:
    return f"NOT ({_within(column, numbers, values, kind)})"


def _near(_tx: Transaction, wanted: Filter, values: Values) -> str:
    """Both places to look at as one set of images, which can be small and begin the search."""
    filed, said = _circle(wanted, values)
    return f"i.id IN (SELECT l.image_id FROM {filed} UNION ALL SELECT l.image_id FROM {said})"


def image_by_image(wanted: Filter, values: Values) -> str | None:
    """As `condition`, where looking up one image after the other takes other SQL; None where it does not."""
    if wanted.field != "near":
        return None
    return f"({' OR '.join(f'EXISTS (SELECT FROM {part} AND l.image_id = i.id)' for part in _circle(wanted, values))})"


def _circle(wanted: Filter, values: Values) -> tuple[str, str]:
    """What lies within a circle by the files, where nobody has said otherwise, and by what people say."""
    spot = wanted.value
    assert isinstance(spot, Spot), "near takes a spot"
    latitude, longitude = _where(wanted, spot)
    close = _close(latitude, longitude, spot.km, values)
    cells = geohashes.around(latitude, longitude, spot.km)
    lies = " OR ".join(f"l.geohash >= {values.add(low)} AND l.geohash < {values.add(high)}" for low, high in cells)
    return (
        f"metadata l WHERE ({lies or 'l.geohash IS NOT NULL'}) AND {close}"
        " AND NOT EXISTS (SELECT FROM curation o WHERE o.image_id = l.image_id AND o.latitude IS NOT NULL)",
        f"curation l WHERE l.latitude IS NOT NULL AND {close}",
    )


def _where(wanted: Filter, spot: Spot) -> tuple[float, float]:
    if spot.name is None:
        return spot.latitude, spot.longitude
    if (town := gazetteer().find(spot.name)) is None:
        sentence = f'near: knows no town called "{spot.name}"; coordinates can be given instead: near:38.7,-9.1,10km.'
        raise BadQuery(sentence, wanted.start, wanted.end)
    return town.latitude, town.longitude


def _close(latitude: float, longitude: float, km: float, values: Values) -> str:
    north, east, most = values.add(latitude), values.add(longitude), values.add(km)
    return (
        f"2 * 6371 * asind(sqrt(least(1, power(sind((l.latitude - {north}) / 2), 2) + cosd(l.latitude) * cosd({north})"
        f" * power(sind((l.longitude - {east}) / 2), 2)))) * pi() / 180 <= {most}"
    )


_RAW = ", ".join(f"'{form.value}'" for form in FileFormat if form.is_raw)
_SAID = "EXISTS (SELECT FROM curation u WHERE u.image_id = i.id AND {})"
_IN_RUN = "EXISTS (SELECT FROM {} b JOIN published p ON p.run_id = b.run_id WHERE b.image_id = i.id)"
_FILE = "EXISTS (SELECT FROM file f WHERE f.image_id = i.id AND {})"
_TEXT = (
    "EXISTS (SELECT FROM image o LEFT JOIN metadata m ON m.image_id = o.id LEFT JOIN curation u ON u.image_id = o.id"
    " WHERE o.id = i.id AND {})"
)
_LOCATED = "{0}.latitude IS NOT NULL AND {0}.longitude IS NOT NULL"
IS: Mapping[str, str] = {
    "archived": "i.archived",
    "burst": _IN_RUN.format("burst_member"),
    "duplicate": _IN_RUN.format("duplicate_member"),
    "favourite": _SAID.format("u.favourite"),
    "photo": "i.kind = 'photo'",
    "pick": _SAID.format("u.flag = 'pick'"),
    "reject": _SAID.format("u.flag = 'reject'"),
    "video": "i.kind = 'video'",
}
HAS: Mapping[str, str] = {
    "album": "EXISTS (SELECT FROM album_image n JOIN album a ON a.id = n.album_id"
    " WHERE n.image_id = i.id AND a.name IS NOT NULL)",
    "caption": _TEXT.format("coalesce(u.caption, m.caption, '') <> ''"),
    "date": "i.taken_at IS NOT NULL",
    "gps": _TEXT.format(f"(({_LOCATED.format('u')}) OR ({_LOCATED.format('m')}))"),
    "keywords": _TEXT.format("coalesce(u.keywords, '{}') || coalesce(m.keywords, '{}') <> '{}'"),
    "label": _SAID.format("u.label IS NOT NULL"),
    "place": "EXISTS (SELECT FROM image_place p WHERE p.image_id = i.id)",
    "rating": _SAID.format("u.rating > 0"),
    "raw": _FILE.format(f"f.missing_since IS NULL AND f.format IN ({_RAW})"),
    "sidecar": _FILE.format("f.missing_since IS NULL AND f.role = 'sidecar'"),
    "tags": "EXISTS (SELECT FROM tag t WHERE t.image_id = i.id)",
    "title": _TEXT.format("coalesce(u.title, m.title, '') <> ''"),
}


def _fixed(known: Mapping[str, str]) -> Callable[[Transaction, Filter, Values], str]:
    return lambda _tx, wanted, _values: known[_choice(wanted)]


def _type(_tx: Transaction, wanted: Filter, values: Values) -> str:
    name = _choice(wanted)
    if name == "video":
        return IS["video"]
    form = f"f.format IN ({_RAW})" if name == "raw" else f"f.format = {values.add(name)}"
    return _FILE.format(f"f.role = 'original' AND {form}")


def _label(_tx: Transaction, wanted: Filter, values: Values) -> str:
    name = _choice(wanted)
    return f"NOT {HAS['label']}" if name == "none" else _SAID.format(f"u.label = {values.add(name)}")


def _text(wanted: Filter) -> str:
    assert isinstance(wanted.value, Text), "this filter takes a text"
    return wanted.value.text


def _choice(wanted: Filter) -> str:
    assert isinstance(wanted.value, Choice), "this filter takes one of its values"
    return wanted.value.name


def _numbers(wanted: Filter) -> Numbers:
    assert isinstance(wanted.value, Numbers), "this filter takes numbers"
    return wanted.value


_FIELDS: Mapping[str, Callable[[Transaction, Filter, Values], str]] = {
    "album": _album,
    "camera": _camera,
    "date": _date,
    "f": _measured("metadata", "f_number", "real"),
    "folder": _folder,
    "has": _fixed(HAS),
    "is": _fixed(IS),
    "iso": _measured("metadata", "iso", "double precision"),
    "label": _label,
    "lens": _lens,
    "mm": _measured("metadata", "focal_length", "real"),
    "name": _name,
    "near": _near,
    "place": _place,
    "quality": _measured("measure", "score", "real"),
    "rating": _rating,
    "tag": _tag,
    "type": _type,
}

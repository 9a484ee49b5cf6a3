"""What files say about ratings, flags and labels: the first values of what people decide."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from lumina.domain.curation import Flag, Label
from lumina.domain.metadata import ImageMetadata


@dataclass(frozen=True, slots=True)
class FirstValues:
    """What one image's files say; the defaults where they say nothing."""

    rating: int = 0
    flag: Flag | None = None
    label: Label | None = None


def first_values(metadata: ImageMetadata) -> FirstValues:
    """Read them as the programs that write them mean them: a rating of -1 is a reject without stars."""
    rating = metadata.rating or 0
    return FirstValues(
        rating=max(0, rating), flag=Flag.REJECT if rating < 0 else _flag(metadata.raw), label=_label(metadata)
    )


_FLAGS: Mapping[str, Mapping[str, Flag]] = {
    "xmpDM:pick": {"1": Flag.PICK, "-1": Flag.REJECT},  # Lightroom
    "digiKam:PickLabel": {"3": Flag.PICK, "1": Flag.REJECT},
    "acdsee:tagged": {"true": Flag.PICK},
}
_COLOURS = {"1": Label.RED, "3": Label.YELLOW, "4": Label.GREEN, "5": Label.BLUE, "6": Label.PURPLE}
"""digiKam's numbers; it has more colours than there are labels."""
_WORDS: Mapping[str, Label] = {
    word: label
    for label, words in {
        # in the languages that Lightroom speaks, and Bridge's own names
        Label.RED: "red rot rouge rojo rosso vermelho rood röd красный 赤 レッド 红色 빨강 select",
        Label.YELLOW: "yellow gelb jaune amarillo giallo amarelo geel gul жёлтый желтый イエロー 黄色 노랑 second",
        Label.GREEN: "green grün vert verde groen grön зелёный зеленый グリーン 绿色 초록 approved",
        Label.BLUE: "blue blau bleu azul blu blauw blå синий ブルー 蓝色 파랑 review",
        Label.PURPLE: "purple lila violett violet púrpura viola roxo paars лиловый パープル 紫色 보라 magenta",
    }.items()
    for word in words.split()
} | {"to do": Label.PURPLE}


def _flag(raw: Mapping[str, Any]) -> Flag | None:
    for name, meanings in _FLAGS.items():
        for value in _values(raw, name):
            if flag := meanings.get(value):
                return flag
    return None


def _label(metadata: ImageMetadata) -> Label | None:
    found = _WORDS.get((metadata.label or "").strip().casefold())
    if found is None:
        words = (_WORDS.get(value) for value in _values(metadata.raw, "photoshop:LabelColor"))
        found = next((word for word in words if word), None)
    if found is None:
        numbers = (_COLOURS.get(value) for value in _values(metadata.raw, "digiKam:ColorLabel"))
        found = next((number for number in numbers if number), None)
    return found


def _values(raw: Mapping[str, Any], name: str) -> Iterator[str]:
    """A tag's values, the sidecar's first."""
    for group in ("Sidecar", "XMP"):
        value = raw.get(f"{group}:{name}")
        if value is not None:
            yield str(value).strip().casefold()

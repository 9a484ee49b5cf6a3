"""The quality score of an image in people's words."""

from __future__ import annotations

from collections.abc import Iterator

from lumina.domain.facts import Fact
from lumina.domain.values import Measures

_PARTS = (
    ("format_score", "Format", 40),
    ("resolution_score", "Resolution", 30),
    ("size_score", "Compression", 20),
    ("sharpness_score", "Sharpness", 10),
)
_ENLARGED = 0.75
"""True resolution by nominal, below which a picture is said to be enlarged."""
_COMPLETE = 99.5


def facts(measures: Measures | None) -> Iterator[Fact]:
    """Score and parts, the remarks that explain them; nothing before there is a score."""
    if measures is None or measures.score is None:
        return
    yield _fact("score", "Score", measures.score, f"{measures.score:.0f} of 100")
    for name, label, most in _PARTS:
        value = getattr(measures, name)
        text = "; ".join((f"{value:.1f} of {most}", *_remarks(name, measures)))
        yield _fact(name, label, value, text)


def _remarks(name: str, measures: Measures) -> Iterator[str]:
    if name == "resolution_score" and measures.detail is not None and measures.detail < _ENLARGED:
        yield f"enlarged, about {measures.detail:.0%} of its width is real"
    if name == "size_score" and measures.compression is not None:
        complete = measures.compression >= _COMPLETE
        yield "nothing lost" if complete else f"at worst like a JPEG of quality {measures.compression:.0f}"


def _fact(name: str, label: str, value: float, text: str) -> Fact:
    return Fact("Quality", name, label, round(value, 2), text, "computed")

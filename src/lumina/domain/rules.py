"""The rules of a policy: each one tells some copies from others and says in words why."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import groupby
from pathlib import PurePosixPath, PureWindowsPath
from typing import Any, ClassVar

from lumina.domain.consensus import Way
from lumina.domain.duplicates import Candidate
from lumina.domain.values import FileFormat

DEFAULT_MARGIN = 2.0
"""Points of quality; measured over re-encoded copies of one photo, closer ones cannot be told apart by eye."""
DEFAULT_BETTER = 4.0
"""Points by which a copy that differs from most others must be better than those to come before them all the same."""
CLASSES = {
    "raw": tuple(each.value for each in FileFormat if each.is_raw),
    "video": tuple(each.value for each in FileFormat if each.is_video),
}
"""Names for several formats at once."""

Classes = list[list[Candidate]]
"""Copies that a rule cannot tell apart, best first."""


class Rule(ABC):
    """One line of a policy.

    Attributes:
        word: its name in a policy's text.
    """

    word: ClassVar[str]

    @abstractmethod
    def split(self, candidates: Sequence[Candidate]) -> Classes:
        """The copies in classes, best first; those of one class are equal to this rule and keep their order."""

    @abstractmethod
    def reason(self, first: Candidate, other: Candidate) -> str | None:
        """Why this rule prefers the first; None where it doesn't."""


class Keyed(Rule):
    """A rule that compares one value of each copy; less is better."""

    @abstractmethod
    def key(self, candidate: Candidate) -> Any:
        """The value, comparable and hashable."""

    @abstractmethod
    def words(self, first: Candidate, other: Candidate, /) -> str:
        """The sentence, where the first's value is less."""

    def split(self, candidates: Sequence[Candidate]) -> Classes:
        """As `Rule.split`."""
        return _by_key(candidates, self.key)

    def reason(self, first: Candidate, other: Candidate) -> str | None:
        """As `Rule.reason`."""
        return self.words(first, other) if self.key(first) < self.key(other) else None


@dataclass(frozen=True, slots=True)
class Chosen(Keyed):
    """What a person chose as keeper comes first. Part of every policy."""

    word: ClassVar[str] = "chosen"

    def key(self, candidate: Candidate) -> bool:
        """False, which is less, where it was chosen."""
        return not candidate.chosen

    def words(self, _first: Candidate, _other: Candidate, /) -> str:
        """That it was chosen."""
        return "A person chose it"


@dataclass(frozen=True, slots=True)
class Reference(Keyed):
    """Copies in these folders come first, and are never proposed for removal."""

    word: ClassVar[str] = "reference"
    folders: tuple[str, ...]

    def key(self, candidate: Candidate) -> bool:
        """False, which is less, within one of the folders."""
        return self.folder(candidate) is None

    def folder(self, candidate: Candidate) -> str | None:
        """The reference folder that the copy lies in."""
        return next((folder for folder in self.folders if is_in(candidate, folder)), None)

    def words(self, first: Candidate, _other: Candidate, /) -> str:
        """Names the folder."""
        return f"In the reference folder {self.folder(first)}"


@dataclass(frozen=True, slots=True)
class Folder(Keyed):
    """Copies in preferred folders come first, in the order given, those in folders to avoid last.

    Where one folder lies in another, the inner one counts.
    """

    word: ClassVar[str] = "folder"
    prefer: tuple[str, ...] = ()
    avoid: tuple[str, ...] = ()

    def key(self, candidate: Candidate) -> int:
        """Place in `prefer`; then all other folders; then those to avoid."""
        inner = self._inner(candidate)
        if inner is None:
            return len(self.prefer)
        return self.prefer.index(inner) if inner in self.prefer else len(self.prefer) + 1

    def words(self, first: Candidate, other: Candidate, /) -> str:
        """Names the folder that made the difference."""
        own = self._inner(first)
        return f"In the preferred folder {own}" if own else f"The other is in {self._inner(other)}, to be avoided"

    def _inner(self, candidate: Candidate) -> str | None:
        return max((f for f in (*self.prefer, *self.avoid) if is_in(candidate, f)), key=len, default=None)


@dataclass(frozen=True, slots=True)
class Format(Keyed):
    """Copies in the formats named come first, in that order."""

    word: ClassVar[str] = "format"
    order: tuple[str, ...]

    def key(self, candidate: Candidate) -> int:
        """Place of the format in `order`; its end where it isn't there."""
        places = (at for at, name in enumerate(self.order) if candidate.format in CLASSES.get(name, (name,)))
        return next(places, len(self.order))

    def words(self, first: Candidate, other: Candidate, /) -> str:
        """Names both formats."""
        return f"Better format: {first.format.upper()}, not {other.format.upper()}"


@dataclass(frozen=True, slots=True)
class Original(Rule):
    """Copies that look like most others come before those that were edited.

    One whose score is higher than that of all those by `margin` points is left where it is: all the others may have
    been made from an edited copy of it.
    """

    word: ClassVar[str] = "original"
    margin: float = DEFAULT_BETTER

    def split(self, candidates: Sequence[Candidate]) -> Classes:
        """Those that agree, and those that are clearly better; then the others."""
        best = max((_score(each) for each in candidates if each.stray is None), default=None)
        if best is None:
            return [list(candidates)]
        parts: tuple[list[Candidate], list[Candidate]] = [], []
        for each in candidates:
            parts[self._is_behind(each, best)].append(each)
        return [part for part in parts if part]

    def reason(self, first: Candidate, other: Candidate) -> str | None:
        """Names what was changed, and how many others show it otherwise."""
        if first.stray is not None or other.stray is None:
            return None
        return _EDITED[other.stray.way].format(f"{other.stray.peers:,}")

    def _is_behind(self, candidate: Candidate, best: float) -> bool:
        if candidate.stray is None:
            return False
        # added, not subtracted: where nothing is known of either, both are below all numbers
        return candidate.stray.way is Way.WRAPPED or _score(candidate) < best + self.margin or candidate.score is None


@dataclass(frozen=True, slots=True)
class Quality(Rule):
    """The higher score comes first. Scores closer than `margin` points count as equal."""

    word: ClassVar[str] = "quality"
    margin: float = DEFAULT_MARGIN

    def split(self, candidates: Sequence[Candidate]) -> Classes:
        """From the best score down: each class is what lies within the margin of its best; unknown scores are last."""
        classes: Classes = []
        top: float | None = None
        for candidate in sorted(candidates, key=_score, reverse=True):
            score = _score(candidate)
            if top is not None and (score == top or top - score < self.margin):
                classes[-1].append(candidate)
            else:
                classes.append([candidate])
                top = score
        places = {candidate.image_id: at for at, candidate in enumerate(candidates)}
        return [sorted(each, key=lambda c: places[c.image_id]) for each in classes]

    def reason(self, first: Candidate, other: Candidate) -> str | None:
        """Names both scores."""
        if first.score is None or _score(first) <= _score(other):
            return None
        if other.score is None:
            return f"Quality {first.score:.0f}; the other's is not known"
        digits = 0 if first.score - other.score >= 1 else 1
        return f"Higher quality: {first.score:.{digits}f} against {other.score:.{digits}f}"


@dataclass(frozen=True, slots=True)
class Metadata(Keyed):
    """The copy of which more is known comes first: capture time, camera, lens, exposure, place."""

    word: ClassVar[str] = "metadata"

    def key(self, candidate: Candidate) -> int:
        """Facts known, negated."""
        return -candidate.exif

    def words(self, first: Candidate, other: Candidate, /) -> str:
        """Names both counts."""
        return f"More metadata: {first.exif} facts against {other.exif}"


@dataclass(frozen=True, slots=True)
class Rating(Keyed):
    """The copy that was picked, then the one with the higher rating."""

    word: ClassVar[str] = "rating"

    def key(self, candidate: Candidate) -> tuple[bool, int]:
        """Picked ones first, then by stars."""
        return not candidate.picked, -candidate.rating

    def words(self, first: Candidate, other: Candidate, /) -> str:
        """That it was picked, or both ratings."""
        return "Picked" if first.picked and not other.picked else f"Rated {first.rating} against {other.rating}"


@dataclass(frozen=True, slots=True)
class Size(Keyed):
    """By the bytes of all files."""

    word: ClassVar[str] = "size"
    prefer: str = "largest"

    def key(self, candidate: Candidate) -> int:
        """Bytes; negated where large is better."""
        return -candidate.size if self.prefer == "largest" else candidate.size

    def words(self, first: Candidate, other: Candidate, /) -> str:
        """Names both sizes."""
        sizes = f"{_bytes(first.size)} against {_bytes(other.size)}"
        return f"{'Larger' if self.prefer == 'largest' else 'Smaller'} file: {sizes}"


@dataclass(frozen=True, slots=True)
class Age(Keyed):
    """By the time at which the master was last written."""

    word: ClassVar[str] = "age"
    prefer: str = "oldest"

    def key(self, candidate: Candidate) -> int:
        """Nanoseconds; negated where new is better."""
        return candidate.modified_ns if self.prefer == "oldest" else -candidate.modified_ns

    def words(self, first: Candidate, other: Candidate, /) -> str:
        """Names both days, or says which is older where it is one day."""
        word = "Older" if self.prefer == "oldest" else "Newer"
        days = _day(first.modified_ns), _day(other.modified_ns)
        return f"{word} file" if days[0] == days[1] else f"{word} file: {days[0]} against {days[1]}"


def is_in(candidate: Candidate, folder: str) -> bool:
    """True where the copy lies in the folder: absolute, or relative to its source."""
    path, base = candidate.path, folder.rstrip("/")
    if not _is_absolute(folder):
        path = candidate.path.removeprefix(candidate.source_root).lstrip("/")
    return not base or path.startswith(base + "/")


def _is_absolute(folder: str) -> bool:
    return PurePosixPath(folder).is_absolute() or PureWindowsPath(folder).is_absolute()


def _by_key(candidates: Sequence[Candidate], key: Callable[[Candidate], Hashable]) -> Classes:
    ordered: Sequence[Candidate] = sorted(candidates, key=key)  # type: ignore[arg-type]
    return [list(members) for _, members in groupby(ordered, key)]


_EDITED = {
    Way.COLOUR: "As coloured as the {} that agree; the colours of the other differ",
    Way.TONE: "As bright as the {} that agree; the brightness or contrast of the other differs",
    Way.MARK: "Like the {} that agree; a part of the other differs, as with a watermark",
    Way.FRAME: "Framed like the {} that agree; the other is cut, framed, tilted or turned otherwise",
    Way.WRAPPED: "The JPEG from which the other was made: the same pixels, kept without loss",
    Way.EDITED: "Like the {} that agree; the other was edited",
}


def _score(candidate: Candidate) -> float:
    return float("-inf") if candidate.score is None else candidate.score


def _bytes(size: int) -> str:
    """As people read sizes, in powers of 1,000."""
    value, units = float(size), ["B", "kB", "MB", "GB", "TB"]
    while value >= 1000 and len(units) > 1:
        value /= 1000
        units.pop(0)
    return f"{value:.0f} {units[0]}" if units[0] == "B" else f"{value:.1f} {units[0]}"


def _day(modified_ns: int) -> str:
    try:
        return datetime.fromtimestamp(modified_ns // 10**9, UTC).date().isoformat()
    except (OverflowError, OSError, ValueError):
        return "a day out of range"

"""Reading a policy's text; every error names the line and the rule."""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, NoReturn

from lumina.domain.duplicates import Tier
from lumina.domain.rules import (
    CLASSES,
    DEFAULT_BETTER,
    DEFAULT_MARGIN,
    Age,
    Folder,
    Format,
    Metadata,
    Original,
    Quality,
    Rating,
    Reference,
    Rule,
    Size,
)
from lumina.domain.values import FileFormat
from lumina.errors import BadInput

MAX_LENGTH, MAX_LINES = 64_000, 1_000
"""Characters and lines of a policy."""
ACTIONS = ("hide", "trash")
TIERS = {tier.word: tier for tier in (Tier.BYTES, Tier.PIXELS, Tier.PICTURE)}

DEFAULT_TEXT = """\
# Which copy is kept. Rules are asked in order: the first that tells two copies apart decides.
# What a person chose as keeper comes before all rules.

action = "hide"                                 # others stay where they are, hidden; "trash" moves their files away
tiers = ["bytes", "pixels", "picture"]          # what is resolved when asked
automatic_tiers = ["bytes", "pixels"]           # what is resolved after each run, where that is switched on

# [[rule]]
# rule = "reference"                            # never proposed for removal
# folders = ["/photos/archive"]                 # absolute, or relative to a source

# [[rule]]
# rule = "folder"
# prefer = ["/photos/sorted"]
# avoid = ["/photos/sorted/downloads"]

# [[rule]]
# rule = "format"
# order = ["raw", "tiff", "heic", "jpeg"]

[[rule]]
rule = "original"                               # where three or more look alike, those that were edited come after them
margin = 4.0                                    # points by which an edited copy must be better to be kept all the same

[[rule]]
rule = "quality"
margin = 2.0                                    # points; closer copies are too close to call: a person decides

[[rule]]
rule = "metadata"

[[rule]]
rule = "rating"

[[rule]]
rule = "quality"
margin = 0.0

[[rule]]
rule = "size"
prefer = "largest"

[[rule]]
rule = "age"
prefer = "oldest"
"""


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a policy's text says."""

    rules: tuple[Rule, ...]
    action: str
    tiers: tuple[Tier, ...]
    automatic_tiers: tuple[Tier, ...]


def read(text: str) -> Wanted:
    """The text's rules and settings.

    Raises:
        BadInput: no TOML, too long, or an unknown or badly used rule, key or value.
    """
    if len(text) > MAX_LENGTH:
        raise BadInput(f"The policy has {len(text):,} characters; at most {MAX_LENGTH:,} are read.")
    if (lines := text.count("\n")) > MAX_LINES:
        raise BadInput(f"The policy has {lines:,} lines; at most {MAX_LINES:,} are read.")
    try:
        parsed = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise BadInput(f"The policy is no valid TOML: {error}.") from None
    except RecursionError:
        raise BadInput("The policy is no valid TOML: values are nested too deeply.") from None
    reader = _Reader(text)
    reader.refuse_unknown(parsed, ("action", "tiers", "automatic_tiers", "rule"), None)
    return Wanted(
        reader.rules(parsed),
        reader.choice(parsed, "action", ACTIONS, "hide", None),
        reader.tiers(parsed, "tiers", tuple(TIERS)),
        reader.tiers(parsed, "automatic_tiers", ("bytes", "pixels")),
    )


class _Reader:
    """Checks values and says where the bad ones stand."""

    def __init__(self, text: str) -> None:
        self.lines = text.splitlines(keepends=True)

    def rules(self, parsed: Mapping[str, Any]) -> tuple[Rule, ...]:
        tables = parsed.get("rule", [])
        if not isinstance(tables, list) or not all(isinstance(table, dict) for table in tables):
            self.fail("rule", None, "rules are written as [[rule]], each with a key `rule`")
        found = tuple(self._rule(table, at) for at, table in enumerate(tables))
        if not found:
            raise BadInput(f"The policy has no rule; known are {_list(_KINDS)}.")
        return found

    def _rule(self, table: Mapping[str, Any], at: int) -> Rule:
        word = table.get("rule")
        if word is None:
            self.fail(None, at, f"it has no key `rule` that says which rule it is; known are {_list(_KINDS)}")
        if not isinstance(word, str) or word not in _KINDS:
            self.fail("rule", at, f"there is no rule {word!r}; known are {_list(_KINDS)}")
        keys, build = _KINDS[word]
        self.refuse_unknown(table, ("rule", *keys), at, f"rule {word!r}: ")
        return build(self, table, at)

    def refuse_unknown(
        self, table: Mapping[str, Any], known: tuple[str, ...], at: int | None, prefix: str = ""
    ) -> None:
        for key in table:
            if key not in known:
                self.fail(key, at, f"{prefix}there is no key {key!r}; known are {_list(known)}")

    def strings(self, table: Mapping[str, Any], key: str, at: int | None, *, needed: bool = False) -> tuple[str, ...]:
        values = table.get(key, [])
        if not isinstance(values, list) or not all(isinstance(value, str) and value for value in values):
            self.fail(key, at, f"{_name(table)}{key} is a list of texts, not {values!r}")
        if needed and not values:
            self.fail(key if key in table else None, at, f"{_name(table)}{key} names nothing")
        return tuple(values)

    def choice(self, table: Mapping[str, Any], key: str, allowed: tuple[str, ...], default: str, at: int | None) -> str:
        value = table.get(key, default)
        if value not in allowed:
            self.fail(key, at, f"{_name(table)}{key} is one of {_list(allowed)}, not {value!r}")
        return str(value)

    def tiers(self, parsed: Mapping[str, Any], key: str, default: tuple[str, ...]) -> tuple[Tier, ...]:
        words = self.strings(parsed, key, None) if key in parsed else default
        for word in words:
            if word not in TIERS:
                self.fail(key, None, f"{key}: there is no tier {word!r}; known are {_list(TIERS)}")
        return tuple(sorted({TIERS[word] for word in words}))

    def margin(self, table: Mapping[str, Any], at: int, default: float = DEFAULT_MARGIN) -> float:
        value = table.get("margin", default)
        if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value <= 100:
            self.fail("margin", at, f"{_name(table)}margin is a number of points, 0-100, not {value!r}")
        return float(value)

    def formats(self, table: Mapping[str, Any], at: int) -> tuple[str, ...]:
        known = dict.fromkeys((*CLASSES, *(each.value for each in FileFormat if not each.is_sidecar)))
        order = self.strings(table, "order", at, needed=True)
        for name in order:
            if name not in known:
                self.fail("order", at, f"{_name(table)}there is no format {name!r}; known are {_list(known)}")
        return order

    def folder(self, table: Mapping[str, Any], at: int) -> Folder:
        found = Folder(self.strings(table, "prefer", at), self.strings(table, "avoid", at))
        if not found.prefer and not found.avoid:
            self.fail(None, at, f"{_name(table)}neither prefer nor avoid names a folder")
        return found

    def fail(self, key: str | None, at: int | None, problem: str) -> NoReturn:
        raise BadInput(f"The policy, line {self._line(key, at)}: {problem}.")

    def _line(self, key: str | None, at: int | None) -> int:
        """Where a key first appears: text is read from the top, line by line, until it is there.

        A value that goes over several lines is named by its first.
        """
        whole = 0
        for count in range(1, len(self.lines) + 1):
            try:
                parsed = tomllib.loads("".join(self.lines[:count]))
            except tomllib.TOMLDecodeError:
                continue
            if _has(parsed, key, at):
                break
            whole = count
        return whole + 1


def _has(parsed: Mapping[str, Any], key: str | None, at: int | None) -> bool:
    if at is None:
        return key in parsed
    tables = parsed.get("rule", [])
    return len(tables) > at and (key is None or key in tables[at])


def _name(table: Mapping[str, Any]) -> str:
    return f"rule {table['rule']!r}: " if isinstance(table.get("rule"), str) else ""


def _list(words: Any) -> str:
    return ", ".join(words)


_Build = Callable[[_Reader, Mapping[str, Any], int], Rule]
_KINDS: dict[str, tuple[tuple[str, ...], _Build]] = {
    "reference": (("folders",), lambda r, t, at: Reference(r.strings(t, "folders", at, needed=True))),
    "folder": (("prefer", "avoid"), lambda r, t, at: r.folder(t, at)),
    "format": (("order",), lambda r, t, at: Format(r.formats(t, at))),
    "original": (("margin",), lambda r, t, at: Original(r.margin(t, at, DEFAULT_BETTER))),
    "quality": (("margin",), lambda r, t, at: Quality(r.margin(t, at))),
    "metadata": ((), lambda *_: Metadata()),
    "rating": ((), lambda *_: Rating()),
    "size": (("prefer",), lambda r, t, at: Size(r.choice(t, "prefer", ("largest", "smallest"), "largest", at))),
    "age": (("prefer",), lambda r, t, at: Age(r.choice(t, "prefer", ("oldest", "newest"), "oldest", at))),
}
"""Rule -> its keys, and how it is made from its table."""

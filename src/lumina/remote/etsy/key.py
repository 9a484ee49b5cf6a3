"""The owner's own key: from the environment, or from a file `.env`. It is never shown, nor written anywhere."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from lumina.errors import BadSetting

VARIABLE = "ETSY_API_KEY"
_LINE = re.compile(rf"^\s*(?:export\s+)?{VARIABLE}\s*=\s*(?P<value>.*?)\s*$", re.MULTILINE)
_PART = re.compile(r"[!-9;-~]+")


@dataclass(frozen=True, slots=True)
class Key:
    """A key that shows itself nowhere."""

    keystring: str = field(repr=False)
    secret: str = field(repr=False)

    @property
    def header(self) -> str:
        """As the header `x-api-key` wants it."""
        return f"{self.keystring}:{self.secret}"


DEMO = Key("demo", "lumina")
"""Opens the marketplace that runs on this machine."""


def find(environment: Mapping[str, str], folders: Iterable[Path]) -> Key:
    """The key of the environment, otherwise of the first file `.env` in these folders that has one.

    Raises:
        BadSetting: there is none, or it is not of the form `keystring:shared_secret`.
    """
    if value := environment.get(VARIABLE, "").strip():
        return read(value, f"environment variable {VARIABLE}")
    for folder in folders:
        file = folder / ".env"
        if value := _in_file(file):
            return read(value, str(file))
    raise BadSetting(
        f"There is no key for Etsy: put your own into the environment variable {VARIABLE}, or as a line"
        f" {VARIABLE}=keystring:shared_secret into a file .env in the current folder or your home."
    )


def read(value: str, where: str) -> Key:
    """A key as text.

    Raises:
        BadSetting: it has no secret, or characters that no key has; the message does not show it.
    """
    keystring, _, secret = value.partition(":")
    if not secret:
        raise BadSetting(
            f"{VARIABLE} ({where}) has no shared secret: Etsy wants both, as keystring:shared_secret; its page of your"
            " apps shows them."
        )
    if not (_PART.fullmatch(keystring) and _PART.fullmatch(secret)):
        raise BadSetting(f"{VARIABLE} ({where}) is no key: it should be keystring:shared_secret, without spaces.")
    return Key(keystring, secret)


def _in_file(file: Path) -> str:
    try:
        text = file.read_bytes()[:100_000].decode("utf-8-sig", "replace")
    except OSError:
        return ""
    found = _LINE.search(text)
    if found is None:
        return ""
    value = found["value"]
    quoted = re.match(r"""(["'])(?P<inside>.*?)\1""", value)
    return quoted["inside"].strip() if quoted else value.partition(" #")[0].strip()

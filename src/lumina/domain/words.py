"""Text as the words that it is found by: the same on both sides, documents and queries, in any script.

A word is a run of letters, marks and digits, without case or accents. Names that run together are taken apart where
letters turn to digits and where case rises: `IMG_2019-07-04` is img, 2019, 07, 04, and `RedTruck` is red, truck. Runs
of scripts that put no blanks between words are taken two characters at a time.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from functools import lru_cache

LONGEST = 80
"""Characters of a word that count."""
REMEMBERED = 60
"""Characters of a text whose words are kept: names come again and again, captions do not, and are much longer."""
PIECES = 4
"""A run of letters and digits that falls into more pieces is a code, and stays whole."""

_LETTERS = str.maketrans(
    {"ø": "o", "ł": "l", "đ": "d", "ð": "d", "ħ": "h", "ı": "i", "æ": "ae", "œ": "oe", "þ": "th", "ŧ": "t"}
)
# accents of Latin, Greek and Cyrillic, points of Hebrew and Arabic, and what changes only how a character is drawn
_DROPPED = re.compile("[\u0300-\u036f\u0591-\u05bd\u05bf-\u05c7\u064b-\u065f\u0670\ufe00-\ufe0f]")
_UNSEEN = re.compile("[\u00ad\u061c\u180e\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb]")
_RUN_ON = (
    "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3005-\u3007\u3040-\u30ff\u31f0-\u31ff\u3400-\u4dbf\u4e00-\u9fff"
    "\uac00-\ud7af\uf900-\ufaff\U00020000-\U000323af"
)
_PICTURES = "\u2600-\u27bf\u2b00-\u2bff\U0001f000-\U0001faff"
_MARKS_END = 0x1F000

_STOP = "a an and are as at be by for from in into is it its my of on or our that the their this to was with"
STOP = frozenset(_STOP.split())
"""Words of a query that need not stand in what is found, where others do."""


def fold(text: str) -> str:
    """Without case, accents and characters that are not seen; compatible forms made one. Folding twice is once."""
    if text.isascii():
        return text.lower()
    return _bare(_bare(text).casefold().translate(_LETTERS))


def _bare(text: str) -> str:
    """Without accents and characters that are not seen, compatible forms made one; case stays."""
    if text.isascii():
        return text
    return unicodedata.normalize("NFKC", _DROPPED.sub("", unicodedata.normalize("NFKD", _UNSEEN.sub("", text))))


def words(text: str) -> tuple[tuple[str, ...], ...]:
    """What a text is found by: for each position the word there and other forms of it, most telling first.

    "IMG_RedTruck" -> (("img",), ("red", "redtruck"), ("truck", "redtruck"))
    """
    return _remembered(text) if len(text) <= REMEMBERED else _words(text)


def _words(text: str) -> tuple[tuple[str, ...], ...]:
    found: list[tuple[str, ...]] = []
    for kind, raw in _runs(text):
        found += _pairs(fold(raw)) if kind == "run" else _parted(raw)
    return tuple(found)


_remembered = lru_cache(maxsize=20_000)(_words)


@lru_cache(maxsize=2_000)
def asked(text: str) -> tuple[str, ...]:
    """The words of a query's word, in the order in which they have to follow each other; none where it has none.

    As `words`, but case tells nothing, since people write as they like: "RedTruck" -> ("redtruck",), which
    `RedTruck.jpg` is found by as well.
    """
    found: list[str] = []
    for kind, raw in _runs(text):
        folded = fold(raw)
        if kind == "run":
            found += (pair[0] for pair in _pairs(folded))
        else:
            found += _split(folded)
    return tuple(word for word in found if word)


def plain(text: str) -> tuple[str, ...]:
    """The words of a text as `asked` has them, to compare a name with what was asked for."""
    return asked(text[:1000])


def is_short(word: str) -> bool:
    """True for a lone character of a script without blanks, which is found by what it begins."""
    return len(word) == 1 and re.fullmatch(f"[{_RUN_ON}]", word) is not None


def _runs(text: str) -> Iterator[tuple[str, str]]:
    for match in _pattern().finditer(_bare(text)):
        yield str(match.lastgroup), match.group()


def _pairs(run: str) -> list[tuple[str, ...]]:
    """ABC -> AB, BC or C: each character begins one, so a lone one is found as well."""
    pairs = [(run[at : at + 2],) for at in range(len(run) - 1)]
    return [*pairs[:-1], (run[-2:], run[-1:])] if pairs else [(run,)]


_TURN = re.compile(r"(?<=[^\W\d_])(?=\d)|(?<=\d)(?=[^\W\d_])")
_RISE = re.compile(r"(?<=[a-zß-öø-ÿ])(?=[A-ZÀ-ÖØ-Þ])")


def _split(folded: str) -> list[str]:
    """Letters and digits apart."""
    pieces = _TURN.split(folded[:LONGEST])
    return pieces if len(pieces) <= PIECES else [folded[:LONGEST]]


def _parted(raw: str) -> list[tuple[str, ...]]:
    """As `_split`, and apart where a capital follows a small letter, with what stands there in a query beside it.

    That is put where its first and its last part are, so that it can be followed and preceded by others.
    """
    wholes = _split(fold(raw))
    parts = [piece for part in _RISE.split(raw) for piece in _split(fold(part))]
    if len(parts) == len(wholes) or len(parts) > 2 * PIECES or "".join(parts) != "".join(wholes):
        return [(whole,) for whole in wholes]
    found, at = [[part] for part in parts], 0
    for whole in wholes:
        first, length = at, 0
        while length < len(whole):
            length += len(parts[at])
            at += 1
        for place in {first, at - 1} if at - first > 1 else ():
            found[place].append(whole)
    return [tuple(forms) for forms in found]


@lru_cache(maxsize=1)
def _pattern() -> re.Pattern[str]:
    """Runs of a script without blanks, runs of letters and digits, and single emoji."""
    word = f"(?:(?![{_RUN_ON}_])[\\w{_marks()}])+"
    return re.compile(f"(?P<run>[{_RUN_ON}]+)|(?P<word>{word})|(?P<picture>[{_PICTURES}])")


def _marks() -> str:
    """Combining marks, which Python counts to no word although words of Indic scripts are full of them."""
    codes = [code for code in range(0x300, _MARKS_END) if unicodedata.category(chr(code))[0] == "M"]
    starts = [code for code in codes if unicodedata.category(chr(code - 1))[0] != "M"]
    ends = [code for code in codes if unicodedata.category(chr(code + 1))[0] != "M"]
    return "".join(f"{chr(first)}-{chr(last)}" for first, last in zip(starts, ends, strict=True))

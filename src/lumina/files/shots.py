"""What a file's name says about the shot: a copy, an HDR picture, one of a series that the camera has named."""

from __future__ import annotations

import re
from typing import NamedTuple

NORMAL, HDR = 2, 1
"""The normal picture beside an HDR one, and the HDR picture; 0 is neither."""

_COPY = re.compile(
    r"(?:[ _-]*\(\d{1,3}\)|~\d{1,2}|[ _-]+(?:copy|copie|copia|kopie|edit|edited|bearbeitet)(?:[ _-]?\d{1,3})?)$"
)
_HDR = re.compile(r"(?:^|[ _-])hdr(?:[ _-]?(yes|on|no|off))?(?=$|[ _-])")
_DIGITS = re.compile(r"\d+")
_BURSTS = (
    re.compile(r"burst[ _-]?(\d{14,})"),  # Google, Sony: 00001IMG_00001_BURST20190102030405678_COVER
    re.compile(r"^(.*\d{8}[ _-]?\d{6}.*?)[ _-]burst\d{1,4}"),  # Huawei, LG: IMG_20190102_030405_BURST002
    re.compile(r"^(\d{8}_\d{6})_\d{3}$"),  # Samsung: 20190102_030405_002
)
_PANEL = re.compile(r"^st([a-z])_\d{3,}$")  # Canon's stitch assist: STA_0012, STB_0013


class Shot(NamedTuple):
    """What a name says; every text in lower case.

    Attributes:
        name: without what copying or editing adds.
        series: the name without its digits.
        scene: the name without a word about HDR: the HDR picture and its normal one have it in common.
        hdr: `HDR`, `NORMAL` or 0.
        burst: what the camera calls the burst, empty without one.
        panel: 1, 2, ... in a panorama, 0 without one.
    """

    name: str
    series: str
    scene: str
    hdr: int
    burst: str
    panel: int


def read_name(stem: str) -> Shot:
    """Read a file's name without its extension."""
    name = stem.casefold()
    while found := _COPY.search(name):
        if not found.start():
            break
        name = name[: found.start()]
    hdr = _HDR.search(name)
    panel = _PANEL.match(name)
    return Shot(
        name=name,
        series=_DIGITS.sub("", name),
        scene=_HDR.sub("", name).strip(" _-"),
        hdr=0 if hdr is None else NORMAL if hdr[1] in ("no", "off") else HDR,
        burst=next((found[1] for pattern in _BURSTS if (found := pattern.search(name))), ""),
        panel=0 if panel is None else ord(panel[1]) - ord("a") + 1,
    )

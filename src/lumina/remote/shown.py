"""Addresses as they may be shown and logged."""

from __future__ import annotations

import re


def shown(url: str) -> str:
    """The address without a name and password in it."""
    return re.sub(r"(?<=//)[^/@]*@", "", url)

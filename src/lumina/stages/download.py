"""Images of marketplaces, fetched to where masters lie."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from lumina.domain.market import Downloaded, RemoteImage
from lumina.domain.stage import Basis, Failure, Lane, Noted, Reads, Stage

Fetch = Callable[[Sequence[RemoteImage]], Sequence[Downloaded | Failure]]
"""Fetches images, many at a time: one outcome per image, in order."""


class Download(Stage[RemoteImage, Downloaded]):
    """The file of an image that a marketplace has told of; those that are there are fetched again if they changed."""

    name, version, result = "download", 1, Downloaded
    lane, reads, basis = Lane.IO, Reads.REMOTE, Basis.FILE
    # Larger ones cost the database less for each image; but a job counts in batches, and hosts may be slow.
    batch = 192

    def __init__(self, fetch: Fetch) -> None:
        self._fetch = fetch

    def run(self, items: Sequence[RemoteImage]) -> list[Downloaded | Noted[Downloaded] | Failure]:
        """One outcome per image."""
        return list(self._fetch(items))

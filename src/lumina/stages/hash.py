"""Perceptual hashes, by which copies of a picture are found."""

from __future__ import annotations

from lumina.domain.each import EachPicture
from lumina.domain.picture import Picture
from lumina.domain.stage import Lane
from lumina.domain.values import Fingerprint
from lumina.vision.hashes import ahash, dhash, is_flat, phash, whash


class Hash(EachPicture[Fingerprint]):
    """dhash, ahash, whash and phash of 64 bits."""

    name, version, result = "hash", 1, Fingerprint
    lane = Lane.CPU

    def one(self, picture: Picture) -> Fingerprint:
        """The four hashes of one picture."""
        # 72 is the least size that both 9 x 8 and 8 x 8 cells divide evenly.
        coarse, fine = picture.gray(72), picture.gray(32)
        return Fingerprint(dhash(coarse), ahash(coarse), whash(coarse), phash(fine), is_flat(fine))

"""Perceptual hashes and a signature, by which copies of a picture are found and told from look-alikes."""

from __future__ import annotations

from lumina.domain.each import EachPicture
from lumina.domain.picture import Picture
from lumina.domain.stage import Lane
from lumina.domain.values import Fingerprint
from lumina.vision.hashes import ahash, dhash, is_flat, phash, whash
from lumina.vision.probes import probes, turns
from lumina.vision.signature import LUMA, signature


class Hash(EachPicture[Fingerprint]):
    """dhash, ahash, whash and phash of 64 bits; phash of crops and turns; the signature."""

    name, version, result = "hash", 2, Fingerprint
    lane = Lane.CPU
    whole, small = 1440, 320
    """Pixels of the renderings that proportions and colours are taken from."""

    def one(self, picture: Picture) -> Fingerprint:
        """The fingerprint of one picture."""
        # 72 is the least size that both 9 x 8 and 8 x 8 cells divide evenly.
        coarse, gray, fine = picture.gray(72), picture.gray(LUMA), picture.gray(96)
        height, width = picture.pixels(self.whole).shape[:2]
        return Fingerprint(
            dhash=dhash(coarse),
            ahash=ahash(coarse),
            whash=whash(coarse),
            phash=phash(gray),
            flat=is_flat(gray),
            signature=signature(picture.pixels(self.small), gray, (width, height)),
            probes=probes(fine),
            turns=turns(gray),
        )

"""Screenshots of one template among which are copies: the joins bring these, and the comparison finds just them."""

from __future__ import annotations

import numpy as np
import pytest

from lumina.engine.pairing import candidates
from lumina.store.features import Faces
from lumina.vision.candidates import numbers
from lumina.vision.hashes import dhash, phash
from lumina.vision.luma import luma
from lumina.vision.probes import probes, turns
from lumina.vision.resize import box, shrink
from lumina.vision.signature import signature
from lumina.vision.verify import verify
from tests.support.screens import Pixels, saved, screen, smaller

pytestmark = [pytest.mark.unit, pytest.mark.timeout(60)]

ORIGINALS = 250
COPIED = (7, 99, 180, 248)


def hashed(pixels: Pixels) -> tuple[int, int, bytes, bytes, bytes]:
    small = shrink(pixels, 320)
    gray = luma(small)
    fine = box(gray, 32, 32)
    signed = signature(small, fine, (pixels.shape[1], pixels.shape[0]))
    return dhash(box(gray, 72, 72)), phash(fine), probes(box(gray, 64, 64)), turns(fine), signed


def test_copies_among_screenshots_of_one_template_are_found_and_nothing_else() -> None:
    pictures = [screen(seed) for seed in range(ORIGINALS)]
    pictures += [saved(pictures[each], 60) for each in COPIED] + [smaller(pictures[each], 0.6) for each in COPIED]
    d, p, probed, turned, signed = zip(*map(hashed, pictures), strict=True)
    places = np.arange(len(pictures))
    variants = [numbers(np.stack([np.frombuffer(each, np.uint8) for each in blobs])) for blobs in (probed, turned)]
    hashes = np.array(d, np.uint64), np.array(p, np.uint64)
    faces = Faces(places, places, *hashes, *variants, np.ones(len(places), np.bool_))
    pairs = candidates(faces, 5, turned=False, fresh=faces.fresh, check=lambda: None)
    assert len(pairs.a) > 5 * ORIGINALS
    rows = np.stack([np.frombuffer(each, np.uint8) for each in signed])
    accepted = verify(rows[pairs.a], rows[pairs.b], pairs.hint).accepted
    found = set(zip(pairs.a[accepted].tolist(), pairs.b[accepted].tolist(), strict=True))
    first, second = range(ORIGINALS, ORIGINALS + len(COPIED)), range(ORIGINALS + len(COPIED), len(pictures))
    assert found == {
        *zip(COPIED, first, strict=True),
        *zip(COPIED, second, strict=True),
        *zip(first, second, strict=True),
    }

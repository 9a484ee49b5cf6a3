"""A real worker with one small stage, for tests and benchmarks: `python small_worker.py LANES SLOTS`.

The settings come from the environment. `LUMINA_TEST_BEHAVIOUR` is JSON: `batch` and `basis` of the stage, `seconds`
per image, and ids of images that `crash` (SIGSEGV), `hang`, or ask for more memory than there is (`hog`).
"""

from __future__ import annotations

import json
import os
import signal
import sys
import time
from collections.abc import Sequence
from functools import partial
from typing import Any

from lumina.bootstrap import build, load
from lumina.domain.stage import Basis, Lane, Stage
from lumina.domain.values import Measures, MediaKind
from lumina.store.inputs import Input


class Picture:
    """Nothing but an id."""

    kind = MediaKind.PHOTO
    notes = ()

    def __init__(self, image_id: int) -> None:
        self.image_id = image_id
        self.render_key = image_id.to_bytes(16, "big")


class Measure(Stage[Picture, Measures]):
    """Does what it is told, to the images it is told."""

    name, version, result = "measure", 1, Measures

    def __init__(self, behaviour: dict[str, Any]) -> None:
        self.behaviour = behaviour
        self.batch = int(behaviour.get("batch", 1))  # type: ignore[misc]
        self.basis = Basis(behaviour.get("basis", "picture"))  # type: ignore[misc]

    def run(self, pictures: Sequence[Picture]) -> list[Any]:
        return [self.one(picture.image_id) for picture in pictures]

    def one(self, image_id: int) -> Measures:
        if seconds := self.behaviour.get("seconds"):
            time.sleep(seconds)
        if image_id in self.behaviour.get("crash", ()):
            os.kill(os.getpid(), signal.SIGSEGV)
        if image_id in self.behaviour.get("hang", ()):
            time.sleep(3600)
        if image_id in self.behaviour.get("hog", ()):
            bytearray(64 << 30)
        return Measures(1.0, 0.5, 0.1, 0.0, 0.0)


def _open(*_: object) -> Any:
    return lambda source: Picture(_id(source))


def _id(source: Input) -> int:
    return source.image_id


behaviour = json.loads(os.environ.get("LUMINA_TEST_BEHAVIOUR", "{}"))
small_build = partial(build, stages=lambda *_: [Measure(behaviour)], open_pictures=_open)

if __name__ == "__main__":
    from lumina.worker.main import run

    sys.exit(run(load().settings, [Lane(lane) for lane in sys.argv[1].split(",")], int(sys.argv[2]), small_build))

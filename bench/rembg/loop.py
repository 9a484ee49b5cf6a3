"""rembg in a bare loop with one session: reads one command per line as JSON, answers with one line each.

Arguments: the model's name; `U2NET_HOME` names the folder with its file. Commands: `{"loop": FILES, "bytes": BOOL}`
cuts out all of them, from the file's bytes to a PNG's (as `rembg p` does) or from and to Pillow's pictures;
`{"prepare": FILES, "to": FOLDER}` keeps what the network is fed with and the masks.
"""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path

import numpy as np
from PIL import Image, ImageOps
from rembg import new_session, remove


def loop(files: list[str], session: object, as_bytes: bool) -> dict[str, float]:
    """Seconds and processor seconds for all of them."""
    begun, used = time.perf_counter(), time.process_time()
    for file in files:
        if as_bytes:
            remove(Path(file).read_bytes(), session=session)
        else:
            with Image.open(file) as image:
                remove(image, session=session)
    return {"seconds": time.perf_counter() - begun, "cpu": time.process_time() - used}


def prepare(files: list[str], session: object, to: Path) -> dict[str, float]:
    """`NUMBER.npy` is the tensor, `NUMBER.mask.npy` the mask."""
    for number, file in enumerate(files):
        with Image.open(file) as opened:
            image = ImageOps.exif_transpose(opened)
        (tensor,) = session.normalize(image, (0.485, 0.456, 0.406), (0.229, 0.224, 0.225), (320, 320)).values()
        np.save(to / f"{number}.npy", tensor)
        np.save(to / f"{number}.mask.npy", np.asarray(session.predict(image)[0]))
    return {}


def main() -> None:
    """Until nobody asks any more."""
    session = new_session(sys.argv[1])
    for line in sys.stdin:
        asked = json.loads(line)
        if "loop" in asked:
            answer = loop(asked["loop"], session, asked["bytes"])
        else:
            answer = prepare(asked["prepare"], session, Path(asked["to"]))
        print(json.dumps(answer), flush=True)


if __name__ == "__main__":
    main()

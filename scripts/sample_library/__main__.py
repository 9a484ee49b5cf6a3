"""`python -m scripts.sample_library FOLDER`."""

import sys
from pathlib import Path

from scripts.sample_library.library import build

build(Path(sys.argv[1]))

"""A worker process for files that leave or come back: `python -m tests.support.resolver_process URL HOME`."""

from __future__ import annotations

import os
import sys
from pathlib import Path

from lumina.bootstrap import Settings, build
from lumina.domain.stage import Lane
from lumina.store.ledger import Worker
from tests.support.messages import Messages


def main(url: str, home: str) -> None:
    app = build(Settings(home=Path(home), database_url=url, vault_writable=True), sender=Messages())
    me = Worker("server", f"{os.getpid()}/{os.getpid()}")
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    while app.engine.run_one(Lane.IO, 0, me):
        pass


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2])

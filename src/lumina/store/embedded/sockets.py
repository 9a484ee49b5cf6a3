"""The folder of PostgreSQL's socket: private, and with a path short and plain enough for every client."""

from __future__ import annotations

import os
import re
import shutil
import stat
import tempfile
from pathlib import Path

from lumina.store.embedded.account import Account, closed_folder

LONGEST = 103 - len("/.s.PGSQL.5432")
"""Addresses of Unix sockets end at 107 bytes on Linux and at 103 on macOS."""
_PLAIN = re.compile(r"[A-Za-z0-9/._-]+")


def socket_folder(folder: Path, account: Account) -> Path:
    """A folder for the socket of the cluster in `folder`, owned by `account` and closed to others.

    It is `folder/socket` where that path is short and has no character that a client may stumble over, else one under
    the machine's temporary folder, whose path is remembered in `folder/socket-folder`.
    """
    beside = folder / "socket"
    if _fits(beside):
        beside.mkdir(exist_ok=True)
        account.own(beside)
        return beside
    note = folder / "socket-folder"
    remembered = Path(note.read_text()) if note.exists() else None
    if remembered is not None and _is_private(remembered, account):
        return remembered
    made = Path(tempfile.mkdtemp(prefix="lumina-", dir=_temporary()))
    account.own(made)
    note.write_text(str(made))
    return made


def forget_socket_folder(folder: Path) -> None:
    """Remove what `socket_folder` made outside `folder`; only once the server has stopped for good."""
    note = folder / "socket-folder"
    if note.exists():
        shutil.rmtree(note.read_text(), ignore_errors=True)
        note.unlink()


def known_socket_folder(folder: Path) -> Path:
    """Where the socket of a running server lies; makes nothing."""
    note = folder / "socket-folder"
    return folder / "socket" if _fits(folder / "socket") or not note.exists() else Path(note.read_text())


def _fits(path: Path) -> bool:
    return len(os.fsencode(path)) <= LONGEST and _PLAIN.fullmatch(str(path)) is not None


def _is_private(path: Path, account: Account) -> bool:
    """True for a real folder of that account which nobody else may enter: others can make links under /tmp."""
    try:
        status = path.lstat()
    except OSError:
        return False
    owner = account.uid if account.uid >= 0 else os.geteuid()
    return stat.S_ISDIR(status.st_mode) and status.st_uid == owner and stat.S_IMODE(status.st_mode) == 0o700


def _temporary() -> Path:
    """The first temporary folder whose path leaves room and which every account may pass."""
    for candidate in (Path(tempfile.gettempdir()), Path("/tmp")):  # noqa: S108  # the folder made in it is private
        if _fits(candidate / "lumina-12345678") and closed_folder(candidate, -1, -1) is None:
            return candidate
    return Path("/tmp")  # noqa: S108

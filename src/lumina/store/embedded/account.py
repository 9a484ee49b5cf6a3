"""Which account PostgreSQL runs as: it refuses root, and must reach its files all the same."""

from __future__ import annotations

import os
import sys
from dataclasses import dataclass
from pathlib import Path

from lumina.errors import Unavailable

if sys.platform != "win32":  # where it can be imported, but no server runs
    import pwd

UNPRIVILEGED = ("nobody", "daemon")
CAP_DAC_OVERRIDE = 1
CAP_DAC_READ_SEARCH = 2


@dataclass(frozen=True, slots=True)
class Account:
    """An account, and the capability that a process needs in order to pass folders closed to it.

    `uid` and `gid` are -1 where the account of this process will do, `capability` is -1 where none is needed.
    """

    uid: int = -1
    gid: int = -1
    capability: int = -1

    def own(self, folder: Path) -> None:
        """Make `folder` (its own level) private to this account."""
        if self.uid >= 0:
            os.chown(folder, self.uid, self.gid)
        folder.chmod(0o700)


def choose_account(*paths: Path) -> Account:
    """Our own account, or as root one without privileges that can reach `paths`.

    Folders like /root are closed to such an account. Their permissions are not ours to change, so the process keeps
    the one capability that lets it pass them.

    Raises:
        Unavailable: no such account exists, or a folder is closed and the capability is not ours to give.
    """
    if os.geteuid() != 0:
        return Account()
    entry = _unprivileged()
    closed = [folder for path in paths if (folder := closed_folder(path, entry.pw_uid, entry.pw_gid))]
    if not closed:
        return Account(entry.pw_uid, entry.pw_gid)
    capability = _passing_capability()
    if capability < 0:
        raise Unavailable(
            f"PostgreSQL does not run as root, and the account {entry.pw_name!r} cannot enter {closed[0]}: "
            f"open it (chmod o+x {closed[0]}), set LUMINA_HOME to a folder that others may pass, or do not run as root."
        )
    return Account(entry.pw_uid, entry.pw_gid, capability)


def closed_folder(path: Path, uid: int, gid: int) -> Path | None:
    """The topmost folder on the way to `path` (itself included) that the account may not enter; None: all open."""
    resolved = path.resolve()
    for folder in [*reversed(resolved.parents), resolved]:
        if folder.is_dir() and not _may_enter(folder, uid, gid):
            return folder
    return None


def _may_enter(folder: Path, uid: int, gid: int) -> bool:
    status = folder.stat()
    if status.st_uid == uid:
        return bool(status.st_mode & 0o100)
    if status.st_gid == gid:
        return bool(status.st_mode & 0o010)
    return bool(status.st_mode & 0o001)


def _unprivileged() -> pwd.struct_passwd:
    for name in UNPRIVILEGED:
        try:
            return pwd.getpwnam(name)
        except KeyError:
            continue
    raise Unavailable(
        f"PostgreSQL does not run as root, and there is no account {' or '.join(UNPRIVILEGED)} to run it as: "
        "create one (useradd --system nobody), or run Lumina as a normal user."
    )


def _passing_capability() -> int:
    if sys.platform != "linux":
        return -1
    status = Path("/proc/self/status").read_text()
    line = next(line for line in status.splitlines() if line.startswith("CapPrm:"))
    permitted = int(line.split()[1], 16)
    for capability in (CAP_DAC_READ_SEARCH, CAP_DAC_OVERRIDE):
        if permitted & (1 << capability):
            return capability
    return -1

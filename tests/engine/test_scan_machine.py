"""Any sequence of things that people do to a folder: no image is lost, and a second scan finds nothing to do."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings, strategies
from hypothesis.stateful import (
    Bundle,
    RuleBasedStateMachine,
    consumes,
    initialize,
    invariant,
    multiple,
    rule,
    run_state_machine_as_test,
)

from lumina.store import Store
from tests.support.library import Library, jpeg, to_another_disk

pytestmark = pytest.mark.integration

FOLDERS = strategies.sampled_from(["", "a", "a/b", "c"])
NAMES = strategies.sampled_from([f"{letter}.jpg" for letter in "klmnop"])
_STORE: list[Store] = []


class FolderMachine(RuleBasedStateMachine):
    """The disk as a model: path -> a number that stands for one picture, through all moves and edits.

    After every scan each picture that is on the disk must have the image that it had before.
    """

    files = Bundle("files")
    shelved = Bundle("shelved")

    def __init__(self) -> None:
        super().__init__()
        self.folder = Path(tempfile.mkdtemp(prefix="machine"))
        self.root = self.folder / "root"
        self.root.mkdir()
        self.library = Library(_STORE[0], self.root)
        self.pictures: dict[str, int] = {}
        self.images: dict[int, int] = {}
        self.ever: set[int] = set()
        self.count = 0
        self.scanned = True

    def teardown(self) -> None:
        shutil.rmtree(self.folder)

    def free(self, folder: str, name: str) -> str | None:
        path = f"{folder}/{name}" if folder else name
        return None if path in self.pictures else path

    @initialize(target=files)
    def some_pictures(self) -> object:
        for number in range(6):
            self.new_picture(f"start/{number}.jpg")
        self.scan()
        return multiple(*self.pictures)

    def new_picture(self, path: str) -> None:
        self.count += 1
        self.pictures[path] = self.count
        jpeg(self.root / path, seed=self.count)
        self.scanned = False

    @rule(target=files, folder=FOLDERS, name=NAMES)
    def create(self, folder: str, name: str) -> object:
        path = self.free(folder, name)
        if path is None:
            return multiple()
        self.new_picture(path)
        return path

    @rule(target=files, path=consumes(files), folder=FOLDERS, name=NAMES)
    def rename(self, path: str, folder: str, name: str) -> str:
        target = self.free(folder, name)
        if target is None:
            return path
        self.scan()  # what no scan has seen at its first place cannot be known again at its second
        (self.root / target).parent.mkdir(parents=True, exist_ok=True)
        (self.root / path).rename(self.root / target)
        self.pictures[target] = self.pictures.pop(path)
        self.scanned = False
        return target

    @rule(target=files, path=consumes(files), folder=FOLDERS, name=NAMES)
    def move_to_another_disk(self, path: str, folder: str, name: str) -> str:
        target = self.free(folder, name)
        if target is None:
            return path
        self.scan()
        to_another_disk(self.root / path, self.root / target)
        self.pictures[target] = self.pictures.pop(path)
        self.scanned = False
        return target

    @rule(path=files)
    def edit(self, path: str) -> None:
        data = (self.root / path).read_bytes()
        (self.root / path).write_bytes(data + b"edited")
        self.scanned = False

    @rule(target=shelved, path=consumes(files))
    def delete(self, path: str) -> object:
        if len(self.pictures) < 6:
            self.new_picture(f"again/{self.count}.jpg")
        self.scan()
        picture = self.pictures.pop(path)
        shutil.move(self.root / path, self.folder / f"shelf{picture}")
        self.scanned = False
        return picture, path

    @rule(target=files, shelf=consumes(shelved))
    def restore(self, shelf: tuple[int, str]) -> object:
        picture, path = shelf
        if path in self.pictures:
            return multiple()
        self.scan()
        (self.root / path).parent.mkdir(parents=True, exist_ok=True)
        shutil.move(self.folder / f"shelf{picture}", self.root / path)
        self.pictures[path] = picture
        self.scanned = False
        return path

    @rule()
    def mount_goes_away(self) -> None:
        self.scan()
        before = self.library.images()
        away = self.root.rename(self.folder / "away")
        self.root.mkdir()
        report = self.library.scan()
        assert report.missing == 0
        assert (report.state == "offline") == bool(before)
        assert self.library.images() == before
        self.root.rmdir()
        away.rename(self.root)

    @rule()
    def scan(self) -> None:
        if self.scanned:
            return
        report = self.library.scan()
        assert report.state == "online"
        self.library.hash_all()
        self.scanned = True
        found = self.library.images()
        assert set(found) == set(self.pictures)
        assert len(set(found.values())) == len(found), "two pictures share an image"
        for path, picture in self.pictures.items():
            assert self.images.setdefault(picture, found[path]) == found[path], f"{path} has another image than before"
        again = self.library.scan()
        assert (again.new, again.changed, again.moved, again.missing, again.returned) == (0, 0, 0, 0, 0)
        assert self.library.reported == []

    @invariant()
    def no_image_is_ever_lost(self) -> None:
        catalog = self.library.catalog.id
        now = {row["id"] for row in self.library.rows("SELECT id FROM image WHERE catalog_id = :id", id=catalog)}
        assert now >= self.ever
        self.ever = now


@pytest.fixture
def _machine_store(store: Store) -> Iterator[None]:
    _STORE.append(store)
    yield
    _STORE.clear()


@pytest.mark.timeout(300)
@pytest.mark.usefixtures("_machine_store")
def test_no_sequence_of_changes_loses_an_image() -> None:
    run_state_machine_as_test(
        FolderMachine,
        settings=settings(
            max_examples=15,
            stateful_step_count=12,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )

"""Copies leave and come back: hidden, or with their files."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest

from lumina.domain.duplicates import DuplicateSettings
from lumina.domain.resolution import Wish
from lumina.domain.work import JobState
from lumina.engine import resolving
from lumina.errors import BadInput, Conflict
from lumina.services import resolution
from lumina.store import catalogs
from tests.support.leaving import Household, house, household, one_house
from tests.support.library import jpeg

__all__ = ["house", "one_house"]
pytestmark = [pytest.mark.integration, pytest.mark.timeout(60)]


def keep(house: Household, *groups: list[Path]) -> dict[str, Any]:
    """Publish these groups; the wish to keep the first of each and trash the others."""
    ids = house.publish(*groups)
    return {"action": "trash", "keepers": {id_: house.image(paths[0]) for id_, paths in zip(ids, groups, strict=True)}}


def test_hidden_copies_stay_where_they_are_and_come_back(house: Household) -> None:
    good, copy = house.pair("a")
    house.scan()
    house.publish([good, copy])
    before, files = house.tables(), house.files()
    job = house.resolve()
    assert (job.state, job.done, job.failed) == (JobState.SUCCESS, 1, 0)
    assert house.value("SELECT hidden FROM image WHERE id = :i", i=house.image(copy))
    assert not house.value("SELECT hidden FROM image WHERE id = :i", i=house.image(good))
    assert house.files() == files
    assert house.undo() is None
    assert house.tables() == before
    assert house.states() == {"undone": 1}


def test_files_go_to_the_trash_and_come_back_as_they_were(house: Household) -> None:
    good, copy = house.pair("a", side=True)
    house.scan()
    wish = keep(house, [good, copy])
    before, files = house.tables(), house.files()
    job = house.resolve(**wish)
    assert (job.state, job.done, job.failed) == (JobState.SUCCESS, 1, 0), job.result
    assert job.result["message"] == "1 image moved to the trash"
    assert set(house.files()) == {"good/a.jpg"}
    assert house.trashed() == ["a.jpg", "a.xmp"]
    away = "SELECT missing_since IS NOT NULL AND trashed_at IS NOT NULL FROM image WHERE id = :i"
    assert house.value(away, i=house.image(copy))
    undone = house.undo()
    assert undone is not None
    assert (undone.state, undone.done, undone.failed) == (JobState.SUCCESS, 1, 0), undone.result
    assert house.files() == files
    assert house.tables() == before
    assert house.trashed() == []
    assert house.value("SELECT state FROM action") == "undone"


def test_a_new_picture_at_the_place_of_a_trashed_one_is_a_picture_of_its_own(house: Household) -> None:
    good, copy = house.pair("a")
    house.scan()
    image = house.image(copy)
    house.resolve(**keep(house, [good, copy]))
    jpeg(copy, seed=99)
    elsewhere = house.photos / "again.jpg"
    elsewhere.write_bytes(good.read_bytes())  # the same bytes as in the trash, at a new place
    house.library.scan()
    assert house.image(copy) != image
    assert house.image(elsewhere) not in (image, house.image(good))
    assert house.value("SELECT shown FROM image WHERE id = :i", i=house.image(copy))
    undone = house.undo()
    assert undone is not None
    assert (undone.done, undone.failed) == (0, 1)
    assert "Another file stands in its place" in undone.result["refused"][0]["reason"]
    assert house.trashed() == ["a.jpg"]
    assert house.value("SELECT state FROM action") == "done"
    copy.unlink()
    house.library.scan()
    undone = house.undo(int(house.value("SELECT max(id) FROM action")))  # once more, now that there is room
    assert undone is not None
    assert (undone.done, undone.failed) == (1, 0)
    assert house.image(copy) == image
    assert house.value("SELECT shown FROM image WHERE id = :i", i=image)


def test_doubtful_ones_stay_with_their_reason_and_the_rest_goes_on(house: Household) -> None:
    names = ["edited", "vanished", "hard", "soft", "touched", "rotten", "fine"]
    pairs = {name: house.pair(name) for name in names}
    good, copy = pairs["hard"]
    copy.unlink()
    copy.hardlink_to(good)
    good, copy = pairs["soft"]
    os.utime(copy, ns=(1, good.stat().st_mtime_ns))
    house.scan()
    wish = keep(house, *pairs.values())
    copy.unlink()
    copy.symlink_to(good)
    jpeg(pairs["edited"][1], seed=50)
    pairs["vanished"][1].unlink()
    os.utime(pairs["touched"][1], ns=(1, 1))
    stat = pairs["rotten"][0].stat()
    rotten = bytearray(pairs["rotten"][0].read_bytes())
    rotten[-5] ^= 1
    pairs["rotten"][0].write_bytes(rotten)
    os.utime(pairs["rotten"][0], ns=(stat.st_atime_ns, stat.st_mtime_ns))
    files = house.files()
    job = house.resolve(**wish)
    assert (job.state, job.done, job.failed) == (JobState.SUCCESS, 1, 6), job.result
    assert set(files) - set(house.files()) == {"copies0/fine.jpg"}
    assert house.trashed() == ["fine.jpg"]
    reasons = {Path(path).stem: reason for path, reason in house.reasons().items()}
    assert reasons.pop("edited").startswith("It has changed")
    assert reasons.pop("touched").startswith("It has changed")
    assert "no longer there" in reasons.pop("vanished")
    assert "hard link" in reasons.pop("hard")
    assert "hard link" in reasons.pop("soft")
    assert "kept: Its bytes are not those" in reasons.pop("rotten")
    assert reasons == {}
    assert len(job.result["refused"]) == 6
    assert sum(group["count"] for group in house.app.work.failures(job.id)) == 6
    house.undo()
    assert house.files() == files


def test_one_file_under_two_sources_is_no_copy(house: Household) -> None:
    good = jpeg(house.photos / "in" / "a.jpg")
    house.scan()
    second = house.library.add(house.photos / "in")
    house.library.scan(source=second)
    house.library.hash_all()
    first, other = house.value("SELECT array_agg(id ORDER BY id) FROM image")
    group = house.group([first, other])
    house.publish_groups([group])
    job = house.resolve(keepers={group.id: first}, action="hide")
    assert (job.done, job.failed) == (0, 1)
    assert "second path" in job.result["refused"][0]["reason"]
    assert good.exists()


def test_a_copy_that_is_another_image_s_file_as_well_stays(house: Household) -> None:
    good, copy = house.pair("a")
    (house.photos / "linked.jpg").hardlink_to(copy)
    house.scan()
    job = house.resolve(**keep(house, [good, copy]))
    assert (job.done, job.failed) == (0, 1)
    assert "the very same as one of image" in job.result["refused"][0]["reason"]
    assert house.trashed() == []


def test_a_keeper_without_checksum_is_read_all_the_same(house: Household) -> None:
    good, copy = house.pair("a")
    house.library.scan()
    wish = keep(house, [good, copy])
    job = house.resolve(**wish)
    assert job.done == 1, job.result
    assert house.value("SELECT count(*) FROM file WHERE checksum IS NULL") == 0


def test_what_was_said_of_the_copies_comes_to_the_keeper_and_goes_back(house: Household) -> None:
    good, one, two = house.pair("a", copies=2)
    house.scan()
    house.run(
        "INSERT INTO curation (image_id, rating, flag, keywords) VALUES (:i, 4, 'pick', '{sea}')", i=house.image(one)
    )
    house.run("INSERT INTO metadata (image_id, title, keywords) VALUES (:i, 'Sea', '{sun}')", i=house.image(two))
    (group,) = house.publish([good, one, two])
    before = house.tables()
    house.resolve(keepers={group: house.image(good)})
    row = "SELECT rating || flag || title || array_to_string(keywords, '+') FROM curation WHERE image_id = :i"
    assert house.value(row, i=house.image(good)) == "4pickSeasea+sun"
    house.undo()
    assert house.tables() == before


def test_two_resolutions_never_take_both_of_a_pair(house: Household) -> None:
    good, copy = house.pair("a")
    house.scan()
    (group,) = house.publish([good, copy])
    first = house.plan(keepers={group: house.image(good)})
    second = house.plan(keepers={group: house.image(copy)})
    with house.store.transaction() as tx:
        resolving.begin(tx, house.app.dispatcher, house.library.catalog.id, first)
    house.run("UPDATE job SET exclusive_key = NULL")
    with house.store.transaction() as tx:
        resolving.begin(tx, house.app.dispatcher, house.library.catalog.id, second)
    house.work()
    assert house.value("SELECT count(*) FROM image WHERE hidden") == 1
    assert house.states() == {"done": 1, "refused": 1}


def test_what_has_changed_since_the_plan_stays(house: Household) -> None:
    pairs = [house.pair(name) for name in ("edited", "apart", "lone", "fine")]
    house.scan()
    wish = keep(house, *pairs)
    resolution.resolve(house.store, house.app.dispatcher, house.wish(**wish), writable=True)
    house.run("UPDATE image SET revision = revision + 1 WHERE id = :i", i=house.image(pairs[0][1]))  # as a scan does
    for image in map(house.image, pairs[1]):
        house.run("INSERT INTO distinct_member (set_id, image_id) VALUES (1, :i)", i=image)
    house.run("UPDATE image SET hidden = true WHERE id = :i", i=house.image(pairs[2][0]))
    house.work()
    reasons = {Path(path).stem: reason for path, reason in house.reasons().items()}
    assert reasons == {
        "edited": "It has changed since that was decided.",
        "apart": "A person has said since that the two are no copies.",
        "lone": "The image that is to be kept has been put away since, or is no longer there.",
    }
    assert house.trashed() == ["fine.jpg"]


def test_a_stale_preview_is_refused(house: Household) -> None:
    good, copy = house.pair("a")
    house.scan()
    house.publish([good, copy])
    digest = house.plan().digest
    house.run("INSERT INTO curation (image_id, rating) SELECT id, 5 FROM image WHERE id = :i", i=house.image(copy))
    with pytest.raises(Conflict, match="since the preview"):
        resolution.resolve(house.store, house.app.dispatcher, house.wish(), writable=True, digest=digest)
    digest = house.plan().digest
    resolution.resolve(house.store, house.app.dispatcher, house.wish(), writable=True, digest=digest)
    with pytest.raises(Conflict, match="already running"):
        resolution.resolve(house.store, house.app.dispatcher, house.wish(), writable=True)


def test_nonsense_is_refused(house: Household) -> None:
    good, copy = house.pair("a")
    house.scan()
    with pytest.raises(BadInput, match="look for them first"):
        house.plan()
    house.publish([good, copy])
    wishes: list[tuple[dict[str, Any], str]] = [
        ({"groups": (3,)}, "no group 3"),
        ({"keepers": {3: 1}}, "group 3 is not among"),
        ({"action": "delete"}, "action: 'delete'"),
        ({"policy": "rules = 1"}, "line 1"),
    ]
    for wish, complaint in wishes:
        with pytest.raises(BadInput, match=complaint):
            house.plan(**wish)
    with pytest.raises(BadInput, match="every image stays"):
        house.resolve(tiers=())


def test_files_stay_while_the_vault_is_not_writable(database_url: str, tmp_path: Path, photos: Path) -> None:
    house = household(database_url, tmp_path / "home", photos, vault_writable=False)
    good, copy = house.pair("a")
    house.scan()
    wish = keep(house, [good, copy])
    assert house.plan(**wish).notes
    made = resolution.plan(house.store, Wish(house.library.catalog.id, **wish), writable=True)
    with house.store.transaction() as tx:  # it was writable when this was decided
        resolving.begin(tx, house.app.dispatcher, house.library.catalog.id, made)
    house.work()
    assert copy.exists()
    assert house.states() == {"refused": 1}
    house.app.close()


def test_a_cancelled_job_leaves_a_clear_state(house: Household) -> None:
    pairs = [house.pair(f"a{n}") for n in range(3)]
    house.scan()
    wish = house.wish(**keep(house, *pairs))
    job, action = resolution.resolve(house.store, house.app.dispatcher, wish, writable=True)
    with pytest.raises(Conflict, match="still under way"), house.store.transaction() as tx:
        resolution.undo(tx, house.app.dispatcher, action.id)
    house.app.work.cancel(job.id)
    assert house.value("SELECT state FROM action") == "done"  # at once: no worker need be there
    house.work()
    assert house.states() == {"due": 3}
    assert house.trashed() == []
    assert house.undo() is None
    assert house.value("SELECT state FROM action") == "undone"


def test_an_interrupted_batch_goes_on_later_or_leaves_nothing(house: Household) -> None:
    pairs = [house.pair(f"a{n}") for n in range(3)]
    house.scan()
    files = house.files()
    wish = house.wish(**keep(house, *pairs))
    job, _ = resolution.resolve(house.store, house.app.dispatcher, wish, writable=True)
    asked = iter(range(100))
    lane, hint = house.messages.waiting.pop(0)
    house.app.engine.run_one(lane, hint, house.me, lambda: next(asked) > 4)
    assert 0 < len(house.trashed()) < 3
    assert house.states() == {"due": 3}
    house.app.work.cancel(job.id)
    house.work()
    assert house.trashed() == []
    assert house.files() == files


def test_what_the_policy_resolves_by_itself(house: Household) -> None:
    good, copy = house.pair("a")
    house.scan()
    with house.store.transaction() as tx:
        catalogs.set_duplicates(tx, house.library.catalog.id, DuplicateSettings(automatic=True))
    house.app.work.detect("detect-duplicates", house.library.catalog.id, {})
    house.work()
    assert house.value("SELECT count(*) FROM image WHERE hidden") == 1
    assert house.value("SELECT actor || state FROM action WHERE kind = 'resolve-duplicates'") == "policydone"
    assert good.exists()
    assert copy.exists()
    house.undo()
    assert house.value("SELECT count(*) FROM image WHERE hidden") == 0


def test_a_hidden_copy_is_shown_again_where_its_keeper_is_gone(house: Household) -> None:
    good, copy = house.pair("a")
    house.pair("b", copies=3)
    house.scan()
    (group,) = house.publish([good, copy])
    house.resolve(keepers={group: house.image(good)})
    shown = "SELECT shown FROM image WHERE id = :i"
    assert not house.value(shown, i=house.image(copy))
    good.unlink()
    house.app.work.ingest(house.library.catalog.id, house.library.source_id)
    house.work()
    assert house.value(shown, i=house.image(copy))
    assert house.value("SELECT title FROM action ORDER BY id DESC LIMIT 1").startswith("Showed 1 copy again")


def test_undo_while_the_source_is_not_mounted(house: Household) -> None:
    good, copy = house.pair("a")
    house.scan()
    house.resolve(**keep(house, [good, copy]))
    away = house.photos.with_name("unplugged")
    house.photos.rename(away)
    undone = house.undo()
    assert undone is not None
    assert (undone.done, undone.failed) == (0, 1)
    assert "not mounted" in undone.result["refused"][0]["reason"]
    assert not house.photos.exists()
    away.rename(house.photos)
    undone = house.undo()
    assert undone is not None
    assert undone.done == 1
    assert copy.exists()


def test_a_spoilt_copy_in_the_trash_is_not_brought_back(house: Household) -> None:
    good, copy = house.pair("a")
    house.scan()
    house.resolve(**keep(house, [good, copy]))
    (lying,) = (path for path in (house.app.settings.home / "trash").rglob("*") if path.is_file())
    lying.write_bytes(b"spoilt")
    undone = house.undo()
    assert undone is not None
    assert "no longer what was put there" in undone.result["refused"][0]["reason"]
    assert not copy.exists()
    assert lying.exists()

"""Images of one subject: from the request to what people see; never a matter of resolving."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

import numpy as np
import pytest

from lumina.bootstrap import App
from lumina.domain.duplicates import Tier
from lumina.domain.resolution import Wish
from lumina.domain.work import Job, JobState
from lumina.engine import subjects, vectors
from lumina.engine.follow import DETECT_SUBJECTS
from lumina.errors import BadInput, NotFound
from lumina.services import resolution
from lumina.services import subjects as service
from tests.support.messages import Messages
from tests.support.sky import Sky, new_sky

pytestmark = [pytest.mark.integration, pytest.mark.timeout(120)]


@pytest.fixture
def sky(search: tuple[App, Messages]) -> Sky:
    return new_sky(*search)


def detect(sky: Sky, **parameters: Any) -> Job:
    job = sky.twins.app.work.detect(DETECT_SUBJECTS, sky.twins.catalog, parameters)
    sky.twins.work()
    return sky.twins.app.work.get(job.id)


def shown(sky: Sky) -> list[list[int]]:
    with sky.twins.store.transaction() as tx:
        _, found, more = service.page(tx, sky.twins.catalog, limit=50)
    assert more is None
    return [[image.id for image, _ in group.members] for group in found]


def family(sky: Sky, size: int, spread: float = 0.3) -> list[int]:
    """Images of one subject."""
    centre = sky.strewn(1)[0]
    images = sky.twins.add(size)
    sky.save(images, sky.near(centre, size, spread))
    return images


def test_images_of_one_subject_are_found_apart_from_copies_and_bursts(sky: Sky) -> None:
    sky.fill(150)
    dogs, boats = family(sky, 5), family(sky, 3)
    copies = sky.twins.add(2, checksum=b"the same file")
    sky.save(copies, np.repeat(sky.strewn(1), 2, axis=0))
    frames = family(sky, 3)
    sky.twins.detect()
    sky.twins.say_burst(frames)
    job = detect(sky)
    assert job.state is JobState.SUCCESS
    assert job.result["message"] == "2 groups of one subject, 8 images"
    found = shown(sky)
    assert [sorted(group) for group in found] == [dogs, boats]
    with sky.twins.store.transaction() as tx:
        run, groups, more = service.page(tx, None, limit=1)
        assert run is not None
        assert run.counts["images"] == 150 + 8 + 1 + 1, "of copies and frames one stands for all"
        assert more is not None
        assert [image.id for image, _ in service.page(tx, None, after=more, limit=1)[1][0].members] == found[1]
        similarities = [similarity for _, similarity in groups[0].members]
        assert similarities[0] == 1
        assert similarities[1:] == sorted(similarities[1:], reverse=True)
        assert groups[0].similarity == similarities[-1] > run.counts["level"]
    sky.twins.run(f"UPDATE image SET hidden = true WHERE id IN ({found[0][0]}, {found[1][0]}, {found[1][1]})")
    assert shown(sky) == [found[0][1:]], "who has left is not shown, nor who is left alone"


def test_a_chain_of_likeness_is_no_group(sky: Sky) -> None:
    """A path from one subject to another, a small step at a time: its ends are not shown as alike."""
    sky.fill(150)
    start, end = sky.strewn(2)
    steps = np.linspace(0, np.pi, 12)
    away = end - (end @ start) * start
    path = np.cos(steps)[:, None] * start + np.sin(steps)[:, None] * away / np.linalg.norm(away)
    images = sky.twins.add(12)
    sky.save(images, path.astype(np.float32))
    detect(sky)
    groups = shown(sky)
    assert sum(map(len, groups)) >= 8
    assert all(not {images[0], images[-1]} <= set(group) for group in groups)


def test_the_index_finds_what_comparing_all_with_all_finds(sky: Sky, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(vectors, "INDEXED", 100)
    sky.fill(200)
    for size in (6, 4, 3):
        family(sky, size)
    detect(sky)
    exact = shown(sky)
    assert [len(group) for group in exact] == [6, 4, 3]
    sky.care()
    monkeypatch.setattr(subjects, "EXACT", 50)
    monkeypatch.setattr(subjects, "PART", 64)
    detect(sky)
    assert shown(sky) == exact
    monkeypatch.setattr(subjects, "PAIRS", 5)  # of 15 + 6 + 3
    detect(sky)
    assert 0 < sum(map(len, shown(sky))) <= 10, "the most similar pairs, where there are too many for the memory"


def test_without_vectors_or_with_too_few_it_says_so(sky: Sky) -> None:
    job = detect(sky)
    assert job.state is JobState.FAILURE
    assert job.result["message"] == "No image has been embedded by any model yet, so there is nothing to compare."
    sky.fill(5)
    assert detect(sky).result["message"] == "Too few images to tell what they have in common by chance"
    assert detect(sky, model="clip").result["message"].startswith("No image has been embedded by clip yet")
    with pytest.raises(NotFound):
        sky.twins.app.work.detect(DETECT_SUBJECTS, uuid4())


def test_one_subject_is_never_resolved(sky: Sky) -> None:
    sky.fill(150)
    dogs = family(sky, 4)
    sky.twins.detect()
    detect(sky)
    store, catalog = sky.twins.store, sky.twins.catalog
    with store.transaction() as tx:
        group = service.page(tx, catalog, limit=1)[1][0]
    everything = resolution.plan(store, Wish(catalog), writable=True)
    assert everything.steps == ()
    with pytest.raises((BadInput, NotFound), match=str(group.id)):
        resolution.plan(store, Wish(catalog, groups=(group.id,)), writable=True)
    with pytest.raises(BadInput, match="subject"):
        resolution.plan(store, Wish(catalog, tiers=(Tier.SUBJECT,)), writable=True)
    with pytest.raises(BadInput, match="subject"):
        resolution.plan(store, Wish(catalog, tier=Tier.SUBJECT), writable=True)
    assert shown(sky) == [sorted(dogs, key=shown(sky)[0].index)]


def test_many_images_are_looked_up_by_the_index_of_their_own_catalog_or_not_at_all(
    sky: Sky, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(vectors, "INDEXED", 100)
    monkeypatch.setattr(subjects, "EXACT", 50)
    sky.fill(150)
    centre = sky.strewn(1)
    mine = sky.twins.add(3)
    sky.save(mine, sky.near(centre[0], 3))
    with sky.twins.store.transaction() as tx:
        other = tx.value("INSERT INTO catalog (name) VALUES ('other') RETURNING id")
    own, sky.twins.catalog = sky.twins.catalog, other
    sky.save(sky.twins.add(30), sky.near(centre[0], 30, 0.1))
    sky.twins.catalog = own
    failed = detect(sky)
    assert (failed.state, "--rebuild" in failed.result["message"]) == (JobState.FAILURE, True)
    sky.care()
    detect(sky)
    assert [sorted(group) for group in shown(sky)] == [mine]

"""Vectors in their spaces: written, read, refused, and asked for their neighbours."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

from lumina.bootstrap import App
from lumina.domain.values import MediaKind
from lumina.domain.vectors import Embedding, SpaceState
from lumina.errors import BadInput
from lumina.store import nearest, spaces, vectors
from lumina.store.inputs import Input
from lumina.store.results import SAVERS
from lumina.store.selection import Condition
from lumina.store.vectors import BadVector
from tests.conftest import copied
from tests.support.copies import searching
from tests.support.messages import Messages
from tests.support.sky import DIMENSIONS, Sky, new_sky

pytestmark = [pytest.mark.integration, pytest.mark.timeout(60)]


@pytest.fixture(scope="module")
def parts(
    postgres: str, template_database: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[App, Messages]]:
    with copied(postgres, template_database) as url, searching(url, tmp_path_factory.mktemp("home")) as parts:
        yield parts


@pytest.fixture
def sky(parts: tuple[App, Messages]) -> Sky:
    return new_sky(*parts)


def embedded(image: int, vector: object, model: str = "sky") -> tuple[Input, Embedding]:
    source = Input(image, MediaKind.PHOTO, 0, 1, 1, "x.jpg", (), b"")
    return source, Embedding(model, 1, np.asarray(vector, np.float32))


def test_vectors_come_back_as_they_were_written_and_replace_older_ones(sky: Sky) -> None:
    images, matrix, space = sky.fill(40)
    with sky.twins.store.transaction() as tx:
        ids, found = vectors.load(tx, space)
        assert ids.tolist() == images
        assert np.abs(found - matrix).max() < 1e-3
        vectors.save(tx, space, np.array(images[:2]), 5 * matrix[2:4])
        some, again = vectors.load(tx, space, [images[1], images[0], images[-1] + 1])
        assert some.tolist() == images[:2]
        assert np.abs(again - matrix[2:4]).max() < 1e-3, "brought to length 1"
        vectors.save(tx, space, np.array(images[:2]), np.array([[1e30], [1e-5]], np.float32) * matrix[2:4])
        assert np.abs(vectors.load(tx, space, images[:2])[1] - matrix[2:4]).max() < 1e-3, "however long it was"
        assert len(vectors.load(tx, space, catalog=sky.twins.catalog)[0]) == 40
        first, second = (vectors.sample(tx, space, 15) for _ in range(2))
        assert len(set(first[0].tolist())) == 15
        assert (first[0] == second[0]).all()
        assert len(vectors.sample(tx, space, 100)[0]) == 40


BAD = (
    ([np.nan] * 4, "not finite"),
    ([np.inf, 0, 0, 0], "not finite"),
    ([0, 0, 0, 0], "only zeros"),
    ([1, 0, 0], r"\(3,\), not 4 numbers"),
    ([[1, 0, 0, 0]], r"\(1, 4\), not 4 numbers"),
)


def test_a_vector_that_means_nothing_is_refused_by_name_and_nothing_is_stored(sky: Sky) -> None:
    good, other = sky.twins.add(2)
    for bad, said in BAD:
        with pytest.raises(BadVector, match=rf"Image {other}: sky gave .*{said}"), sky.twins.store.transaction() as tx:
            SAVERS[Embedding](tx, [embedded(good, [1, 0, 0, 0]), embedded(other, bad)])
    with sky.twins.store.transaction() as tx:
        assert spaces.live(tx, "sky") is None
        SAVERS[Embedding](tx, [embedded(good, [1, 0, 0, 0])])
        with pytest.raises(BadInput, match="sky, version 1: vectors of 3 dimensions, where all before had 4"):
            SAVERS[Embedding](tx, [embedded(other, [1, 0, 0])])


def test_two_workers_that_embed_first_at_once_make_one_space(sky: Sky) -> None:
    images = sky.twins.add(8)

    def save(image: int) -> int:
        with sky.twins.store.transaction() as tx:
            SAVERS[Embedding](tx, [embedded(image, [1, 0, 0, 0])])
            space = spaces.live(tx, "sky")
        assert space is not None
        return space.id

    with ThreadPoolExecutor(4) as pool:
        assert len(set(pool.map(save, images))) == 1
    with sky.twins.store.transaction() as tx:
        (space,) = spaces.every(tx)
        assert (space.state, spaces.size(tx, space)) == (SpaceState.LIVE, 8)


def test_neighbours_are_those_of_brute_force_and_never_of_images_that_are_away(sky: Sky) -> None:
    images, matrix, space = sky.fill(300)
    question = sky.near(matrix[7], 1)[0]
    order = [images[place] for place in np.argsort(-(matrix @ question))]
    for number, column in enumerate(("hidden = true", "trashed_at = now()", "missing_since = now()")):
        sky.twins.run(f"UPDATE image SET {column} WHERE id = {order[number]}")
    with sky.twins.store.transaction() as tx:
        found = nearest.nearest(tx, space, 3 * question, count=10)
        assert [near.image_id for near in found] == order[3:13]
        assert found[0].similarity == pytest.approx(float(matrix[images.index(order[3])] @ question), abs=2e-3)
        even = Condition("i.shown AND i.id % 2 = :rest", {"rest": 0})
        wanted = [image for image in order[3:] if image % 2 == 0]
        assert [n.image_id for n in nearest.nearest(tx, space, question, count=7, conditions=even)] == wanted[:7]
        assert len(nearest.nearest(tx, space, question, count=500, catalog=sky.twins.catalog)) == 297
        other = tx.value("INSERT INTO catalog (name) VALUES ('other') RETURNING id")
        assert nearest.nearest(tx, space, question, count=5, catalog=other) == []
        for bad in (np.zeros(DIMENSIONS), np.full(DIMENSIONS, np.nan), question[:3]):
            with pytest.raises(BadInput):
                nearest.nearest(tx, space, bad, count=5)


def test_a_removed_image_takes_its_vector_with_it(sky: Sky) -> None:
    images, _, space = sky.fill(3)
    sky.twins.run(f"DELETE FROM image WHERE id = {images[0]}")
    with sky.twins.store.transaction() as tx:
        assert vectors.load(tx, space)[0].tolist() == images[1:]

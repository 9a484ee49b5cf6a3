"""Catalogs that are tagged by the real MobileNetV2, of images whose vectors its own last layer was asked for."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from lumina.domain import everyday
from lumina.domain.vectors import Space
from lumina.domain.work import Job, Status
from lumina.engine.tagging import AUTO_TAG
from lumina.store import outcomes, spaces, tags, taxonomy, taxonomy_seed, vectors
from lumina.store.outcomes import Outcome
from tests.support.copies import Twins

MODEL = "mobilenet-v2"
PUG, BEAGLE, TABBY, PICKUP = "n02110958", "n02088364", "n02123045", "n03930630"
Ids = list[int]


@dataclass
class Taught:
    """A catalog whose images have vectors that the classifier takes for things that are known."""

    twins: Twins
    random: np.random.Generator = field(default_factory=lambda: np.random.default_rng(3))

    def __post_init__(self) -> None:
        classifier = self.twins.app.models.classifier(MODEL)
        assert classifier is not None
        self.classifier = classifier
        self.own = self.strewn(1)
        with self.twins.store.transaction() as tx:
            taxonomy_seed.seed(tx, everyday.seeds())
            outcomes.declare(tx, self.twins.app.registry.versions)

    def like(self, wordnet: str, count: int, spread: float = 0.25) -> NDArray[np.float32]:
        """Vectors that the classifier takes for a class; of length 1."""
        row = self.classifier.weights[self.classifier.keys.index(f"imagenet:{wordnet}")]
        noise = self.random.normal(0, spread / np.sqrt(len(row)), (count, len(row)))
        return unit(row / np.linalg.norm(row) + noise)

    def mixed(self, one: str, other: str, count: int) -> NDArray[np.float32]:
        """Vectors that the classifier takes for either of two classes, as likely for the one as for the other."""
        sides = self.like(one, count), self.like(other, count)
        places = [self.classifier.keys.index(f"imagenet:{each}") for each in (one, other)]
        low, high = np.zeros((count, 1)), np.ones((count, 1))
        for _ in range(30):
            middle = (low + high) / 2
            said = self.classifier.logits(unit(middle * sides[0] + (1 - middle) * sides[1]))[:, places]
            first = said[:, :1] > said[:, 1:]
            low, high = np.where(first, low, middle), np.where(first, middle, high)
        return unit(middle * sides[0] + (1 - middle) * sides[1])

    def one_dog(self, count: int) -> Ids:
        """Images of one pug: what makes her herself lies beside what makes her a pug."""
        return self.add(unit(self.like(PUG, count, 0.1) + 2 * self.own))

    def strewn(self, count: int) -> NDArray[np.float32]:
        """Vectors of no class in particular."""
        return unit(self.random.normal(0, 1, (count, self.classifier.weights.shape[1])))

    def add(self, matrix: NDArray[np.floating]) -> Ids:
        """Images with these vectors, as the stage that embeds would leave them."""
        images = self.twins.add(len(matrix))
        with self.twins.store.transaction() as tx:
            space = spaces.get_or_create(tx, MODEL, self.classifier.version, matrix.shape[1])
            vectors.save(tx, space, np.array(images), matrix)
            outcomes.record(tx, [Outcome(image, f"embed:{MODEL}", 1, Status.DONE) for image in images])
        return images

    @property
    def space(self) -> Space:
        with self.twins.store.transaction() as tx:
            found = spaces.live(tx, MODEL)
        assert found is not None
        return found

    def tag(self, *, everything: bool = False) -> Job:
        """Have the catalog tagged, to the end."""
        job = self.twins.app.work.detect(AUTO_TAG, self.twins.catalog, {"all": True} if everything else None)
        self.twins.work()
        return self.twins.app.work.get(job.id)

    def shown(self, image: int) -> set[str]:
        """Names of an image's tags."""
        with self.twins.store.transaction() as tx:
            return {tag.name for tag in tags.tags_of(tx, [image]).get(image, [])}

    def node(self, key: str) -> int:
        """A node of the starting tree, by its key."""
        with self.twins.store.transaction() as tx:
            return taxonomy.by_keys(tx, [key])[key]


def unit(rows: NDArray[np.floating] | Sequence[Sequence[float]]) -> NDArray[np.float32]:
    """Rows of length 1."""
    matrix = np.asarray(rows, np.float64)
    return np.asarray(matrix / np.linalg.norm(matrix, axis=1, keepdims=True), np.float32)

"""What was recognised in images, as labels and tags; what people have said stands whatever comes."""

from __future__ import annotations

from collections.abc import Sequence

from lumina.domain.recognition import Recognised
from lumina.domain.taxonomy import Evidence, LabelSource
from lumina.store import doubts, tags
from lumina.store.database import Transaction
from lumina.store.inputs import Input


def save_recognised(tx: Transaction, results: Sequence[tuple[Input, Recognised]]) -> None:
    """The saver of the stage that tags."""
    save(tx, {source.image_id: result for source, result in results})


def save(tx: Transaction, results: dict[int, Recognised]) -> int:
    """Labels in place of what the same model said before, of whatever version, and the tags that follow from them.

    The caller holds the tree (`taxonomy.hold_tree`); the images are locked.

    Returns:
        How many images are said something else of than before.
    """
    changed: list[int] = []
    for model in sorted({result.model for result in results.values()}):
        of_model = {image: result for image, result in results.items() if result.model == model}
        rows = [
            Evidence(image, node, LabelSource.MODEL, model, result.version, min(max(confidence, 0.0), 1.0))
            for image, result in of_model.items()
            for node, confidence in dict(reversed(result.labels)).items()
        ]
        changed += tags.replace_labels(tx, of_model.keys(), LabelSource.MODEL, model, rows)
    tags.settle(tx, changed)
    doubts.of_images(tx, {image: result.doubts for image, result in results.items()})
    return len(changed)

"""Who of a group was edited: what the search keeps, and that the plan to resolve it says the same."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest

from lumina.domain.resolution import Plan, Wish
from lumina.engine import consensus, resolving
from tests.support.copies import scene, touched_up

if TYPE_CHECKING:
    from tests.support.copies import Twins

pytestmark = [pytest.mark.integration, pytest.mark.timeout(60)]

TONED = "As bright as the 4 that agree; the brightness or contrast of the other differs"


def rated(twins: Twins, image: int, pixels: np.ndarray, score: float) -> int:
    """Give an image a look and a score."""
    twins.show(image, pixels)
    twins.run(
        """INSERT INTO measure (image_id, sharpness, brightness, contrast, clipped_dark, clipped_bright, score)
        VALUES (:id, 1, 0.5, 0.2, 0, 0, :score)""",
        id=image,
        score=score,
    )
    return image


def toned(pixels: np.ndarray) -> np.ndarray:
    return np.asarray(np.rint(pixels * 0.9 + 20), np.uint8)


def plan(twins: Twins) -> Plan:
    return resolving.plan(twins.store, Wish(twins.catalog), writable=False)


def test_a_toned_copy_is_not_kept_where_the_others_agree_and_the_plan_agrees(twins: Twins) -> None:
    edited, *others = twins.add(5)
    for seed, image in enumerate(others):
        rated(twins, image, touched_up(scene(1), seed), 80 - seed)
    rated(twins, edited, toned(scene(1)), 83)
    twins.detect()
    (group,) = twins.listed()
    assert [member.image.id for member in group.members] == [*others, edited]
    assert group.members[-1].reasons[0] == TONED
    made = plan(twins)
    leaving = {step.image_id: step for step in made.steps}
    assert leaving[edited].keeper_id == others[0]
    assert leaving[edited].reasons[0] == TONED


@pytest.mark.parametrize("most", [4, 64])
def test_groups_of_what_is_too_large_to_compare_are_compared_on_their_own(
    twins: Twins, monkeypatch: pytest.MonkeyPatch, most: int
) -> None:
    monkeypatch.setattr("lumina.domain.consensus.MOST", most)
    edited, *others, beside = twins.add(6)
    rated(twins, edited, toned(scene(1)), 83)
    for seed, image in enumerate(others):
        rated(twins, image, touched_up(scene(1), seed), 80 - seed)
    rated(twins, beside, scene(2), 10)
    face = {
        image: twins.value("SELECT face FROM fingerprint WHERE image_id = :id", id=image) for image in twins.images()
    }
    copies = [edited, *others[:-1]]
    pairs = [(face[a], face[b]) for at, a in enumerate(copies) for b in copies[at + 1 :]]
    twins.publish_edges([*pairs, (face[others[1]], face[beside]), (face[beside], face[others[-1]])])
    assert twins.groups()[0] == [*others[:-1], edited]
    steps = plan(twins).steps
    assert {step.keeper_id for step in steps if step.image_id in copies} == {others[0]}


def test_two_that_were_edited_alike_outvote_nobody(twins: Twins) -> None:
    source, *edited = twins.add(3)
    rated(twins, source, scene(1), 83)
    for seed, image in enumerate(edited):
        rated(twins, image, touched_up(toned(scene(1)), seed), 80)
    twins.detect()
    assert twins.groups() == [[source, *edited]]


def test_a_border_makes_no_whole_of_which_the_picture_would_be_a_part(twins: Twins) -> None:
    bordered, source = twins.add(2)
    rated(twins, source, scene(1, (192, 256)), 80)
    rated(twins, bordered, np.pad(scene(1, (192, 256)), ((10, 10), (13, 13), (0, 0)), constant_values=250), 70)
    twins.detect()
    assert twins.groups() == [[source, bordered]]
    assert twins.value("SELECT count(*) FROM duplicate_edge WHERE relation IN (1, 2)") == 1
    assert [(step.image_id, step.keeper_id) for step in plan(twins).steps] == [(bordered, source)]


def test_of_the_same_pixels_the_jpeg_is_kept(twins: Twins) -> None:
    wrapped, jpeg = twins.add(2, content=b"same")
    twins.run("UPDATE file SET format = 'png' WHERE image_id = :id", id=wrapped)
    rated(twins, wrapped, scene(1), 95)
    rated(twins, jpeg, scene(1), 60)
    twins.detect()
    assert twins.groups() == [[jpeg, wrapped]]
    assert plan(twins).steps[0].reasons[0].startswith("The JPEG from which the other was made")


def test_looks_are_compared_for_policies_that_ask_for_them_alone(twins: Twins, monkeypatch: pytest.MonkeyPatch) -> None:
    edited, *others = twins.add(5)
    for seed, image in enumerate(others):
        rated(twins, image, touched_up(scene(1), seed), 80 - seed)
    rated(twins, edited, toned(scene(1)), 83)
    twins.detect()
    compared: list[int] = []
    real = consensus._compared
    monkeypatch.setattr(consensus, "_compared", lambda tx, groups: compared.append(1) or real(tx, groups))
    by_quality = Wish(twins.catalog, policy='[[rule]]\nrule = "quality"\n')
    assert {step.keeper_id for step in resolving.plan(twins.store, by_quality, writable=False).steps} == {edited}
    assert compared == []
    assert {step.keeper_id for step in plan(twins).steps} == {others[0]}
    assert compared == [1]

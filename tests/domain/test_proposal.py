"""Plans: who leaves for whose sake, and what is left to a person."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lumina.domain.duplicates import Candidate, Relation, Tier
from lumina.domain.merging import Said
from lumina.domain.policy_text import DEFAULT_TEXT
from lumina.domain.proposal import APART, STRANGER, UNSEEN, Known, propose
from lumina.domain.resolution import READ_ONLY, Group, Member, Plan, Wish

pytestmark = [pytest.mark.unit, pytest.mark.timeout(20)]
CATALOG = UUID(int=1)


def member(image: int, tier: Tier = Tier.PICTURE, **changes: Any) -> Member:
    """An image with a look of its own, that is identical to image 1 where its tier says so."""
    identity = 1 if tier < Tier.PICTURE else image
    return replace(Member(image, identity, image * 10, tier, Relation.SAME, 1, True), **changes)


def known(scores: Mapping[int, float], edges: Sequence[tuple[int, int]] = (), **changes: Any) -> Known:
    """Candidates with these scores; edges between images, compared in full."""
    candidates = {
        image: Candidate(image, f"/p/{image}.jpg", "/p", "jpeg", 100 * image, 10, 10, score, 3, 10**18)
        for image, score in scores.items()
    }
    looks: dict[int, dict[int, Relation]] = {}
    for a, b in edges:
        looks.setdefault(a * 10, {})[b * 10] = looks.setdefault(b * 10, {})[a * 10] = Relation.SAME
    return Known(candidates, looks, changes.get("said", {}))


def plan(group: Group, about: Known, *, writable: bool = False, text: str = "", **wish: Any) -> Plan:
    return propose(7, [group], about, Wish(CATALOG, **wish), text, writable=writable)


STAR = Group(5, Tier.PICTURE, (member(1, Tier.BYTES), member(2), member(3)))
"""Image 1 was compared with 2 and 3."""
EDGES = [(1, 2), (1, 3)]


def leaving(made: Plan) -> dict[int, int]:
    return {step.image_id: step.keeper_id for step in made.steps}


def test_the_better_one_stays_and_the_others_leave() -> None:
    made = plan(STAR, known({1: 90, 2: 50, 3: 60}, EDGES))
    assert leaving(made) == {2: 1, 3: 1}
    assert {step.operation for step in made.steps} == {"hide"}
    assert (made.groups, made.size, made.freed, made.kept, made.undecided) == (1, 500, 0, 0, 0)
    assert made.steps[0].reasons == ("Higher quality: 90 against 50",)


def test_what_is_too_close_to_call_stays() -> None:
    made = plan(STAR, known({1: 90, 2: 89.5, 3: 60}, EDGES))
    assert leaving(made) == {3: 1}
    assert (made.kept, made.undecided) == (1, 1)


def test_identical_copies_leave_though_another_is_too_close() -> None:
    group = Group(5, Tier.PICTURE, (member(1, Tier.BYTES), member(2, Tier.BYTES), member(3)))
    about = known({1: 90, 2: 90, 3: 89.5}, [(1, 3), (2, 3)])
    assert len(plan(group, about).steps) == 1
    assert plan(group, about, tiers=(Tier.PICTURE,)).steps == ()
    assert plan(group, about, automatic=True).steps[0].tier is Tier.BYTES
    assert plan(group, about, automatic=True).undecided == 0  # nobody asked about pictures


def test_who_was_never_compared_with_the_keeper_stays() -> None:
    group = Group(5, Tier.PICTURE, (member(2), member(3)))  # image 1, with which both were compared, is gone
    made = plan(group, known({2: 90, 3: 50}))
    assert made.steps == ()
    assert [refusal.reason for refusal in made.refused] == [UNSEEN]


def test_a_better_one_that_is_no_copy_of_all_leaves_the_choice_to_a_person() -> None:
    made = plan(STAR, known({1: 80, 2: 95, 3: 50}, EDGES))  # 2 was not compared with 3
    assert leaving(made) == {3: 1}
    assert made.undecided == 1


def test_a_person_s_keeper_is_kept_and_all_others_leave() -> None:
    about = known({1: 80, 2: 5, 3: 50}, EDGES)
    assert leaving(plan(STAR, about, keepers={5: 2})) == {1: 2, 3: 2}
    chosen = replace(about, candidates={**about.candidates, 2: replace(about.candidates[2], chosen=True)})
    assert leaving(plan(STAR, chosen)) == {1: 2, 3: 2}
    assert plan(STAR, chosen, automatic=True, tiers=(Tier.PICTURE,)).refused[0].reason == UNSEEN
    assert {each.reason for each in plan(STAR, about, keepers={5: 9}).refused} == {STRANGER}


def test_reference_folders_are_never_proposed() -> None:
    text = '[[rule]]\nrule = "reference"\nfolders = ["/p"]\n' + DEFAULT_TEXT.partition("\n[[rule]]")[1].strip() + "\n"
    made = plan(STAR, known({1: 90, 2: 50, 3: 60}, EDGES), text=text + 'rule = "quality"')
    assert made.steps == ()
    assert {each.reason for each in made.refused} == {"It is in the reference folder /p."}


def test_what_a_person_told_apart_stays() -> None:
    group = replace(STAR, members=(replace(STAR.members[0], apart=frozenset({4})), member(2, apart=frozenset({4, 5})),
                                   member(3)))  # fmt: skip
    made = plan(group, known({1: 90, 2: 50, 3: 60}, EDGES))
    assert leaving(made) == {3: 1}
    assert [refusal.reason for refusal in made.refused] == [APART]


def test_what_a_person_told_apart_stays_though_it_is_the_same() -> None:
    group = replace(STAR, members=(member(1, Tier.BYTES, apart=frozenset({4})),
                                   member(2, Tier.BYTES, apart=frozenset({4}))))  # fmt: skip
    made = plan(group, known({1: 90, 2: 50}))
    assert made.steps == ()
    assert [refusal.reason for refusal in made.refused] == [APART]


def test_what_a_person_took_out_of_a_group_stays_whoever_is_kept() -> None:
    group = replace(STAR, members=(member(1, Tier.BYTES, apart=frozenset({4})), member(2),
                                   member(3, apart=frozenset({4}))))  # fmt: skip
    made = plan(group, known({1: 90, 2: 50, 3: 60}, EDGES), keepers={5: 2})
    assert leaving(made) == {1: 2}
    assert [refusal.reason for refusal in made.refused] == [APART]


def test_images_that_are_put_away_do_not_count() -> None:
    group = replace(STAR, members=(STAR.members[0], member(2, present=False), member(3)))
    about = known({1: 90, 2: 50, 3: 60}, EDGES)
    assert leaving(plan(group, about)) == {3: 1}
    gone = replace(about, candidates={1: about.candidates[1]})
    assert plan(group, gone).steps == ()


def test_files_leave_only_where_the_vault_is_writable() -> None:
    about = known({1: 90, 2: 50, 3: 60}, EDGES)
    made = plan(STAR, about, action="trash")
    assert {step.operation for step in made.steps} == {"hide"}
    assert made.notes == (READ_ONLY,)
    made = plan(STAR, about, action="trash", writable=True)
    assert {step.operation for step in made.steps} == {"trash"}
    assert (made.freed, made.notes) == (500, ())


def test_a_part_leaves_for_its_whole_however_good_it_is() -> None:
    about = known({1: 40, 2: 95, 3: 30}, EDGES)
    edges = {10: {20: Relation.CROP, 30: Relation.SAME}, 20: {10: Relation.CONTAINS}, 30: {10: Relation.SAME}}
    assert leaving(plan(STAR, replace(about, edges=edges))) == {2: 1, 3: 1}


def test_the_digest_tells_of_every_change_that_matters() -> None:
    about = known({1: 90, 2: 50, 3: 60}, EDGES)
    first = plan(STAR, about).digest
    assert plan(STAR, about).digest == first
    edited = replace(STAR, members=(*STAR.members[:2], member(3, revision=2)))
    rated = replace(about, said={2: Said(rating=3)})
    others = [plan(edited, about), plan(STAR, rated), plan(STAR, about, keepers={5: 2}), plan(STAR, about, text="\n\n")]
    assert len({first, *(each.digest for each in others)}) == 5


@settings(max_examples=60, deadline=None)
@given(data=st.data())
def test_somebody_always_stays_and_nobody_leaves_for_one_who_leaves(data: st.DataObject) -> None:
    images = data.draw(st.lists(st.integers(1, 9), min_size=1, max_size=7, unique=True))
    members = tuple(
        member(i, data.draw(st.sampled_from([Tier.BYTES, Tier.PIXELS, Tier.PICTURE])), present=data.draw(st.booleans()))
        for i in images
    )
    pairs = data.draw(st.lists(st.tuples(st.sampled_from(images), st.sampled_from(images)), max_size=8))
    about = known(
        {i: data.draw(st.sampled_from([10.0, 50.0, 51.0, 90.0])) for i in images}, [p for p in pairs if p[0] != p[1]]
    )
    made = plan(Group(5, Tier.PICTURE, members), about, keepers=data.draw(st.just({}) | st.just({5: images[0]})))
    there = {each.image_id for each in members if each.present}
    gone = set(leaving(made))
    assert gone < there or not gone
    assert not gone & set(leaving(made).values())
    assert set(leaving(made).values()) <= there
    assert made.kept + len(gone) in (len(there) - 1, 0, len(there))

"""Policies: their text, the order that they give, and why."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lumina.domain.consensus import Stray, Way
from lumina.domain.duplicates import Candidate, Tier
from lumina.domain.policy import CLOSE, OPEN, WHOLE, Policy
from lumina.domain.policy_text import DEFAULT_TEXT
from lumina.errors import BadInput

pytestmark = [pytest.mark.unit, pytest.mark.timeout(20)]


def copy(image_id: int, **changes: Any) -> Candidate:
    values: dict[str, Any] = {
        "image_id": image_id,
        "path": f"/photos/{image_id:03}.jpg",
        "source_root": "/photos",
        "format": "jpeg",
        "size": 1_000_000,
        "width": 4000,
        "height": 3000,
        "score": 80.0,
        "exif": 5,
        "modified_ns": 1_500_000_000 * 10**9,
    }
    return Candidate(**(values | changes))


def rule(text: str) -> Policy:
    return Policy.parse(f"[[rule]]\n{text}")


def test_the_default_policy_hides_and_is_what_an_empty_text_means() -> None:
    assert Policy.parse("  \n") == Policy.default() == Policy.parse(DEFAULT_TEXT)
    assert Policy.default().action == "hide"
    assert Policy.default().automatic_tiers == (Tier.BYTES, Tier.PIXELS)


def test_the_documents_show_the_default_policy() -> None:
    assert f"```toml\n{DEFAULT_TEXT}```" in (Path(__file__).parents[2] / "docs" / "resolution.md").read_text()


def test_higher_quality_is_kept_and_says_so() -> None:
    found = Policy.default().order([copy(1, score=62), copy(2, score=87.4)])
    assert found.order == (2, 1)
    assert found.reasons == {1: ("Higher quality: 87 against 62",)}
    assert found.decided
    assert found.margin == pytest.approx(25.4)


def test_a_small_margin_is_left_to_a_person_however_good_the_metadata_are() -> None:
    found = Policy.default().order([copy(1, score=80.0, exif=2), copy(2, score=79.0, exif=9)])
    assert found.order == (2, 1)  # within the margin, more is known of this one
    assert not found.decided
    assert found.open == {1}
    assert found.reasons[1] == (CLOSE, "More metadata: 9 facts against 2")
    assert found.margin == pytest.approx(-1.0)


def test_within_the_margin_the_better_score_decides_before_size_and_age() -> None:
    found = Policy.default().order([copy(1, score=80.0, size=9_000_000), copy(2, score=81.5, size=1_000)])
    assert found.order == (2, 1)
    assert not found.decided


def test_identical_copies_are_never_too_close_to_call() -> None:
    found = Policy.default().order([copy(1), copy(2, modified_ns=1), copy(3)], nodes={1: 1, 2: 1, 3: 1})
    assert found.order == (2, 1, 3)
    assert found.decided
    assert found.margin == 0
    assert Policy.default().order([copy(1), copy(2)]).reasons[2] == (CLOSE, OPEN)


def test_an_unknown_score_is_worse_than_any_and_decides_nothing() -> None:
    found = Policy.default().order([copy(1, score=None), copy(2, score=3.0)])
    assert found.order == (2, 1)
    assert not found.decided
    assert found.reasons[1] == (CLOSE, "Quality 3; the other's is not known")


def test_copies_that_were_edited_come_after_those_that_agree_and_it_says_how() -> None:
    edited = copy(1, score=83, exif=9, stray=Stray(Way.TONE, 11))
    found = Policy.default().order([edited, copy(2, score=80), copy(3, score=70)])
    assert found.order == (2, 3, 1)
    assert found.reasons[1][0] == "As bright as the 11 that agree; the brightness or contrast of the other differs"
    assert found.decided
    assert Policy.parse('[[rule]]\nrule = "quality"').order([edited, copy(2, score=80)]).keeper == 1


def test_an_edited_copy_that_is_clearly_better_may_be_what_the_others_were_made_from() -> None:
    found = Policy.default().order([copy(1, score=84, stray=Stray(Way.FRAME, 3)), copy(2, score=80)])
    assert found.order == (1, 2)
    assert not any("agree" in reason for reason in found.reasons[2])
    assert rule('rule = "original"\nmargin = 5').order(
        [copy(1, score=84, stray=Stray(Way.FRAME, 3)), copy(2, score=80)]
    ).order == (2, 1)


def test_it_says_what_was_edited_also_where_the_one_that_is_kept_is_not_the_best_of_those_that_agree() -> None:
    text = '[[rule]]\nrule = "original"\n[[rule]]\nrule = "folder"\nprefer = ["/photos/best"]'
    edited = copy(1, score=80, stray=Stray(Way.MARK, 3))
    found = Policy.parse(text).order([edited, copy(2, score=79), copy(3, path="/photos/best/3.jpg", score=70)])
    assert found.order == (3, 2, 1)
    assert found.reasons[1][0].startswith("Like the 3 that agree; a part of the other differs")


@pytest.mark.parametrize("score", [None, 50.0])
def test_edited_copies_come_after_the_others_where_their_quality_is_unknown(score: float | None) -> None:
    found = Policy.default().order([copy(1, score=None, stray=Stray(Way.TONE, 3)), copy(2, score=score)])
    assert found.order == (2, 1)
    assert found.reasons[1][0].startswith("As bright as the 3 that agree")
    assert found.decided


def test_the_jpeg_is_kept_of_which_others_are_lossless_copies_however_they_score() -> None:
    wrapped = copy(1, format="png", score=95, stray=Stray(Way.WRAPPED, 1))
    found = Policy.default().order([wrapped, copy(2, score=60)], nodes={1: 1, 2: 1})
    assert found.order == (2, 1)
    assert found.reasons[1][0] == "The JPEG from which the other was made: the same pixels, kept without loss"


def test_an_edited_copy_is_kept_where_a_person_or_a_folder_says_so_or_where_it_is_the_whole() -> None:
    edited = copy(1, stray=Stray(Way.MARK, 4))
    assert Policy.default().order([copy(1, stray=Stray(Way.MARK, 4), chosen=True), copy(2)]).keeper == 1
    assert Policy.default().order([edited, copy(2)], parts=[(2, 1)]).keeper == 1
    text = '[[rule]]\nrule = "reference"\nfolders = ["/photos/best"]\n[[rule]]\nrule = "original"'
    assert Policy.parse(text).order([copy(1, path="/photos/best/1.jpg", stray=Stray(Way.MARK, 4)), copy(2)]).keeper == 1


def test_what_is_wrong_with_the_rule_original_is_said() -> None:
    with pytest.raises(BadInput, match="line 3: rule 'original': margin is a number of points"):
        rule('rule = "original"\nmargin = "much"')


def test_a_part_never_comes_before_its_whole() -> None:
    part, other, whole = copy(1, score=90), copy(2, score=85), copy(3, score=40)
    found = Policy.default().order([part, other, whole], parts=[(1, 3)])
    assert found.order == (2, 3, 1)
    found = Policy.default().order([part, whole], parts=[(1, 3)])
    assert found.order == (3, 1)
    assert found.reasons[1] == (WHOLE,)
    assert found.decided


def test_a_whole_that_is_kept_for_its_part_does_not_decide_over_better_ones() -> None:
    candidates = [copy(1, score=90), copy(2, score=85), copy(3, score=80)]
    found = Policy.default().order(candidates, parts=[(1, 3), (2, 1), (1, 2)])
    assert found.order == (3, 1, 2)  # 1 and 2 contradict each other: that is ignored
    assert found.open == {2}


def test_parts_hold_for_all_identical_copies() -> None:
    candidates = [copy(1, score=90), copy(2, score=90), copy(3, score=40), copy(4, score=40)]
    found = Policy.default().order(candidates, parts=[(1, 3)], nodes={1: 1, 2: 1, 3: 3, 4: 3})
    assert found.order == (3, 4, 1, 2)


def test_a_person_s_choice_comes_before_everything_even_for_a_part() -> None:
    found = Policy.default().order([copy(1, score=5, chosen=True), copy(2, score=95)], parts=[(1, 2)])
    assert found.order == (1, 2)
    assert found.decided
    assert found.reasons[2][0] == "A person chose it"


def test_reference_folders_come_first_and_are_protected() -> None:
    policy = Policy.parse(
        '[[rule]]\nrule = "reference"\nfolders = ["/photos/archive", "best"]\n[[rule]]\nrule = "quality"'
    )
    inside = copy(1, path="/photos/archive/a.jpg", score=10)
    relative, outside = copy(2, path="/photos/best/b.jpg", score=20), copy(3, path="/photos/archived/c.jpg", score=90)
    found = policy.order([inside, relative, outside])
    assert found.order == (2, 1, 3)
    assert found.reasons[3][0] == "In the reference folder best"
    assert found.open == frozenset()  # nothing is too close where a rule before quality decides, or 10 points do
    assert [policy.protected(each) for each in (inside, relative, outside)] == ["/photos/archive", "best", None]


def test_of_nested_folders_the_inner_one_counts() -> None:
    policy = rule('rule = "folder"\nprefer = ["/photos/sorted"]\navoid = ["/photos/sorted/downloads", "/tmp"]')
    good, bad = copy(1, path="/photos/sorted/a.jpg"), copy(2, path="/photos/sorted/downloads/a.jpg")
    other = copy(3, path="/photos/elsewhere/a.jpg")
    found = policy.order([bad, other, good])
    assert found.order == (1, 3, 2)
    assert policy.order([bad, other]).reasons[2] == ("The other is in /photos/sorted/downloads, to be avoided",)


@pytest.mark.parametrize(
    ("text", "better", "worse", "reason"),
    [
        (
            'rule = "format"\norder = ["raw", "png"]',
            {"format": "dng"},
            {"format": "png"},
            "Better format: DNG, not PNG",
        ),
        ('rule = "format"\norder = ["png"]', {"format": "png"}, {"format": "webp"}, "Better format: PNG, not WEBP"),
        ('rule = "metadata"', {"exif": 7}, {"exif": 2}, "More metadata: 7 facts against 2"),
        ('rule = "rating"', {"picked": True}, {"rating": 5}, "Picked"),
        ('rule = "rating"', {"rating": 4}, {"rating": 2}, "Rated 4 against 2"),
        ('rule = "size"', {"size": 4_200_000}, {"size": 900}, "Larger file: 4.2 MB against 900 B"),
        ('rule = "size"\nprefer = "smallest"', {"size": 1}, {"size": 2}, "Smaller file: 1 B against 2 B"),
        ('rule = "age"', {"modified_ns": 0}, {"modified_ns": 10**18}, "Older file: 1970-01-01 against 2001-09-09"),
        ('rule = "age"\nprefer = "newest"', {"modified_ns": 5}, {"modified_ns": 1}, "Newer file"),
    ],
)
def test_each_rule_decides_alone_and_says_why(
    text: str, better: dict[str, Any], worse: dict[str, Any], reason: str
) -> None:
    found = rule(text).order([copy(1, **worse), copy(2, **better)])
    assert found.order == (2, 1)
    assert found.reasons == {1: (reason,)}
    assert found.decided  # there is no quality rule whose margin could leave it open


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("x", "no valid TOML"),
        ("# nothing but a remark", "no rule"),
        ('\n\n[[rule]]\nrule = "quality"\n\n[[rule]]\nrule = "colour"', "line 7: there is no rule 'colour'"),
        ('[[rule]]\nrule = "quality"\nmargn = 1', "line 3: rule 'quality': there is no key 'margn'"),
        ('[[rule]]\nrule = "quality"\nmargin = 101', "line 3: rule 'quality': margin is a number of points, 0-100"),
        ('[[rule]]\nrule = "quality"\nmargin = true', "line 3: rule 'quality': margin"),
        ('[[rule]]\nmargin = 3\nrule = 7', "line 3: there is no rule 7"),
        ('[[rule]]\nmargin = 3', "line 1: it has no key `rule`"),
        ('[[rule]]\nrule = "reference"', "line 1: rule 'reference': folders names nothing"),
        ('[[rule]]\nrule = "folder"\nprefer = "/photos"', "line 3: rule 'folder': prefer is a list of texts"),
        ('[[rule]]\nrule = "folder"', "line 1: rule 'folder': neither prefer nor avoid"),
        ('[[rule]]\nrule = "format"\norder = [\n"raw",\n"jpg",\n]', "line 3: rule 'format': there is no format 'jpg"),
        ('[[rule]]\nrule = "size"\nprefer = "big"', "line 3: rule 'size': prefer is one of largest, smallest"),
        ('action = "delete"\n[[rule]]\nrule = "size"', "line 1: action is one of hide, trash, not 'delete'"),
        ('\ntiers = ["bytes", "subject"]\n[[rule]]\nrule = "size"', "line 2: tiers: there is no tier 'subject'"),
        ("rules = []", "line 1: there is no key 'rules'"),
        ("rule = 3", "line 1: rules are written as"),
        ("#" * 70_000, "70,000 characters"),
        ("\n" * 1_001 + 'rules = []', "1,001 lines"),
    ],
)  # fmt: skip
def test_bad_policies_are_refused_with_line_and_rule(text: str, complaint: str) -> None:
    with pytest.raises(BadInput) as found:
        Policy.parse(text)
    assert complaint in str(found.value)


COPIES = st.lists(
    st.builds(
        copy,
        st.integers(1, 40),
        score=st.none() | st.floats(0, 100) | st.sampled_from([50.0, 51.0, 52.0]),
        exif=st.integers(0, 2),
        size=st.integers(1, 3),
        chosen=st.booleans(),
    ),
    min_size=1,
    max_size=12,
    unique_by=lambda each: each.image_id,
)
PAIRS = st.lists(st.tuples(st.integers(1, 40), st.integers(1, 40)), max_size=8)


@settings(max_examples=60, deadline=None)
@given(copies=COPIES, pairs=PAIRS, data=st.data())
def test_the_order_is_total_and_the_same_however_the_copies_come(
    copies: list[Candidate], pairs: list[tuple[int, int]], data: st.DataObject
) -> None:
    nodes = {each.image_id: each.image_id - each.image_id % 2 for each in copies if each.image_id % 3}
    policy = Policy.default()
    found = policy.order(copies, pairs, nodes)
    assert sorted(found.order) == sorted(each.image_id for each in copies)
    assert set(found.reasons) == set(found.order[1:])
    assert all(found.reasons.values())
    assert found.decided == (not found.open)
    shuffled = data.draw(st.permutations(copies))
    assert policy.order(shuffled, data.draw(st.permutations(pairs)), nodes) == found


@settings(max_examples=40, deadline=None)
@given(copies=COPIES, pairs=PAIRS)
def test_no_part_precedes_its_whole_where_that_is_possible(
    copies: list[Candidate], pairs: list[tuple[int, int]]
) -> None:
    parts = [(max(pair), min(pair)) for pair in pairs if pair[0] != pair[1]]  # a part has the higher id: no circles
    unchosen = [Candidate(**{name: getattr(each, name) for name in Candidate.__slots__} | {"chosen": False})
                for each in copies]  # fmt: skip
    order = Policy.default().order(unchosen, parts).order
    place = {image_id: at for at, image_id in enumerate(order)}
    assert all(place[whole] < place[part] for part, whole in parts if part in place and whole in place)

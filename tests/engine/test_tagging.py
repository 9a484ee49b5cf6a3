"""Tagging by vectors alone, and teaching: from the request to the tags, and back by undo."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any

import numpy as np
import pytest

from lumina.bootstrap import MODELS, App
from lumina.domain.recognition import Head, HeadKind
from lumina.domain.taxonomy import NodeKind
from lumina.domain.work import JobState
from lumina.engine import follow, tagging, training
from lumina.engine.learn import NEW_WORDS, noticed
from lumina.errors import BadInput, Conflict, NotFound
from lumina.services import corrections, journal, learning, tags, taxonomy
from lumina.services.learning import Wanted
from lumina.store import Transaction, heads, jobs, ledger, spaces, teaching, vectors
from tests.conftest import copied
from tests.support.copies import new_twins, searching
from tests.support.messages import Messages
from tests.support.taught import BEAGLE, MODEL, PUG, TABBY, Taught, unit
from tests.support.taxonomy import dump
from tests.support.weights import install_mobilenet

pytestmark = [pytest.mark.integration, pytest.mark.timeout(120)]


@pytest.fixture(scope="module")
def parts(
    postgres: str, template_database: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[App, Messages]]:
    home = tmp_path_factory.mktemp("home")
    install_mobilenet(home / MODELS)
    with copied(postgres, template_database) as url, searching(url, home) as found:
        yield found


@pytest.fixture
def taught(parts: tuple[App, Messages]) -> Taught:
    return Taught(new_twins(*parts))


def say(taught: Taught, images: Sequence[int], node: int, yes: bool) -> None:
    with taught.twins.store.transaction() as tx:
        tags.say(tx, images, node, yes)


def undo(taught: Taught) -> None:
    journal.undo(taught.twins.store, taught.twins.app.dispatcher)
    taught.twins.work()


def apply(taught: Taught, node: int | str) -> None:
    with taught.twins.store.transaction() as tx:
        learning.apply(tx, taught.twins.app.dispatcher, node)
    taught.twins.work()


def test_a_catalog_is_tagged_at_the_depth_that_is_sure_and_people_stand_above_it(taught: Taught) -> None:
    pugs, cats = taught.add(taught.like(PUG, 3)), taught.add(taught.like(TABBY, 2))
    nothing = taught.add(taught.strewn(1))
    dog, cat = taught.node("dog"), taught.node("cat")
    say(taught, pugs[:1], dog, False)
    say(taught, nothing, cat, True)
    job = taught.tag()
    assert job.state is JobState.SUCCESS
    assert job.result["message"].startswith("6 images looked at")
    assert [taught.shown(image) for image in pugs[1:]] == [{"Pug"}, {"Pug"}]
    assert all(taught.shown(image) == {"Tabby"} for image in cats)
    assert "Pug" not in taught.shown(pugs[0]), "refused with all below it"
    assert "Cat" in taught.shown(nothing[0])
    with taught.twins.store.transaction() as tx:
        before = dump(tx)
    assert taught.tag().result["message"] == "0 images looked at, 0 with other tags than before"
    assert taught.tag(everything=True).result["changed"] == 0
    with taught.twins.store.transaction() as tx:
        assert dump(tx) == before, "verdicts, labels, tags and counts are as they were"
        tx.execute("UPDATE label SET version = 0, confidence = 0.01 WHERE source = 'model'")
        tx.execute(
            "INSERT INTO label (image_id, node_id, source, model, version, confidence)"
            " VALUES (:image, :node, 'model', :model, 0, 0.9)",
            image=cats[0], node=dog, model=MODEL,
        )  # fmt: skip
    taught.tag(everything=True)
    with taught.twins.store.transaction() as tx:
        assert dump(tx) == before, "labels of an older version of the model are gone"


def test_the_stage_tags_what_was_embedded_without_a_pixel(taught: Taught) -> None:
    pugs = taught.add(taught.like(PUG, 3))
    with taught.twins.store.transaction() as tx:
        tx.execute(f"DELETE FROM {spaces.table(taught.space)} WHERE image_id = :id", id=pugs[2])
    job = taught.twins.app.work.run_stages(["tag"], catalog_id=taught.twins.catalog)
    taught.twins.work()
    assert [taught.shown(image) for image in pugs] == [{"Pug"}, {"Pug"}, set()]
    assert taught.twins.value("SELECT code FROM stage_state WHERE image_id = :id AND code IS NOT NULL", id=pugs[2]) == (
        "no-vector"
    )
    assert taught.twins.app.work.get(job.id).done == 2


def test_vectors_that_came_with_an_adopted_folder_are_tagged(taught: Taught) -> None:
    pug, *_ = taught.add(taught.like(PUG, 1))
    with taught.twins.store.transaction() as tx:
        tx.execute("INSERT INTO market (source_id, name, address) VALUES (:id, 'x', 'x')", id=taught.twins.source)
        job = jobs.create(tx, follow.ADOPT, None, {}, priority=0)
        jobs.reach(tx, job.id, 1, 1)
        follow.follow(tx, taught.twins.app.dispatcher, jobs.get(tx, job.id), MODEL, installed=False)
    taught.twins.work()
    assert taught.shown(pug) == set(), "the model is not installed"
    with taught.twins.store.transaction() as tx:
        follow.follow(tx, taught.twins.app.dispatcher, jobs.get(tx, job.id), MODEL)
    taught.twins.work()
    assert taught.shown(pug) == {"Pug"}
    with taught.twins.store.transaction() as tx:
        tx.execute("DELETE FROM market")


def test_thresholds_are_measured_when_there_is_a_background(taught: Taught) -> None:
    taught.add(np.concatenate([taught.like(PUG, 15), taught.mixed(PUG, BEAGLE, 40)]))
    assert taught.tag().result["measured"] is True
    with taught.twins.store.transaction() as tx:
        given = {head.node_id: head.threshold for head in heads.applied(tx, taught.space)}
        assert heads.measured(tx, taught.space) == 55
    assert given[taught.node("imagenet:n02110958")] > 0.5, "half of them are something else"
    assert 0.5 <= min(given.values()) <= max(given.values()) <= 0.9
    assert given[taught.node("dog")] == 0.5, "all of them are dogs"


def test_a_thing_is_taught_by_examples_proposed_applied_and_undone(taught: Taught) -> None:
    app, store = taught.twins.app, taught.twins.store
    hers, others = taught.one_dog(14), taught.add(taught.like(PUG, 10, 0.1))
    taught.add(taught.strewn(80))
    taught.tag()
    lesson = learning.teach(store, app.trainer, Wanted("Zoey", hers[:3]))
    assert (lesson.created, lesson.node.kind, lesson.reason) == (True, NodeKind.ENTITY, None)
    assert lesson.proposal.preview.adds == 11
    assert set(lesson.proposal.preview.added) <= set(hers[3:])
    assert not any("Zoey" in taught.shown(image) for image in hers[3:]), "nothing is tagged before it is applied"
    apply(taught, "Zoey")
    assert all({"Zoey", "Pug"} <= taught.shown(image) for image in hers)
    assert not any("Zoey" in taught.shown(image) for image in others)
    node = lesson.node.id
    second = learning.teach(store, app.trainer, Wanted(node, hers[3:8], others[:4]))
    assert (second.created, second.proposal.head.kind.value, second.proposal.head.revision) == (False, "probe", 2)
    apply(taught, node)
    with store.transaction() as tx:
        after = dump(tx)["verdict"]
    taught.tag(everything=True)
    with store.transaction() as tx:
        assert dump(tx)["verdict"] == after
        assert [head.revision for head in heads.applied(tx, taught.space) if head.node_id == node] == [2]
    new = taught.one_dog(1)
    taught.tag()
    assert "Zoey" in taught.shown(new[0]), "what comes later is recognised as well"
    undo(taught)
    with store.transaction() as tx:
        found = heads.applied_of(tx, node)
    assert found is not None
    assert found.revision == 1
    assert all("Zoey" in taught.shown(image) for image in hers)
    undo(taught)  # the examples of the second lesson
    undo(taught)  # the first one's application
    shown = [image for image in hers if "Zoey" in taught.shown(image)]
    assert shown == hers[:3], "what a person has said alone"


def test_corrections_of_a_sort_of_things_change_what_the_classifier_says(taught: Taught) -> None:
    store, app = taught.twins.store, taught.twins.app
    true = taught.add(taught.like(BEAGLE, 12))
    statues = taught.add(unit(taught.like(PUG, 14, 0.1) + 0.5 * taught.strewn(1)))
    taught.add(taught.strewn(60))
    taught.tag()
    assert all("Pug" in taught.shown(image) for image in statues)
    dog = taught.node("dog")
    say(taught, true[:6], dog, True)
    say(taught, statues[:7], dog, False)
    with store.transaction() as tx:
        assert noticed(tx, app.dispatcher, dog) is not None
    taught.twins.work()
    node, proposal = learning.proposed(store, app.trainer, dog)
    assert (node.id, proposal.head.prior) == (dog, 1)
    assert proposal.preview.removes == 7
    assert set(proposal.preview.removed) == set(statues[7:])
    assert all("Pug" in taught.shown(image) for image in statues[7:]), "not without a person's yes"
    apply(taught, dog)
    assert not any("Pug" in taught.shown(image) for image in statues), "nor what lies below it"
    assert all("Beagle" in taught.shown(image) for image in true[6:])
    undo(taught)
    assert all("Pug" in taught.shown(image) for image in statues[7:]), "the classifier speaks again"


def test_what_is_in_doubt_is_asked_once_and_leaves_with_the_answer(taught: Taught) -> None:
    store = taught.twins.store
    unsure = taught.add(taught.mixed(PUG, TABBY, 8))
    taught.add(taught.like(PUG, 4))
    taught.tag()
    with store.transaction() as tx:
        asked, nodes = corrections.queue(tx, MODEL, limit=50)
        assert asked
        assert {question.image.id for question in asked} <= set(unsure)
        assert {node.id for node in nodes if node.doubts} == {question.node_id for question in asked}
        first = asked[0]
        assert first.question == f'Does this show "{first.name}"?'
        of_node, _ = corrections.queue(tx, MODEL, node=first.node_id, limit=3)
        assert {question.node_id for question in of_node} == {first.node_id}
    say(taught, [first.image.id], first.node_id, False)
    with store.transaction() as tx:
        left, _ = corrections.queue(tx, MODEL, limit=50)
        assert (first.node_id, first.image.id) not in {(each.node_id, each.image.id) for each in left}
        with pytest.raises(NotFound):
            corrections.queue(tx, MODEL, node=999_999)
    taught.tag(everything=True)
    with store.transaction() as tx:
        left, _ = corrections.queue(tx, MODEL, limit=50)
    assert (first.node_id, first.image.id) not in {(each.node_id, each.image.id) for each in left}


def test_enough_words_train_anew_and_fewer_do_not(taught: Taught) -> None:
    store, app = taught.twins.store, taught.twins.app
    hers = taught.one_dog(12)
    taught.add(taught.strewn(40))
    node = learning.teach(store, app.trainer, Wanted("Bella", hers[:2])).node.id
    for count, asked in ((NEW_WORDS - 1, False), (1, True)):
        say(taught, hers[2 : 2 + count] if not asked else hers[9:10], node, True)
        with store.transaction() as tx:
            assert (noticed(tx, app.dispatcher, node) is not None) is asked
    taught.twins.work()
    with store.transaction() as tx:
        found = heads.proposal(tx, node)
        assert found is not None
        assert (found.revision, found.examples, teaching.words_since(tx, node)) == (1, 7, 0)
        assert heads.applied_of(tx, node) is None


def test_lessons_that_make_no_sense_change_nothing(taught: Taught) -> None:
    store, app = taught.twins.store, taught.twins.app
    nothing = taught.twins.add(2)
    hers = taught.one_dog(3)
    taught.add(taught.strewn(20))
    with store.transaction() as tx:
        before = dump(tx)
    dog = taught.node("dog")
    for wanted, error, words in (
        (Wanted("Fenja", hers, hers[:1]), BadInput, "to show it and not to show it"),
        (Wanted("Fenja", nothing), BadInput, "None of the 2 images has a vector of mobilenet-v2"),
        (Wanted("Fenja", [999_999]), NotFound, "999999"),
        (Wanted("Fenja", []), NotFound, "Fenja"),
        (Wanted(dog, []), BadInput, "no example"),
        (Wanted(999_999, hers), NotFound, "999999"),
        (Wanted("Dog", hers, kind=NodeKind.ENTITY), Conflict, "a sort of things already"),
        (Wanted("Luna", hers), Conflict, 'another name of "Moon"'),
        (Wanted("a|b\0", hers), BadInput, "no name"),
    ):
        with pytest.raises(error, match=words):
            learning.teach(store, app.trainer, wanted)
    with store.transaction() as tx:
        assert dump(tx) == before
        for wrong in (lambda: learning.apply(tx, app.dispatcher, dog), lambda: learning.forget(tx, dog)):
            with pytest.raises(NotFound, match="Nothing is proposed"):
                wrong()
    lesson = learning.teach(store, app.trainer, Wanted("Fenja", [*hers, *nothing]))
    assert lesson.proposal.without == tuple(nothing)
    assert lesson.reason is not None
    assert "2 images could not be learnt from" in lesson.reason
    luna = learning.teach(store, app.trainer, Wanted("Luna", hers, kind=NodeKind.ENTITY)).node
    assert (luna.name, luna.kind) == ("Luna", NodeKind.ENTITY), "a dog, not the moon"


def test_a_node_that_is_merged_meanwhile_hands_its_words_over(taught: Taught) -> None:
    store, app = taught.twins.store, taught.twins.app
    hers = taught.one_dog(6)
    taught.add(taught.strewn(30))
    zo = learning.teach(store, app.trainer, Wanted("Moll", hers[:2])).node.id
    other = learning.teach(store, app.trainer, Wanted("Molly", hers[2:4])).node.id
    with store.transaction() as tx:
        learning.apply(tx, app.dispatcher, zo)
        taxonomy.merge(tx, zo, other)
    taught.twins.work()
    with store.transaction() as tx:
        assert ends(tx) == {"SUCCESS"}
        assert teaching.examples(tx, other).yes == tuple(hers[:4])
    found = app.trainer.propose(other)
    assert found.head.examples == 4
    assert not any("Molly" in taught.shown(image) for image in hers[4:])


def ends(tx: Transaction) -> set[str]:
    return {row["state"] for row in tx.rows("SELECT state FROM job")}


def test_a_vector_of_nothing_is_never_learnt(taught: Taught) -> None:
    hers = taught.twins.add(1)
    taught.add(taught.strewn(3))
    with taught.twins.store.transaction() as tx, pytest.raises(vectors.BadVector):
        vectors.save(tx, taught.space, np.array(hers), np.full((1, 1280), np.nan))


def test_what_was_taught_to_another_version_is_proposed_for_the_new_one(taught: Taught) -> None:
    store, app = taught.twins.store, taught.twins.app
    hers = taught.one_dog(6)
    taught.add(taught.strewn(20))
    node = learning.teach(store, app.trainer, Wanted("Emma", hers[:3], kind=NodeKind.ENTITY)).node.id
    apply(taught, node)
    with store.transaction() as tx:
        old = spaces.get_or_create(tx, "another", 1, 8)
        tx.execute("UPDATE head SET space_id = :old WHERE node_id = :node", old=old.id, node=node)
    taught.tag(everything=True)
    assert taught.shown(hers[5]) == {"Pug"}, "it rests"
    with store.transaction() as tx:
        found = heads.proposal(tx, node)
    assert found is not None
    assert found.space_id == taught.space.id
    apply(taught, node)
    assert "Emma" in taught.shown(hers[5])


def first(what: Callable[[], object], real: Callable[..., Any]) -> Callable[..., Any]:
    """`real`, before whose first call something else happens."""
    done: list[bool] = []

    def call(*given: Any, **named: Any) -> Any:
        if not done:
            done.append(True)
            what()
        return real(*given, **named)

    return call


@pytest.mark.parametrize("by_stage", [False, True])
def test_what_was_seen_before_a_name_was_applied_does_not_overwrite_it(
    taught: Taught, monkeypatch: pytest.MonkeyPatch, by_stage: bool
) -> None:
    app = taught.twins.app
    hers = taught.one_dog(6)
    taught.add(taught.strewn(20))
    learning.teach(taught.twins.store, app.trainer, Wanted("Zoey", hers[:3]))
    if by_stage:
        held: list[int] = []

        def hold(tx: Any, batch: Any, real: Callable[..., Any] = ledger.hold) -> Any:
            if batch.stages == ("tag",) and not held:
                held.append(batch.id)
                apply(taught, "Zoey")
            return real(tx, batch)

        monkeypatch.setattr(ledger, "hold", hold)
        app.work.run_stages(["tag"])
        taught.twins.work()
        taught.twins.make_ready()
    else:
        monkeypatch.setattr(tagging, "save", first(lambda: apply(taught, "Zoey"), tagging.save))
        assert taught.tag().result["message"].startswith("26 images looked at")
    assert all("Zoey" in taught.shown(image) for image in hers)


def test_undoing_a_merge_gives_back_what_was_tagged_in_between(taught: Taught) -> None:
    cats, dogs = taught.add(taught.like(TABBY, 2)), taught.add(taught.like(PUG, 1))
    tabby, pug = taught.node("imagenet:n02123045"), taught.node("imagenet:n02110958")
    with taught.twins.store.transaction() as tx:
        taxonomy.merge(tx, tabby, pug)
    taught.tag()
    assert taught.shown(cats[0]) == {"Pug"}
    undo(taught)
    assert [taught.shown(image) for image in (*cats, *dogs)] == [{"Tabby"}, {"Tabby"}, {"Pug"}]


def test_undoing_what_was_learnt_gives_back_what_lies_below_and_what_names_say(taught: Taught) -> None:
    store, app = taught.twins.store, taught.twins.app
    true, statues = taught.add(taught.like(BEAGLE, 6)), taught.add(unit(taught.like(PUG, 8, 0.1)))
    gizmo = taught.strewn(1)
    gizmos = taught.add(unit(gizmo + 0.1 * taught.strewn(4)))
    dog = taught.node("dog")
    with store.transaction() as tx:
        taxonomy.edit(tx, dog, {"threshold": 1.0})
        named = taxonomy.add(tx, "Gizmo").node
        assert named is not None
        head = Head(named.id, taught.space.id, HeadKind.PROMPT, 1, gizmo[0], 0.0, 0.5, slope=20.0)
        heads.give(tx, taught.space, HeadKind.PROMPT, [head])
        tags.say(tx, true, dog, True)
        tags.say(tx, statues[:5], dog, False)
        assert noticed(tx, app.dispatcher, dog) is not None
    taught.twins.work()
    taught.tag()
    before = {image: taught.shown(image) for image in (*statues, *gizmos)}
    assert before[statues[7]] == {"Pug"}, "which is sure, while a dog never is sure enough"
    assert before[gizmos[3]] >= {"Gizmo"}
    apply(taught, dog)
    assert "Pug" not in taught.shown(statues[7])
    other = taught.add(np.repeat(taught.strewn(1), 2, axis=0))
    learning.teach(store, app.trainer, Wanted("Gizmo", other))
    apply(taught, "Gizmo")
    assert "Gizmo" not in taught.shown(gizmos[3])
    undo(taught)
    undo(taught)  # the examples
    undo(taught)  # the dog
    assert {image: taught.shown(image) for image in before} == before
    with store.transaction() as tx:
        heads.give(tx, taught.space, HeadKind.PROMPT, [])


def test_what_is_said_while_a_head_is_trained_is_not_forgotten(taught: Taught, monkeypatch: pytest.MonkeyPatch) -> None:
    store, app = taught.twins.store, taught.twins.app
    hers = taught.one_dog(3 + NEW_WORDS)
    taught.add(taught.strewn(20))
    node = learning.teach(store, app.trainer, Wanted("Nala", hers[:2])).node.id
    monkeypatch.setattr(training, "train", first(lambda: say(taught, hers[3:], node, True), training.train))
    assert app.trainer.propose(node).head.examples == 2
    with store.transaction() as tx:
        assert teaching.words_since(tx, node) == NEW_WORDS
        assert noticed(tx, app.dispatcher, node) is not None

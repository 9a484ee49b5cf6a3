"""`lumina learn` as a person or a script calls it."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from lumina.bootstrap import MODELS, App
from lumina.cli.main import app as program
from lumina.domain.work import Job
from lumina.errors import BadInput, NotFound
from lumina.services import learning
from tests.support.copies import new_twins, searching
from tests.support.taught import Taught
from tests.support.weights import install_mobilenet

pytestmark = [pytest.mark.integration, pytest.mark.timeout(60)]


@pytest.fixture
def taught(database_url: str, tmp_path: Path) -> Iterator[Taught]:
    install_mobilenet(tmp_path / MODELS)
    with searching(database_url, tmp_path) as parts:
        yield Taught(new_twins(*parts))


def call(taught: Taught, *words: object, verb: str = "learn") -> Result:
    settings = taught.twins.app.settings
    flags = ["--home", str(settings.home), "--set", f"database_url={settings.database_url}"]
    return CliRunner().invoke(program, [*flags, verb, *map(str, words)])


def test_a_name_is_taught_and_said_what_it_would_change(taught: Taught) -> None:
    hers = taught.one_dog(6)
    taught.add(taught.strewn(30))
    said = json.loads(call(taught, "Zoey", *hers[:2], "--no", hers[-1] + 1, "--json").stdout)
    assert (said["created"], said["applied"], said["head"]["kind"]) == (True, False, "prototype")
    assert said["examples"]["yes"] == hers[:2]
    assert said["examples"]["no"] == [hers[-1] + 1]
    assert said["preview"]["adds"] == 4
    text = call(taught, "Zoey", *hers[2:5]).stdout
    assert text.startswith(f'"Zoey": node {said["node"]}, 5 examples, 1 counterexamples, learnt by probe.')
    assert f"lumina learn {said['node']} --apply" in text
    for strange in ("9" * 30, "x" * 300):
        assert isinstance(call(taught, "Zoey", strange).exception, NotFound)
    refused = call(taught, "Zoey", hers[0], "--no", hers[0])
    assert isinstance(refused.exception, BadInput)
    assert "not to show it" in str(refused.exception)
    assert call(taught, *hers, "--add", "Zoey", verb="tags").exit_code == 0
    assert taught.twins.value("SELECT count(*) FROM job WHERE kind = 'learn'") == 0, "one word is new"
    more = taught.one_dog(5)
    assert call(taught, *more, "--add", "Zoey", verb="tags").exit_code == 0
    assert taught.twins.value("SELECT count(*) FROM job WHERE kind = 'learn'") == 1, "enough to train it anew"


def test_undoing_sees_the_tags_follow(taught: Taught, monkeypatch: pytest.MonkeyPatch) -> None:
    hers = taught.one_dog(4)
    taught.add(taught.strewn(20))
    app = taught.twins.app
    node = learning.teach(app.store, app.trainer, learning.Wanted("Zoey", hers[:2])).node.id
    with app.store.transaction() as tx:
        learning.apply(tx, app.dispatcher, node)
    taught.twins.work()
    assert "Zoey" in taught.shown(hers[3])

    def see_through(_context: object, request: Callable[[App], list[Job]], *, quiet: bool) -> list[Job]:
        """As the command does it where no Lumina runs, without processes of its own."""
        asked = request(app)
        taught.twins.make_ready()
        return [app.work.get(job.id) for job in asked]

    monkeypatch.setattr("lumina.cli.undo.see_through", see_through)
    done = call(taught, verb="undo")
    assert (done.exit_code, done.stdout.startswith('Undone: "Let "Zoey"')) == (0, True)
    assert "Zoey" not in taught.shown(hers[3])

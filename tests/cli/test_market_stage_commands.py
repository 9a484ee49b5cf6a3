"""`lumina market cutout` and `embed`."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from lumina.bootstrap import Settings, build
from lumina.domain.values import RenditionKind
from lumina.inference.models import Models
from lumina.services import model_checks
from lumina.stages.download import Download
from lumina.stages.proxy import Proxy
from lumina.store import cutouts, listings
from lumina.store.ledger import Worker
from tests.support.lumina_home import Home
from tests.support.market import listing, market
from tests.support.messages import Messages
from tests.support.products import fetched
from tests.support.weights import install_weights

pytestmark = [pytest.mark.integration, pytest.mark.timeout(120)]


def stages(derived: Any, _: Models) -> Sequence[Any]:
    return [Download(fetched), Proxy(derived)]


def test_products_are_cut_out_by_a_command_and_what_lacks_is_said(database_url: str, tmp_path: Path) -> None:
    home = Home(tmp_path)
    home.environment["LUMINA_DATABASE_URL"] = database_url
    settings, messages = Settings(home=tmp_path, database_url=database_url), Messages()
    app = build(settings, pool_size=1, sender=messages, stages=stages)
    app.set_up_database()
    assert "There is no marketplace yet." in home.run("market", "cutout", code=1).stderr
    with app.store.transaction() as tx:
        here = market(tx, tmp_path / "market")
        (image,) = listings.save(tx, here.source_id, [listing(1, images=1)])
    app.work.run_stages(["download", "proxy"])
    while messages.waiting:
        app.engine.run_one(*messages.waiting.pop(0), Worker("test", "1/2"))

    assert "Model u2net is not installed" in home.run("market", "cutout", code=1).stderr
    with app.store.transaction() as tx:
        checks = {check.name: check for check in model_checks.examine(tx, app.models, "", "u2net")}
    check = checks["model-u2net"]
    assert check.sentence == "1 image can't be cut out: model u2net is missing."
    assert check.remedy == "Get it: lumina models pull u2net (176 MB)"
    assert "There is no marketplace 'etsy'." in home.run("market", "cutout", "--market", "etsy", code=1).stderr
    install_weights(tmp_path / "models", "u2netp")
    home.environment["LUMINA_CUTOUT_MODEL"] = "u2netp"
    assert home.run("market", "cutout", "--dry-run").stdout == "cutout: 1 images are due\n"
    found = home.call("market", "cutout")
    assert "1" in found.stdout
    with app.store.transaction() as tx:
        cut = cutouts.get(tx, image)
    assert cut is not None
    assert cut.model == "u2netp"
    assert app.derived.exists(RenditionKind.CUTOUT, cut.key or b"")
    assert home.run("market", "cutout").stdout == "Nothing is due.\n"
    assert home.json("market", "embed", "--dry-run", "--models", "clip-vit-b32")["images"] == {
        "embed:clip-vit-b32": 0,
        "embed:clip-vit-b32:cutout": 0,
        "embed:clip-vit-b32:text": 0,
    }
    assert (
        "Model clip-vit-b32 is not installed" in home.run("market", "embed", "--models", "clip-vit-b32", code=1).stderr
    )
    assert "There is no model 'clip'" in home.run("market", "embed", "--models", "clip", code=1).stderr
    app.close()

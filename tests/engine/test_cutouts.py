"""What becomes of a marketplace's images: cut out, embedded with and without background, found by what is said."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from lumina.bootstrap import App, Settings, build, parts
from lumina.domain.market import Market
from lumina.domain.values import RenditionKind
from lumina.domain.vectors import SpaceKind
from lumina.engine.plan import Planner
from lumina.errors import BadSetting
from lumina.files import picture
from lumina.inference.catalogue import entry
from lumina.inference.install import install
from lumina.inference.models import Models
from lumina.stages.download import Download
from lumina.stages.embed import Embed
from lumina.stages.proxy import Proxy
from lumina.store import Store, cutouts, jobs, listing_words, listings, spaces, vectors
from lumina.store.ledger import Worker
from lumina.vision.cutout import on_white
from tests.support.market import listing, market
from tests.support.messages import Messages
from tests.support.products import fetched
from tests.support.tiny_models import install_tiny, tiny
from tests.support.weights import weights

pytestmark = [pytest.mark.integration, pytest.mark.timeout(90)]

CLIP, DINO = "clip-vit-b32", "dinov2-base"


class House:
    """Lumina with a marketplace of two listings, real cut-outs, and encoders in miniature."""

    def __init__(self, store: Store, database_url: str, home: Path, cutout_model: str = "u2netp") -> None:
        self.store, self.sender = store, Messages()
        settings = Settings(home=home, database_url=database_url, cutout_model=cutout_model)
        self.app: App = build(settings, pool_size=1, sender=self.sender, stages=self.stages)
        self.app.set_up_database()

    @staticmethod
    def stages(derived: Any, models: Models) -> list[Any]:
        embeds = [Embed(known, models) for known in models.entries() if known.embeds]
        return [Download(fetched), Proxy(derived), *embeds]

    def fill(self, folder: Path) -> tuple[Market, list[int]]:
        """Two listings; the images in the order of the marketplace's numbers, 11, 12, 21."""
        with self.store.transaction() as tx:
            here = market(tx, folder)
            listings.save(tx, here.source_id, [listing(1), listing(2, images=1)])
            rows = tx.rows("SELECT image_id FROM listing_image ORDER BY remote_id")
        self.images = [row["image_id"] for row in rows]
        return here, self.images

    def run(self, *stages: str) -> None:
        self.app.work.run_stages(stages)
        self.work()

    def work(self) -> None:
        while self.sender.waiting:
            self.app.engine.run_one(*self.sender.waiting.pop(0), Worker("test", "1/2"))

    def standing(self, stage: str) -> list[tuple[int, str | None]]:
        with self.store.transaction() as tx:
            rows = tx.rows(
                """SELECT status, note FROM stage_state s
                JOIN stage g ON g.id = s.stage_id JOIN listing_image USING (image_id)
                WHERE g.name = :stage ORDER BY remote_id""",
                stage=stage,
            )
        return [(row["status"], row["note"]) for row in rows]

    def vectors(self, model: str, kind: SpaceKind) -> np.ndarray:
        with self.store.transaction() as tx:
            space = spaces.live(tx, model, kind)
            assert space is not None
            ids, matrix = vectors.load(tx, space)
        assert ids.tolist() == sorted(self.images)
        return matrix[np.searchsorted(ids, self.images)].astype(np.float32)

    def keys(self, images: Sequence[int]) -> dict[int, bytes]:
        with self.store.transaction() as tx:
            return dict(cutouts.keys(tx, images))


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A home with a catalogue of four models: two encoders in miniature, and one cut-out network under two names."""
    small = entry("u2netp")
    known = (tiny(CLIP), tiny(DINO), small, replace(small, name="u2net"))
    install_tiny(tmp_path / "models", CLIP, DINO)
    for each in known[2:]:
        install(tmp_path / "models", each, {small.files[0].path: weights(small)}, "test")
    usual = parts.models_of
    monkeypatch.setattr(parts, "models_of", lambda s: (Models(s.home / "models", entries=known), usual(s)[1]))
    return tmp_path


@pytest.fixture
def decodes(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Sides to which proxies were decoded; 0 for a cut-out, which is decoded whole."""
    sides: list[int] = []
    opened = picture.open_source

    def counting(*given: Any) -> Any:
        source = opened(*given)
        decode = source.decode

        def decoded(side: int) -> Any:
            sides.append(side)
            return decode(side)

        source.decode = decoded
        return source

    def whitened(data: bytes) -> Any:
        sides.append(0)
        return on_white(data)

    monkeypatch.setattr(picture, "open_source", counting)
    monkeypatch.setattr(picture, "on_white", whitened)
    return sides


def test_a_marketplaces_images_go_through_all_stages(
    store: Store, database_url: str, home: Path, decodes: list[int]
) -> None:
    house = House(store, database_url, home)
    here, images = house.fill(home / "market")
    house.run("download", "proxy")
    assert decodes == []
    house.run(f"embed:{CLIP}", f"embed:{DINO}")
    assert len(decodes) == 3, "one decode of each picture serves all models"
    house.run("cutout")
    refused = "Nothing was cut out: what stands out from the background is 0.4% of the picture."
    assert house.standing("cutout") == [(1, None), (1, None), (1, refused)]
    keys = house.keys(images)
    assert sorted(keys) == sorted(images[:2])
    assert all(house.app.derived.exists(RenditionKind.CUTOUT, key) for key in keys.values())
    decodes.clear()
    house.run()
    assert sorted(decodes) == [0, 0, 1440], "one decode of each cut-out, too, and of the refused one's proxy"
    for name in (f"embed:{CLIP}:cutout", f"embed:{DINO}:cutout", f"embed:{CLIP}:text"):
        assert house.standing(name) == [(1, None)] * 3, name
    assert f"embed:{DINO}:text" not in house.app.registry.names, "it knows no words"
    with store.transaction() as tx:
        found = {spaces.stage(space): spaces.size(tx, space) for space in spaces.every(tx)}
        assert spaces.is_complete(tx, spaces.every(tx)[-1])
    names = (f"embed:{CLIP}", f"embed:{DINO}", f"embed:{CLIP}:cutout", f"embed:{DINO}:cutout", f"embed:{CLIP}:text")
    assert found == dict.fromkeys(names, 3)
    whole, cut = house.vectors(CLIP, SpaceKind.IMAGE), house.vectors(CLIP, SpaceKind.CUTOUT)
    np.testing.assert_array_equal(whole[2], cut[2], "where nothing was cut out, the whole picture stands for itself")
    assert (np.abs(whole[:2] - cut[:2]).max(axis=1) > 0.01).all()
    said = house.vectors(CLIP, SpaceKind.TEXT)
    np.testing.assert_array_equal(said[0], said[1], "images of one listing")
    alone = house.app.models.text_encoder(CLIP).encode_text(["Product 2. made, by hand"])
    np.testing.assert_allclose(said[2], alone[0], atol=2e-3)

    with store.transaction() as tx:
        listings.save(tx, here.source_id, [listing(1, title="A vase"), listing(2, images=1)])
    assert house.standing(f"embed:{CLIP}:text") == [(3, None), (3, None), (1, None)]
    assert house.standing(f"embed:{CLIP}") == [(1, None)] * 3, "what is shown is the same"
    planner = Planner(house.app.registry, house.app.dispatcher)
    with store.transaction() as tx:
        outdated = listing_words.outdated(tx, here.source_id, [1, 2])
        assert outdated == sorted(images[:2])
        planner.words(tx, jobs.create(tx, "market-sync", None, {}, priority=0).id, outdated)
    house.work()
    assert house.standing(f"embed:{CLIP}:text") == [(1, None)] * 3
    changed = house.vectors(CLIP, SpaceKind.TEXT)
    assert np.abs(changed[0] - said[0]).max() > 0.01
    np.testing.assert_array_equal(changed[2], said[2])

    with store.transaction() as tx:
        listings.save(tx, here.source_id, [listing(1, title=" ", tags=())])
    house.images = images[2:]  # those of which something is said
    np.testing.assert_array_equal(house.vectors(CLIP, SpaceKind.TEXT), said[2:])
    house.run(f"embed:{CLIP}:text")
    nothing = "Its listing has neither a title nor tags, as far as is known."
    assert house.standing(f"embed:{CLIP}:text") == [(2, nothing), (2, nothing), (1, None)]
    np.testing.assert_array_equal(house.vectors(CLIP, SpaceKind.TEXT), said[2:])


def test_another_model_makes_cut_outs_due_again_and_then_their_vectors(
    store: Store, database_url: str, home: Path
) -> None:
    house = House(store, database_url, home)
    _, images = house.fill(home / "market")
    house.run()
    before = house.keys(images)
    again = House(store, database_url, home)
    assert again.standing("cutout")[0] == (1, None), "the same model: nothing is due"
    with store.transaction() as tx:
        tx.execute("UPDATE cutout SET model = 'elsewhere' WHERE image_id = :id", id=images[1])
    other = House(store, database_url, home, cutout_model="u2net")
    assert [status for status, _ in other.standing("cutout")] == [3, 1, 3], "one came from elsewhere and stays"
    other.run("cutout")
    after = other.keys(images)
    assert after[images[0]] != before[images[0]]
    assert after[images[1]] == before[images[1]]
    assert [status for status, _ in other.standing("cutout")] == [1, 1, 1]
    stale = [status for status, _ in other.standing(f"embed:{CLIP}:cutout")]
    assert stale == [3, 1, 1], "the refused one looks as before"
    other.run()
    assert other.standing(f"embed:{CLIP}:cutout") == [(1, None)] * 3
    with store.transaction() as tx:
        assert cutouts.counts(tx) == {"u2net": 2, "elsewhere": 1}


def test_a_model_that_cuts_nothing_out_is_no_setting(database_url: str, home: Path) -> None:
    settings = Settings(home=home, database_url=database_url, cutout_model=DINO)
    with pytest.raises(BadSetting, match=r"cutout_model: Model dinov2-base cuts nothing out; .* u2netp, u2net"):
        build(settings, pool_size=1, sender=Messages(), stages=House.stages)

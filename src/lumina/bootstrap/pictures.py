"""How images are opened for their stages."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path

from lumina.config import Settings
from lumina.domain.market import ListingWords, RemoteImage
from lumina.domain.picture import Picture, PictureError
from lumina.domain.stage import Reads
from lumina.domain.values import RenditionKind
from lumina.engine.work import Opener
from lumina.errors import NotFound
from lumina.files import names
from lumina.files.derived import DerivedStore
from lumina.files.picture import CutoutPicture, MasterPicture, ProxyPicture
from lumina.files.vault import Vault
from lumina.store import (
    Transaction,
    catalogs,
    cutouts,
    downloads,
    listing_words,
)
from lumina.store.inputs import Input


def openers(settings: Settings, derived: DerivedStore) -> dict[Reads, Opener]:
    """What hands images of marketplaces to their stages."""
    return {
        Reads.REMOTE: partial(_remote, settings.node),
        Reads.CUTOUT: partial(_cutouts, derived),
        Reads.WORDS: _words,
    }


def _remote(node: str, tx: Transaction, images: Sequence[int]) -> Callable[[Input], RemoteImage]:
    """Where the images' files can be fetched."""
    known = downloads.remote_images(tx, images, node)

    def remote(source: Input) -> RemoteImage:
        if source.image_id not in known:
            raise PictureError("no-address", "No marketplace knows this picture.")
        return known[source.image_id]

    return remote


def _cutouts(derived: DerivedStore, tx: Transaction, images: Sequence[int]) -> Callable[[Input], Picture]:
    """Pictures without their background; the whole proxy where nothing could be cut out."""
    keys = cutouts.keys(tx, images)

    def cutout(source: Input) -> Picture:
        if key := keys.get(source.image_id):
            return CutoutPicture(source.image_id, derived.path(RenditionKind.CUTOUT, key))
        return ProxyPicture(source.image_id, derived.path(RenditionKind.PROXY, source.proxy_key))

    return cutout


def _words(tx: Transaction, images: Sequence[int]) -> Callable[[Input], ListingWords]:
    """What the images' listings say."""
    known = listing_words.of_images(tx, images)
    return lambda source: ListingWords(source.image_id, known.get(source.image_id, ""))


def open_pictures(
    settings: Settings, derived: DerivedStore, tx: Transaction, proxies: bool
) -> Callable[[Input], Picture]:
    """How images are opened: from the vault, or, for stages that follow the proxy, from the derived files."""
    vault = Vault({source: Path(names.native(path)) for source, path in catalogs.roots(tx, settings.node).items()})
    max_pixels = settings.max_megapixels * 1_000_000

    def master(source: Input) -> Picture:
        try:
            path = vault.path(source.source_id, source.path)
            sidecars = [vault.path(source.source_id, side) for side in source.sidecars]
        except NotFound as error:
            raise PictureError("vanished", str(error), retryable=True) from None
        return MasterPicture(source.image_id, path, kind=source.kind, sidecars=sidecars, max_pixels=max_pixels)

    def proxy(source: Input) -> Picture:
        return ProxyPicture(source.image_id, derived.path(RenditionKind.PROXY, source.proxy_key))

    return proxy if proxies else master

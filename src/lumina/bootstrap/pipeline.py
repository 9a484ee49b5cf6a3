"""The stages of this program, made of its settings."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from lumina.config import Settings
from lumina.domain.stage import Reads
from lumina.engine.recognisers import Recognisers
from lumina.engine.registry import AnyStage
from lumina.errors import BadSetting, NotFound
from lumina.files import arrived
from lumina.files.derived import DerivedStore
from lumina.inference.models import Models
from lumina.remote.images.fetcher import Fetcher
from lumina.remote.images.limits import Limits
from lumina.services.killfiles import KillFiles
from lumina.stages.checksum import Checksum
from lumina.stages.cutout import Cutout
from lumina.stages.download import Download
from lumina.stages.embed import Embed, EmbedBuiltIn, EmbedCutout, EmbedListings
from lumina.stages.embed_words import EmbedWords
from lumina.stages.hash import Hash
from lumina.stages.metadata import Metadata
from lumina.stages.proxy import Proxy
from lumina.stages.quality import Quality
from lumina.stages.tag import Tag
from lumina.stages.thumbnail import Thumbnail


def stages(derived: DerivedStore, models: Models) -> tuple[AnyStage, ...]:
    """Every stage, in the order in which those of one group run. A new stage is one line here."""
    return (
        Checksum(),
        Metadata(),
        Proxy(derived),
        Thumbnail(derived),
        Hash(),
        Quality(),
        *(Embed(entry, models) for entry in models.entries() if entry.embeds and not entry.built_in),
    )


def with_download(settings: Settings, stages: Sequence[AnyStage]) -> tuple[AnyStage, ...]:
    """The stages, and the one that fetches images of marketplaces, where there are those of masters."""
    if Checksum.name not in {stage.name for stage in stages}:
        return tuple(stages)
    fetcher = Fetcher(
        partial(arrived.examine, max_pixels=settings.max_megapixels * 1_000_000),
        Limits(
            parallel=settings.downloads,
            largest=settings.download_megabytes * 1_000_000,
            seconds=0.75 * settings.item_seconds,
        ),
        stop=partial(KillFiles(settings.home).stops, Download.name),
    )
    return (Download(fetcher.fetch), *stages)


def with_listings(
    settings: Settings, stages: Sequence[AnyStage], derived: DerivedStore, models: Models
) -> tuple[AnyStage, ...]:
    """The stages, and those for images of marketplaces alone, where there is one that fetches them."""
    try:
        models.matting(settings.cutout_model)
    except NotFound as error:
        raise BadSetting(f"cutout_model: {error}") from None
    if not any(stage.reads is Reads.REMOTE for stage in stages):
        return tuple(stages)
    wanted = settings.models.split(",")
    entries = [entry for entry in models.entries() if entry.embeds and not entry.built_in]
    built_in = [entry for entry in models.entries() if entry.built_in]
    return (
        *stages,
        *((EmbedBuiltIn if entry.name in wanted else EmbedListings)(entry, models) for entry in built_in),
        Cutout(derived, models, settings.cutout_model),
        *(EmbedCutout(entry, models) for entry in entries),
        *(EmbedWords(entry, models) for entry in entries if entry.text is not None),
    )


def with_tags(stages: Sequence[AnyStage], recognisers: Recognisers) -> tuple[AnyStage, ...]:
    """The stages, and the one that tags by what the tagging model's stage has embedded, where there is that."""
    tag = Tag(recognisers.model, partial(recognisers.models.waiting, recognisers.model), recognisers.of)
    return (*stages, tag) if set(tag.needs) <= {stage.name for stage in stages} else tuple(stages)

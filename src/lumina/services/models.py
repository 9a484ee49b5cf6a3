"""The models: how each stands, and what is asked for when one comes or goes."""

from __future__ import annotations

from collections.abc import Container, Iterable, Mapping, Sequence
from dataclasses import dataclass

from lumina.domain.model import ModelEntry, ModelState, Terms
from lumina.domain.work import Job
from lumina.inference import manifest
from lumina.inference.models import Models
from lumina.remote.hub import Hub
from lumina.remote.progress import Progress
from lumina.services.work import WorkService
from lumina.store import Transaction, browse, cutouts, markets
from lumina.store import coverage as ledger

PULLING = "pulling"
TAG = "tag"
"""The stage that applies what the tagging model has been taught."""


@dataclass(frozen=True, slots=True)
class ModelView:
    """One model, as people see it.

    Attributes:
        terms: of its own, to be accepted before it is downloaded; None where the licence is free.
        terms_accepted: whether they have been.
        kind: what it can do: `image`, `text`, `classifier`; or `matting`.
        dimensions: of its vectors; 0 where it makes none.
        size: bytes to download, or that are installed.
        state: `installed`, `missing`, `broken`, `pulling`.
        detail: one sentence for a person: what is missing or wrong; "" where all is well.
        problem: why the last download failed, in a sentence; "" where it has not, or the model has come since.
        provider: what it runs on; "" where it is not installed.
        warning: one sentence, where that is not what was asked for.
        enabled: whether a setting wants it.
        embedded: images that have its vector, or were cut out by it.
        progress: of a download that goes on, or was broken off and will go on from there.
    """

    name: str
    title: str
    licence: str
    terms: Terms | None
    terms_accepted: bool
    kind: tuple[str, ...]
    dimensions: int
    size: int
    state: str
    detail: str
    problem: str
    provider: str
    warning: str
    enabled: bool
    embedded: int
    progress: Progress | None


CUTOUT = "cutout"
"""The stage that cuts products out."""


def stage(name: str) -> str:
    """Name of the stage that embeds images with this model."""
    return f"embed:{name}"


def stages_of(models: Models, name: str, tag_model: str, cutout_model: str) -> list[str]:
    """Stages that can run when this model has come, and those that follow them."""
    if models.entry(name).embeds:
        own = stage(name)
        return [own, f"{own}:cutout", f"{own}:text", *([TAG] if name == tag_model else [])]
    if name != cutout_model:
        return []
    return [CUTOUT, *(f"{stage(entry.name)}:cutout" for entry in models.entries() if entry.embeds)]


def names(setting: str) -> tuple[str, ...]:
    """The models that the setting `models` wants."""
    return tuple(name for name in setting.split(",") if name)


def wanted(tx: Transaction, setting: str, cutout_model: str) -> tuple[str, ...]:
    """The models that settings want: those of `models`, and, where there is a marketplace, the one that cuts out."""
    return (*names(setting), *([cutout_model] if markets.every(tx) else []))


def used_images(tx: Transaction, entries: Iterable[ModelEntry]) -> dict[str, int]:
    """Images that have a vector of each model's present version, or its cut-out; models without any are left out."""
    entries = tuple(entries)
    versions = {stage(entry.name): entry.version for entry in entries if entry.embeds}
    found = cutouts.counts(tx)
    for (_, name), counts in ledger.counts(tx, versions).items():
        model = name.removeprefix(stage(""))
        found[model] = found.get(model, 0) + counts.done
    return found


def listed(
    models: Models,
    hub: Hub,
    wanted: Iterable[str],
    counts: Mapping[str, int],
    problems: Mapping[str, str] | None = None,
    running: Container[str] = (),
) -> list[ModelView]:
    """All models of the catalogue.

    Args:
        models: of this process.
        hub: where they come from.
        wanted: names of those that the settings want.
        counts: from `used_images`.
        problems: name -> why the last download failed.
        running: names of those that this process downloads.
    """
    enabled, failed = frozenset(wanted), problems or {}
    return [
        _view(
            models,
            entry,
            hub.progress(entry),
            enabled=entry.name in enabled,
            embedded=counts.get(entry.name, 0),
            pulling=entry.name in running or hub.pulling(entry.name),
            problem=failed.get(entry.name, ""),
        )
        for entry in models.entries()
    ]


def _view(
    models: Models,
    entry: ModelEntry,
    progress: Progress | None,
    *,
    enabled: bool,
    embedded: int,
    pulling: bool,
    problem: str,
) -> ModelView:
    standing = models.standing(entry.name)
    known = manifest.read_or_none(models.folder(entry.name))
    state = PULLING if pulling else standing.state.value
    if pulling or standing.state is ModelState.INSTALLED:
        problem = ""
    size = sum(file.size for file in known.files.values()) if known else entry.size
    return ModelView(
        name=entry.name,
        title=entry.title,
        licence=entry.licence,
        terms=entry.terms,
        terms_accepted=bool(entry.terms and known and known.terms_accepted == entry.terms.title),
        kind=entry.kinds,
        dimensions=entry.dimensions,
        size=size,
        state=state,
        detail="" if pulling else problem or standing.detail,
        problem=problem,
        provider=standing.provider,
        warning=standing.warning,
        enabled=enabled,
        embedded=embedded,
        progress=progress,
    )


def follow(work: WorkService, stages: Sequence[str]) -> Job | None:
    """Ask for what a model that has come makes possible: vectors of the images, their tags, cut-outs.

    None where there are no images yet, since the first scan does it all, or where nothing follows.

    Args:
        work: where to ask.
        stages: from `stages_of`.
    """
    known = [name for name in stages if name in work.registry.names]
    with work.store.transaction() as tx:
        if not known or not browse.catalog_ids(tx):
            return None
    return work.run_stages(known)


def usable(models: Models, name: str) -> bool:
    """Whether a model is installed and nothing is known against it."""
    return models.standing(name).state is ModelState.INSTALLED


def megabytes(size: int) -> str:
    """`605 MB`, `1.7 GB`."""
    return f"{size / 1e9:.1f} GB" if size >= 1e9 else f"{max(1, round(size / 1e6)):,} MB"

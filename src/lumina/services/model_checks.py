"""What the models mean for the images, in plain words: for the doctor and for `lumina status`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from lumina.domain.model import ModelEntry, ModelState, Standing
from lumina.inference.models import Models
from lumina.services.doctor import Check
from lumina.services.models import megabytes, used_images, wanted
from lumina.services.wording import images as counted
from lumina.store import Transaction
from lumina.store import coverage as ledger


def examine(tx: Transaction, models: Models, setting: str, cutout_model: str) -> list[Check]:
    """A check for each model that somebody wants or has; nothing of the others.

    Args:
        tx: the database.
        models: of this process.
        setting: the setting `models`.
        cutout_model: the setting of that name.
    """
    asked = wanted(tx, setting, cutout_model)
    lacking = [
        entry
        for entry in models.entries()
        if entry.name in asked and models.standing(entry.name).state is ModelState.MISSING
    ]
    catalogs = ledger.catalogs(tx) if lacking else []
    counts = used_images(tx, lacking) if catalogs else {}
    waiting = {
        entry.name: sum(catalog.images for catalog in catalogs if entry.embeds or catalog.of_market)
        - counts.get(entry.name, 0)
        for entry in lacking
    }
    return list(_checks(models, asked, waiting))


def _checks(models: Models, wanted: tuple[str, ...], waiting: Mapping[str, int]) -> Iterator[Check]:
    known = {entry.name for entry in models.entries()}
    for name in wanted:
        if name not in known:
            sentence = f"The setting models names {name!r}, which Lumina does not know."
            yield Check(f"model-{name}", "Model", "warning", sentence, f"Models are {', '.join(sorted(known))}.")
    for entry in models.entries():
        standing = models.standing(entry.name)
        if standing.state is ModelState.MISSING:
            if (images := waiting.get(entry.name, 0)) > 0:
                yield _missing(entry, images)
        else:
            yield _installed(entry, standing)


def _missing(entry: ModelEntry, waiting: int) -> Check:
    return Check(
        f"model-{entry.name}",
        "Model",
        "warning",
        f"{counted(waiting)} can't be {_purpose(entry)}: model {entry.name} is missing.",
        f"Get it: lumina models pull {entry.name} ({megabytes(entry.size)})",
    )


def _installed(entry: ModelEntry, standing: Standing) -> Check:
    name, title = f"model-{entry.name}", "Model"
    if standing.state is ModelState.BROKEN:
        return Check(name, title, "failed", standing.detail, f"lumina models pull {entry.name}")
    if standing.warning:
        remedy = "Install what it needs, or choose the setting execution to match."
        return Check(name, title, "warning", f"Model {entry.name}: {standing.warning}", remedy)
    return Check(name, title, "ok", f"Model {entry.name} is installed and runs on the {standing.provider}.")


def _purpose(entry: ModelEntry) -> str:
    if not entry.embeds:
        return "cut out"
    if entry.text is not None:
        return "searched by what they show"
    if entry.classifier is not None:
        return "tagged by themselves"
    return "compared by what they show"

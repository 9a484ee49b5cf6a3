"""What the models mean for the images, in plain words: for the doctor and for `lumina status`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from lumina.domain.model import ModelEntry, ModelState, Standing
from lumina.inference.models import Models
from lumina.services.doctor import Check
from lumina.services.models import embedded_images, megabytes, names
from lumina.services.wording import images as counted
from lumina.store import Transaction
from lumina.store import coverage as ledger


def examine(tx: Transaction, models: Models, wanted: str) -> list[Check]:
    """A check for each model that somebody wants or has; nothing of the others.

    Args:
        tx: the database.
        models: of this process.
        wanted: the setting `models`.
    """
    lacking = [
        entry
        for entry in models.entries()
        if entry.name in names(wanted) and models.standing(entry.name).state is ModelState.MISSING
    ]
    images = sum(catalog.images for catalog in ledger.catalogs(tx)) if lacking else 0
    counts = embedded_images(tx, lacking) if images else {}
    return list(_checks(models, names(wanted), images, counts))


def _checks(models: Models, wanted: tuple[str, ...], images: int, counts: Mapping[str, int]) -> Iterator[Check]:
    known = {entry.name for entry in models.entries()}
    for name in wanted:
        if name not in known:
            sentence = f"The setting models names {name!r}, which Lumina does not know."
            yield Check(f"model-{name}", "Model", "warning", sentence, f"Models are {', '.join(sorted(known))}.")
    for entry in models.entries():
        standing = models.standing(entry.name)
        waiting = max(0, images - counts.get(entry.name, 0))
        if standing.state is ModelState.MISSING:
            if entry.name in wanted and waiting:
                yield _missing(entry, waiting)
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
    if entry.text is not None:
        return "searched by what they show"
    if entry.classifier is not None:
        return "tagged by themselves"
    return "compared by what they show"

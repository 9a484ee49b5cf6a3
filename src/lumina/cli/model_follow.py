"""What follows when a model has come: the images are embedded, without a restart."""

from __future__ import annotations

import typer

from lumina.cli.output import note
from lumina.cli.session import app as open_app
from lumina.cli.session import settings
from lumina.errors import LuminaError


def follow(context: typer.Context, name: str) -> str | None:
    """Ask the running Lumina to embed the images; returns the job's id, None where nothing runs or nothing is there."""
    from lumina.bootstrap import models_of
    from lumina.services import models
    from lumina.supervisor.home import HomeLock

    given = settings(context)
    stages = models.stages_of(models_of(given)[0], name, given.tag_model, given.cutout_model)
    if not stages:
        note(f"To use it for cut-outs, set cutout_model to {name} (now {given.cutout_model}).")
        return None
    if HomeLock(given.home).running() is None and not given.database_url:
        note(f"`lumina up`, or `lumina run {stages[0]}`, lets it see the images.")
        return None
    try:
        with open_app(context) as app:
            job = models.follow(app.work, stages)
    except LuminaError as error:
        note(f"The images could not be asked for: {error} `lumina run {stages[0]}` does it later.")
        return None
    if job is not None:
        note(f"Job {job.id}: Lumina lets it see the images.")
    return None if job is None else str(job.id)

"""What follows when a model has come: the images are embedded, without a restart."""

from __future__ import annotations

import typer

from lumina.cli.output import note
from lumina.cli.session import app as open_app
from lumina.cli.session import settings
from lumina.errors import LuminaError


def follow(context: typer.Context, name: str) -> str | None:
    """Ask the running Lumina to embed the images; returns the job's id, None where nothing runs or nothing is there."""
    from lumina.services import models
    from lumina.supervisor.home import HomeLock

    given = settings(context)
    if HomeLock(given.home).running() is None and not given.database_url:
        note(f"`lumina up`, or `lumina run {models.stage(name)}`, embeds the images with it.")
        return None
    try:
        with open_app(context) as app:
            job = models.embed(app.work, name, given.tag_model)
    except LuminaError as error:
        note(f"The images could not be asked for: {error} `lumina run {models.stage(name)}` does it later.")
        return None
    if job is not None:
        note(f"Job {job.id}: Lumina embeds the images with it.")
    return None if job is None else str(job.id)

"""`lumina models`: the networks that see what images show. Nothing is ever downloaded without being asked for."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from lumina.cli import model_export, model_import, model_pull, model_verify
from lumina.cli.output import emit, emit_json, note, plain, table
from lumina.cli.session import app as open_app
from lumina.cli.session import settings

if TYPE_CHECKING:
    from lumina.bootstrap import Settings
    from lumina.services.models import ModelView

app = typer.Typer(help="Models: which there are, and getting them.", no_args_is_help=True)
app.command(name="pull")(model_pull.pull)
app.command(name="import")(model_import.take_in)
app.command(name="verify")(model_verify.verify)
app.command(name="export")(model_export.export)


@app.command(name="list")
def listed(
    context: typer.Context,
    files: Annotated[bool, typer.Option("--files", help="Also each model's files, and where they come from.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="JSON on stdout.")] = False,
) -> None:
    """Show all models: how each stands, its size and licence, and how many images it has embedded."""
    found = _views(context)
    if as_json:
        emit_json({"models": plain(found)} | ({"files": _files(context)} if files else {}))
        return
    rows = [_row(view) for view in found]
    emit(table(["model", "state", "size", "licence", "for", "runs on", "wanted", "images"], rows))
    for view in found:
        if view.warning or (view.detail and (view.state == "broken" or view.enabled)):
            note(view.warning or view.detail)
    if files:
        for name, places in _files(context).items():
            emit("\n".join([f"\n{name}", *(f"  {path}  {place}" for path, place in places.items())]))


@app.command()
def remove(
    context: typer.Context,
    name: Annotated[str, typer.Argument(metavar="NAME")],
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say what would be deleted.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="JSON on stdout.")] = False,
) -> None:
    """Delete a model's files. The vectors that it made stay, and are used again when it comes back."""
    from lumina.bootstrap import models_of
    from lumina.services.models import megabytes

    models, hub = models_of(settings(context))
    freed = hub.remove(models.entry(name).name, dry_run=dry_run)
    if as_json:
        emit_json({"dry_run": dry_run, "name": name, "freed": freed})
    elif not freed:
        note(f"Model {name} is not installed.")
    else:
        emit(f"{'Would delete' if dry_run else 'Deleted'} model {name}: {megabytes(freed)}")


def _views(context: typer.Context) -> list[ModelView]:
    from lumina.bootstrap import models_of
    from lumina.services import models as service

    given = settings(context)
    models, hub = models_of(given)
    counts: dict[str, int] = {}
    wanted = service.names(given.models)
    if _has_database(given):
        with open_app(context) as lumina, lumina.store.transaction() as tx:
            counts = service.used_images(tx, models.entries())
            wanted = service.wanted(tx, given.models, given.cutout_model)
    return service.listed(models, hub, wanted, counts)


def _has_database(given: Settings) -> bool:
    """A home that has none yet does not get one for the sake of a list."""
    return bool(given.database_url) or (given.home / "postgres" / "data").is_dir()


def _row(view: ModelView) -> list[object]:
    from lumina.services.models import megabytes

    state: str = view.state
    if view.progress is not None:
        state += f" {view.progress.done * 100 // max(1, view.progress.total)} %"
    wanted = "yes" if view.enabled else ""
    purpose = "cut-outs" if "matting" in view.kind else ", ".join(view.kind)
    return [view.name, state, megabytes(view.size), view.licence, purpose, view.provider, wanted, view.embedded]


def _files(context: typer.Context) -> dict[str, dict[str, str]]:
    from lumina.bootstrap import models_of

    models, _ = models_of(settings(context))
    return {
        entry.name: {file.path: file.url or f"{file.package} {file.member}" for file in entry.files}
        for entry in models.entries()
    }

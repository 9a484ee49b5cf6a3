"""`lumina albums`: list, create, rename, remove, add, take."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from lumina.cli.images_given import given_images
from lumina.cli.output import emit, emit_json, plain, table
from lumina.cli.session import album_id, catalog_id
from lumina.cli.session import app as open_app

if TYPE_CHECKING:
    from uuid import UUID

    from lumina.bootstrap import App
    from lumina.domain.album import Album
    from lumina.domain.curation import Action
    from lumina.store import Transaction

app = typer.Typer(help="Albums: list, create, rename, remove, add images, take them out.", no_args_is_help=False)
AsJson = Annotated[bool, typer.Option("--json", help="JSON on stdout.")]
DryRun = Annotated[bool, typer.Option("--dry-run", help="Say what would change.")]
CatalogName = Annotated[str | None, typer.Option(help="The catalog (name or id).")]
AlbumName = Annotated[str, typer.Argument(metavar="ALBUM", help="Name or number.")]
Images = Annotated[list[str], typer.Argument(metavar="IMAGE...", help="Numbers, paths of files, or folders.")]


@app.callback(invoke_without_command=True)
def default(context: typer.Context, as_json: AsJson = False) -> None:
    """Albums: list, create, rename, remove, add images, take them out."""
    if context.invoked_subcommand is None:
        listed(context, catalog=None, as_json=as_json)


@app.command("list")
def listed(context: typer.Context, catalog: CatalogName = None, as_json: AsJson = False) -> None:
    """All albums, by name. `lumina images --album` lists what is in one."""
    from lumina.services import albums

    with open_app(context) as lumina:
        only = catalog_id(lumina, catalog)
        with lumina.store.transaction() as tx:
            found = albums.listed(tx, only)
    if as_json:
        emit_json({"albums": plain(found)})
    elif not found:
        emit("No albums; `lumina albums create NAME` makes one.")
    else:
        emit(table(["album", "images", "name"], [[str(a.id), a.images, a.name] for a in found]))


@app.command()
def create(
    context: typer.Context,
    name: Annotated[str, typer.Argument(help="Its name.")],
    images: Annotated[list[str] | None, typer.Argument(metavar="[IMAGE]...", help="What comes into it.")] = None,
    catalog: CatalogName = None,
    dry_run: DryRun = False,
    as_json: AsJson = False,
) -> None:
    """Make an album."""
    from lumina.services import albums
    from lumina.services.attempt import attempt

    with open_app(context) as lumina:
        owner = _catalog(lumina, catalog)

        def make(tx: Transaction) -> tuple[Album, Action | None]:
            return albums.create(tx, owner, name, given_images(tx, images or []))

        made = attempt(lumina.store, make, dry_run=dry_run)
    _say(made[1], made[0], dry_run=dry_run, as_json=as_json)


@app.command()
def rename(
    context: typer.Context,
    album: AlbumName,
    name: Annotated[str, typer.Argument(help="Its new name.")],
    catalog: CatalogName = None,
    dry_run: DryRun = False,
    as_json: AsJson = False,
) -> None:
    """Give an album another name."""
    from lumina.services import albums
    from lumina.services.attempt import attempt

    with open_app(context) as lumina:
        number = _album(lumina, album, catalog)
        done = attempt(lumina.store, lambda tx: albums.rename(tx, number, name), dry_run=dry_run)
    _say(done[1], done[0], dry_run=dry_run, as_json=as_json)


@app.command()
def remove(
    context: typer.Context,
    album: AlbumName,
    catalog: CatalogName = None,
    dry_run: DryRun = False,
    as_json: AsJson = False,
) -> None:
    """Remove an album; its images stay."""
    from lumina.services import albums
    from lumina.services.attempt import attempt

    with open_app(context) as lumina:
        number = _album(lumina, album, catalog)
        action = attempt(lumina.store, lambda tx: albums.remove(tx, number), dry_run=dry_run)
    _say(action, None, dry_run=dry_run, as_json=as_json)


@app.command()
def add(
    context: typer.Context,
    album: AlbumName,
    images: Images,
    catalog: CatalogName = None,
    dry_run: DryRun = False,
    as_json: AsJson = False,
) -> None:
    """Put images into an album."""
    _fill(context, album, images, catalog, adding=True, dry_run=dry_run, as_json=as_json)


@app.command()
def take(
    context: typer.Context,
    album: AlbumName,
    images: Images,
    catalog: CatalogName = None,
    dry_run: DryRun = False,
    as_json: AsJson = False,
) -> None:
    """Take images out of an album."""
    _fill(context, album, images, catalog, adding=False, dry_run=dry_run, as_json=as_json)


def _fill(
    context: typer.Context,
    album: str,
    images: list[str],
    catalog: str | None,
    *,
    adding: bool,
    dry_run: bool,
    as_json: bool,
) -> None:
    from lumina.services import albums
    from lumina.services.attempt import attempt

    with open_app(context) as lumina:
        number = _album(lumina, album, catalog)

        def fill(tx: Transaction) -> tuple[Action | None, Album]:
            ids = given_images(tx, images)
            done = albums.fill(tx, number, add=ids if adding else (), remove=() if adding else ids)
            return done.action, albums.get(tx, number)

        done = attempt(lumina.store, fill, dry_run=dry_run)
    _say(*done, dry_run=dry_run, as_json=as_json)


def _album(lumina: App, given: str, catalog: str | None) -> int:
    found = album_id(lumina, given, catalog_id(lumina, catalog))
    assert found is not None
    return found


def _catalog(lumina: App, given: str | None) -> UUID:
    """The catalog that was named, or the only one there is."""
    from lumina.errors import BadInput
    from lumina.store import catalogs

    if (named := catalog_id(lumina, given)) is not None:
        return named
    with lumina.store.transaction() as tx:
        found = catalogs.every(tx)
    if len(found) != 1:
        raise BadInput(f"--catalog is needed: there are {len(found)} catalogs.")
    return found[0].id


def _say(action: Action | None, album: Album | None, *, dry_run: bool, as_json: bool) -> None:
    if as_json:
        emit_json({"dry_run": dry_run, "action": plain(action), "album": plain(album)})
    elif action is None:
        emit("Nothing to change: it is so already.")
    else:
        emit(f"{'Would have: ' if dry_run else ''}{action.title}" + (f" (album {album.id})" if album else ""))

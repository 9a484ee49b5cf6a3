"""What a verb works with: the settings, and Lumina's parts on a database that answers."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any
from uuid import UUID

import typer

from lumina.errors import NotFound

if TYPE_CHECKING:
    from lumina.bootstrap import App, Configuration, Settings


@dataclass
class Flags:
    """Settings given on the command line."""

    values: dict[str, Any] = field(default_factory=dict)


def configuration(context: typer.Context, **more: Any) -> Configuration:
    """The settings with their origins; `more` are the verb's own flags.

    Raises:
        BadSetting: one is unknown or bad.
    """
    from lumina.bootstrap import load

    flags = context.find_object(Flags) or Flags()
    return load({**flags.values, **{name: value for name, value in more.items() if value is not None}})


def settings(context: typer.Context, **more: Any) -> Settings:
    """The settings alone."""
    return configuration(context, **more).settings


@contextmanager
def app(context: typer.Context) -> Iterator[App]:
    """Lumina's parts for a short command. The embedded database is joined, or started for the moment."""
    from lumina.bootstrap import build

    with database(settings(context)) as ready:
        built = build(ready, pool_size=1)
        try:
            yield built
        finally:
            built.close()


@contextmanager
def database(given: Settings) -> Iterator[Settings]:
    """The settings with the URL of a database that has this version's schema.

    Raises:
        VersionMismatch: it was migrated by a newer Lumina.
    """
    if given.database_url:
        yield _with_schema(given, given.database_url)
        return
    from lumina.store.embedded import EmbeddedPostgres

    with EmbeddedPostgres(given.home, shared=True) as server:
        yield _with_schema(given, server.url)


def _with_schema(given: Settings, url: str) -> Settings:
    from lumina.bootstrap import build
    from lumina.store import Store, migrate

    ready = given.model_copy(update={"database_url": url})
    store = Store(url, pool_size=1)
    try:
        store.check()
        current = migrate.revision(store)
    finally:
        store.close()
    if current != migrate.head():
        built = build(ready, pool_size=1)
        built.set_up_database()
        built.close()
    return ready


def existing(path: Path) -> Path:
    """The absolute path of something that is there; otherwise a usage error that names it."""
    absolute = path.expanduser().absolute()
    if not absolute.exists():
        raise typer.BadParameter(f"{path} does not exist.", param_hint="PATH")
    return absolute


def album_id(app: App, given: str | None, catalog: UUID | None = None) -> int | None:
    """Number of the album that a person named by name or number; None where none was named.

    Raises:
        NotFound: there is none. Conflict: several catalogs have one of this name.
    """
    if given is None:
        return None
    from lumina.services import albums

    with app.store.transaction() as tx:
        return albums.find(tx, given, catalog)


def node_id(app: App, given: str | None) -> int | None:
    """Number of the node of the taxonomy that a person named by name, path or number; None where none was named.

    Raises:
        NotFound: there is none. Conflict: several have this name.
    """
    if given is None:
        return None
    from lumina.services import taxonomy

    with app.store.transaction() as tx:
        return taxonomy.resolve(tx, given)


def catalog_id(app: App, given: str | None) -> UUID | None:
    """Id of the catalog that a person named by name or id; None where none was named.

    Raises:
        NotFound: there is none.
    """
    if given is None:
        return None
    from lumina.store import catalogs

    with app.store.transaction() as tx:
        found = catalogs.named(tx, given)
        if found is not None:
            return found.id
        try:
            return catalogs.get(tx, UUID(given)).id
        except ValueError:
            raise NotFound(f"There is no catalog {given!r}.") from None

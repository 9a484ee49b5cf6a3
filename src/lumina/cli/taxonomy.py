"""`lumina taxonomy`: list, add, move, merge, rename, remove, export, import."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from lumina.cli.output import emit, emit_json, note, plain
from lumina.cli.session import app as open_app
from lumina.errors import BadInput

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from lumina.domain.taxonomy import Node
    from lumina.services.taxonomy import Edited
    from lumina.store import Transaction

app = typer.Typer(help="The tree of what images show: list, add, move, merge, rename, remove, export, import.")
AsJson = Annotated[bool, typer.Option("--json", help="JSON on stdout.")]
DryRun = Annotated[bool, typer.Option("--dry-run", help="Say what would change.")]
NodeName = Annotated[str, typer.Argument(metavar="NODE", help="Name, path such as vehicle/truck, or number.")]
TOP = "/"
"""Stands for the top of the tree."""


@app.callback(invoke_without_command=True)
def default(context: typer.Context, as_json: AsJson = False) -> None:
    """The tree of what images show: list, add, move, merge, rename, remove, export, import."""
    if context.invoked_subcommand is None:
        listed(context, node=None, empty=False, as_json=as_json)


@app.command("list")
def listed(
    context: typer.Context,
    node: Annotated[str | None, typer.Argument(metavar="[NODE]", help="Only this one and all below.")] = None,
    empty: Annotated[bool, typer.Option("--all", help="Those that no image has, too.")] = False,
    as_json: AsJson = False,
) -> None:
    """The tree, with the number of images that each node has."""
    from lumina.services import taxonomy
    from lumina.store import taxonomy as tree

    with open_app(context) as lumina, lumina.store.transaction() as tx:
        only = taxonomy.resolve(tx, node) if node is not None else None
        found = {n.id: n for n in tree.nodes(tx, empty=empty).values() if only is None or only in n.path}
    if as_json:
        emit_json({"nodes": plain(list(found.values()))})
    elif not found:
        emit("No image has a tag yet; --all shows all nodes.")
    else:
        emit("\n".join(_lines(found)))


def _lines(found: Mapping[int, Node]) -> list[str]:
    """The nodes, each below its parent, siblings by name."""

    def by_names(node: Node) -> list[tuple[str, int]]:
        return [(found[up].name.lower() if up in found else "", up) for up in node.path]

    ordered = sorted(found.values(), key=by_names)
    return [f"{'  ' * sum(p in found for p in n.path[:-1])}{n.name} ({n.images:,})" for n in ordered]


@app.command()
def add(
    context: typer.Context,
    name: Annotated[str, typer.Argument(help="Its name.")],
    below: Annotated[str | None, typer.Option(metavar="NODE", help="Below this node; else at the top.")] = None,
    entity: Annotated[bool, typer.Option("--entity", help="One thing with a name of its own: Zoey, not dogs.")] = False,
    also: Annotated[list[str] | None, typer.Option(metavar="[LANGUAGE:]NAME", help="Another name; repeatable.")] = None,
    dry_run: DryRun = False,
    as_json: AsJson = False,
) -> None:
    """Add a node."""
    from lumina.domain.taxonomy import NodeKind
    from lumina.services import taxonomy

    def make(tx: Transaction) -> Edited:
        parent = taxonomy.resolve(tx, below) if below is not None else None
        kind = NodeKind.ENTITY if entity else NodeKind.CONCEPT
        return taxonomy.add(tx, name, parent=parent, kind=kind, names=[_spoken(each) for each in also or ()])

    _edit(context, make, dry_run=dry_run, as_json=as_json)


def _spoken(given: str) -> list[str]:
    language, colon, name = given.partition(":")
    return [language, name] if colon and len(language) <= 8 else ["", given]


@app.command()
def rename(
    context: typer.Context,
    node: NodeName,
    name: Annotated[str, typer.Argument(help="Its new name.")],
    dry_run: DryRun = False,
    as_json: AsJson = False,
) -> None:
    """Give a node another name."""
    from lumina.services import taxonomy

    _edit(
        context,
        lambda tx: taxonomy.edit(tx, taxonomy.resolve(tx, node), {"name": name}),
        dry_run=dry_run,
        as_json=as_json,
    )


@app.command()
def move(
    context: typer.Context,
    node: NodeName,
    below: Annotated[str, typer.Argument(metavar="NODE", help=f"Where to; {TOP} is the top.")],
    dry_run: DryRun = False,
    as_json: AsJson = False,
) -> None:
    """Move a node, with all below it, to another place."""
    from lumina.services import taxonomy

    def change(tx: Transaction) -> Edited:
        parent = None if below == TOP else taxonomy.resolve(tx, below)
        return taxonomy.edit(tx, taxonomy.resolve(tx, node), {"parent": parent})

    _edit(context, change, dry_run=dry_run, as_json=as_json)


@app.command()
def merge(
    context: typer.Context,
    node: NodeName,
    into: Annotated[str, typer.Argument(metavar="NODE", help="The node that stays.")],
    dry_run: DryRun = False,
    as_json: AsJson = False,
) -> None:
    """Let another node stand for this one as well: its images, names, and the nodes below it."""
    from lumina.services import taxonomy

    _edit(
        context,
        lambda tx: taxonomy.merge(tx, taxonomy.resolve(tx, node), taxonomy.resolve(tx, into)),
        dry_run=dry_run,
        as_json=as_json,
    )


@app.command()
def remove(
    context: typer.Context,
    node: NodeName,
    below: Annotated[bool, typer.Option("--below", help="With all nodes below it; else those move up.")] = False,
    dry_run: DryRun = False,
    as_json: AsJson = False,
) -> None:
    """Take a node away; its images stay."""
    from lumina.services import taxonomy

    _edit(
        context,
        lambda tx: taxonomy.remove(tx, taxonomy.resolve(tx, node), below=below),
        dry_run=dry_run,
        as_json=as_json,
    )


@app.command()
def export(
    context: typer.Context,
    keywords: Annotated[bool, typer.Option("--keywords", help="A list of keywords for Lightroom, not JSON.")] = False,
    output: Annotated[Path | None, typer.Option("-o", "--output", help="Write this file.")] = None,
) -> None:
    """Write the tree as JSON, which keeps everything, or as a list of keywords."""
    from lumina.services import taxonomy_exchange

    with open_app(context) as lumina, lumina.store.transaction() as tx:
        text = taxonomy_exchange.exported(tx, "keywords" if keywords else "json")
    if output is None:
        sys.stdout.write(text)
        return
    try:
        output.write_text(text, encoding="utf-8")
    except OSError as error:
        raise BadInput(f"{output} cannot be written: {error.strerror}.") from None
    note(f"Written to {output}.")


@app.command("import")
def take(
    context: typer.Context,
    file: Annotated[Path, typer.Argument(help="A list of keywords, or JSON as exported.")],
    below: Annotated[str | None, typer.Option(metavar="NODE", help="Below this node; else at the top.")] = None,
    dry_run: DryRun = False,
    as_json: AsJson = False,
) -> None:
    """Add what a file has and the tree has not; nothing is taken away."""
    from lumina.services import taxonomy, taxonomy_exchange
    from lumina.services.attempt import attempt

    text = _read(file)

    def add_all(tx: Transaction) -> taxonomy_exchange.Imported:
        parent = taxonomy.resolve(tx, below) if below is not None else None
        return taxonomy_exchange.imported(tx, text, parent=parent)

    with open_app(context) as lumina:
        done = attempt(lumina.store, add_all, dry_run=dry_run)
    if as_json:
        emit_json({"dry_run": dry_run, **plain(done)})
    else:
        verb = "Would add" if dry_run else "Added"
        emit(f"{verb} {done.added:,} nodes, and names to {done.renamed:,} that were there.")


def _read(file: Path) -> str:
    try:
        return file.read_text(encoding="utf-8")
    except OSError as error:
        raise BadInput(f"{file} cannot be read: {error.strerror}.") from None
    except UnicodeDecodeError:
        raise BadInput(f"{file} is no text in UTF-8.") from None


def _edit(context: typer.Context, edit: Callable[[Transaction], Edited], *, dry_run: bool, as_json: bool) -> None:
    from lumina.services.attempt import attempt

    with open_app(context) as lumina:
        done = attempt(lumina.store, edit, dry_run=dry_run)
    if as_json:
        emit_json({"dry_run": dry_run, **plain(done)})
        return
    if done.action is None:
        emit("Nothing to change: it is so already.")
        return
    emit(f"{'Would have: ' if dry_run else ''}{done.action.title}" + (f" (node {done.node.id})" if done.node else ""))
    if done.overridden:
        note(f"Of {done.overridden:,} images people had said the opposite of the two; their word on the latter stands.")

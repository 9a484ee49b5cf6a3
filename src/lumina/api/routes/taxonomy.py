"""The tree of what can be seen."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, Literal

from fastapi import APIRouter, Path, Query, Response

from lumina.api.context import Context
from lumina.api.problems import documented
from lumina.api.schemas.curation import Action
from lumina.api.schemas.taxonomy import (
    Import,
    Imported,
    Merge,
    NewNode,
    NodeChange,
    NodeEdited,
    NodeNumber,
    TaxonomyNode,
    TaxonomyNodes,
    edited_answer,
    node_answer,
)
from lumina.domain.taxonomy import NodeKind
from lumina.services import taxonomy, taxonomy_exchange, taxonomy_view
from lumina.services.attempt import attempt
from lumina.store import Transaction

router = APIRouter(prefix="/taxonomy", tags=["taxonomy"])
NodeId = Annotated[int, Path(ge=1, lt=2**63)]
DryRun = Annotated[bool, Query(description="Say what would change.")]


@router.get("", responses=documented(404, 422, 503))
def listed(
    context: Context,
    parent: NodeNumber | None = None,
    q: Annotated[str | None, Query(min_length=1, max_length=200, description="Part of a name.")] = None,
    whole: Annotated[bool, Query(alias="all", description="The whole tree, without samples.")] = False,
    empty: Annotated[bool | None, Query(description="Nodes of the starting tree that no image has, too.")] = None,
) -> TaxonomyNodes:
    """The nodes below one, or at the top; all nodes; or those that have a name.

    By default a level shows what has images, or was made by people or files; the whole tree and a search for a name
    show everything.
    """
    with context.store.transaction() as tx:
        if q is not None:
            found = taxonomy_view.called(tx, q, empty=empty is not False)
        elif whole:
            found = taxonomy_view.everything(tx, empty=empty is not False)
        else:
            found = taxonomy_view.level(tx, parent, empty=bool(empty))
    return TaxonomyNodes(items=[node_answer(shown) for shown in found])


@router.post("", status_code=201, responses=documented(404, 409, 422, 503))
def add(context: Context, body: NewNode, dry_run: DryRun = False) -> NodeEdited:
    """Add a node."""
    names = [[each.language, each.name] for each in body.names]
    return _edited(
        context,
        lambda tx: taxonomy.add(tx, body.name, parent=body.parent, kind=NodeKind(body.kind), names=names),
        dry_run=dry_run,
    )


@router.get("/export", responses=documented(422, 503))
def export(context: Context, form: Annotated[Literal["json", "keywords"], Query(alias="format")] = "json") -> Response:
    """The whole tree as a text: JSON, or a list of keywords as Lightroom reads it."""
    with context.store.transaction() as tx:
        text = taxonomy_exchange.exported(tx, form)
    kind, name = ("application/json", "taxonomy.json") if form == "json" else ("text/plain", "taxonomy.txt")
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return Response(text.encode("utf-8"), media_type=f"{kind}; charset=utf-8", headers=headers)


@router.post("/import", responses=documented(404, 409, 422, 503))
def imported(context: Context, body: Import, dry_run: DryRun = False) -> Imported:
    """Add what a text has and the tree has not; nothing is taken away."""
    done = attempt(
        context.store,
        lambda tx: taxonomy_exchange.imported(tx, body.text, body.format, parent=body.parent),
        dry_run=dry_run,
    )
    action = None if done.action is None or dry_run else Action.model_validate(done.action)
    return Imported(action=action, added=done.added, renamed=done.renamed, dry_run=dry_run)


@router.get("/{node_id}", responses=documented(404, 422, 503))
def one(context: Context, node_id: NodeId) -> TaxonomyNode:
    """One node; its images are those of any list with `tag`."""
    with context.store.transaction() as tx:
        return node_answer(taxonomy_view.one(tx, node_id))


@router.patch("/{node_id}", responses=documented(404, 409, 422, 503))
def change(context: Context, node_id: NodeId, body: NodeChange, dry_run: DryRun = False) -> NodeEdited:
    """Rename, move, give other names, kind or threshold."""
    return _edited(context, lambda tx: taxonomy.edit(tx, node_id, body.wanted()), dry_run=dry_run)


@router.post("/{node_id}/merge", responses=documented(404, 409, 422, 503))
def merge(context: Context, node_id: NodeId, body: Merge, dry_run: DryRun = False) -> NodeEdited:
    """Let another node stand for this one as well: its images, names, and the nodes below it."""
    return _edited(context, lambda tx: taxonomy.merge(tx, node_id, body.into), dry_run=dry_run)


@router.delete("/{node_id}", responses=documented(404, 409, 422, 503))
def remove(
    context: Context,
    node_id: NodeId,
    below: Annotated[bool, Query(description="With all nodes below it; else those move up.")] = False,
    dry_run: DryRun = False,
) -> NodeEdited:
    """Take a node away; its images stay."""
    return _edited(context, lambda tx: taxonomy.remove(tx, node_id, below=below), dry_run=dry_run)


def _edited(context: Context, edit: Callable[[Transaction], taxonomy.Edited], *, dry_run: bool) -> NodeEdited:
    return edited_answer(attempt(context.store, edit, dry_run=dry_run), dry_run=dry_run)

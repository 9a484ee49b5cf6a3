"""The installation: its health in words, its settings, its nodes, its versions."""

from __future__ import annotations

from datetime import timedelta
from functools import partial

from fastapi import APIRouter

from lumina import __version__
from lumina.api.context import Context
from lumina.api.problems import documented
from lumina.api.schemas.system import About, Check, Doctor, Node, Setting
from lumina.broker.probe import problem
from lumina.services import model_checks
from lumina.services.doctor import examine
from lumina.store import changes, migrate
from lumina.store import nodes as repository

router = APIRouter(tags=["system"])
ALIVE = timedelta(seconds=120)
"""A node not heard of for longer is taken for gone."""


@router.get("/doctor", responses=documented(503))
def doctor(context: Context) -> Doctor:
    """What is well and what is not, each with its remedy."""
    settings = context.settings
    models = partial(
        model_checks.examine,
        models=context.app.models,
        setting=settings.models,
        cutout_model=settings.cutout_model,
    )
    found = examine(context.store, settings.home, settings.node, partial(problem, context.app.broker), models)
    return Doctor(checks=[Check.model_validate(check) for check in found])


@router.get("/settings", responses=documented(503))
def settings(context: Context) -> list[Setting]:
    """Each setting with its origin; passwords are masked."""
    return [
        Setting(name=entry.name, value=entry.value, origin=entry.origin, description=entry.description)
        for entry in context.configuration.table()
    ]


@router.get("/nodes", responses=documented(503))
def nodes(context: Context) -> list[Node]:
    """Machines that work, and when they were last heard of."""
    with context.store.transaction() as tx:
        now, found = changes.now(tx), repository.listed(tx)
    return [
        Node(
            name=node.name,
            version=node.version,
            lanes=list(node.lanes),
            slots=node.slots,
            seen_at=node.seen_at,
            alive=now - node.seen_at < ALIVE,
        )
        for node in found
    ]


@router.get("/about", responses=documented(503))
def about(context: Context) -> About:
    """Versions of the program and of the database's schema."""
    return About(version=__version__, schema_revision=migrate.revision(context.store) or "none")

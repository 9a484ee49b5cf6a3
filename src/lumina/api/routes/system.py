"""The installation: its health in words, its settings, its nodes, its versions."""

from __future__ import annotations

from fastapi import APIRouter

from lumina import __version__
from lumina.api.context import Context
from lumina.api.problems import documented
from lumina.api.schemas.system import About, Check, Doctor, Node, Setting

router = APIRouter(tags=["system"])


@router.get("/doctor", responses=documented(503))
def doctor(context: Context) -> Doctor:
    """What is well and what is not, each with its remedy."""
    return Doctor(checks=[Check.model_validate(check) for check in context.doctor()])


@router.get("/settings", responses=documented(503))
def settings(context: Context) -> list[Setting]:
    """Each setting with its origin; passwords are masked."""
    return [Setting.model_validate(setting) for setting in context.settings_table()]


@router.get("/nodes", responses=documented(503))
def nodes(context: Context) -> list[Node]:
    """Machines that work, and when they were last heard of."""
    return [Node.model_validate(node) for node in context.nodes()]


@router.get("/about", responses=documented(503))
def about(context: Context) -> About:
    """Versions of the program and of the database's schema."""
    return About(version=__version__, schema_revision=context.schema_revision())

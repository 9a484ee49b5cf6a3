"""Which processes Lumina is made of."""

from __future__ import annotations

import sys
from collections.abc import Iterable

from lumina.bootstrap import Settings, load
from lumina.domain.stage import Lane
from lumina.supervisor.child import ChildSpec
from lumina.worker.environment import DECODERS

API = "api"
IO_SLOTS = 2
"""One may scan for minutes while the other plans and finalises."""
NICE = {Lane.IO: 0, Lane.CPU: 5, Lane.GPU: 10}
"""The web interface and scanning go before bulk work; a gpu lane without a GPU goes last."""


def environment(settings: Settings) -> dict[str, str]:
    """What a child would not find by itself: flags, and the embedded database's URL.

    Everything else it reads where the supervisor did, so that the settings page can say where each value comes from.
    """
    known = load().settings.model_dump()
    return {
        f"LUMINA_{name.upper()}": str(value)
        for name, value in settings.model_dump().items()
        if name in ("home", "database_url") or value != known[name]
    }


def worker_specs(settings: Settings, lanes: Iterable[Lane]) -> list[ChildSpec]:
    """One worker process per lane; its slots are processes of its own."""
    slots = {Lane.IO: IO_SLOTS, Lane.CPU: settings.slots, Lane.GPU: 1}
    return [
        ChildSpec(
            name=lane.value,
            command=_lumina("worker", "--lanes", lane.value, "--slots", str(slots[lane]), "--supervised"),
            holds=(lane.value,),
            nice=NICE[lane],
            environment=environment(settings) | DECODERS,
        )
        for lane in lanes
    ]


def api_spec(settings: Settings) -> ChildSpec:
    """The process that answers HTTP."""
    return ChildSpec(API, _lumina("serve", "--supervised"), environment=environment(settings) | DECODERS)


def _lumina(*arguments: str) -> tuple[str, ...]:
    return (sys.executable, "-m", "lumina.cli", *arguments)

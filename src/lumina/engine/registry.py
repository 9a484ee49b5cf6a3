"""The stages of this program, checked before anything runs."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from graphlib import CycleError, TopologicalSorter
from typing import Any

from lumina.domain.stage import Lane, Reads, Stage
from lumina.errors import LuminaError

AnyStage = Stage[Any, Any]


class BadRegistry(LuminaError):
    """The list of stages contradicts itself: a mistake in the program, found at start-up."""

    title = "The stages do not fit together"


@dataclass(frozen=True, slots=True)
class Group:
    """Stages that are run together, over one item: same needs, same lane, handed the same."""

    lane: Lane
    needs: tuple[str, ...]
    reads: Reads
    stages: tuple[AnyStage, ...]

    @property
    def versions(self) -> dict[str, int]:
        """Name -> version of the group's stages."""
        return {stage.name: stage.version for stage in self.stages}

    @property
    def names(self) -> tuple[str, ...]:
        """Names, in the order in which they run."""
        return tuple(stage.name for stage in self.stages)


class Registry:
    """An explicit list of stages.

    Raises:
        BadRegistry: duplicate names, unknown needs, a cycle, or a result that nothing can save.
    """

    def __init__(self, stages: Sequence[AnyStage], saveable: Collection[type]) -> None:
        self.stages = tuple(stages)
        self._by_name = {stage.name: stage for stage in self.stages}
        self._check(saveable)
        self.groups = tuple(self._grouped())

    def __iter__(self) -> Iterator[AnyStage]:
        return iter(self.stages)

    def __getitem__(self, name: str) -> AnyStage:
        return self._by_name[name]

    @property
    def names(self) -> tuple[str, ...]:
        """All names, in order."""
        return tuple(self._by_name)

    @property
    def versions(self) -> dict[str, int]:
        """Name -> version of every stage."""
        return {stage.name: stage.version for stage in self.stages}

    def followers(self, done: Collection[str]) -> list[Group]:
        """Groups that may have become due because these stages were done: those of masters once a master is there."""
        fetched = any(self[name].reads is Reads.REMOTE for name in done)
        return [
            group
            for group in self.groups
            if set(group.needs) & set(done) or (fetched and not group.needs and group.reads is Reads.MASTER)
        ]

    def _check(self, saveable: Collection[type]) -> None:
        if len(self._by_name) != len(self.stages):
            names = [stage.name for stage in self.stages]
            raise BadRegistry(f"Two stages are called {next(n for n in names if names.count(n) > 1)!r}.")
        for stage in self.stages:
            if unknown := set(stage.needs) - set(self._by_name):
                raise BadRegistry(f"Stage {stage.name!r} needs {sorted(unknown)}, which no stage provides.")
            if stage.result not in saveable:
                raise BadRegistry(f"Nothing saves {stage.result.__name__}, the result of stage {stage.name!r}.")
        try:
            TopologicalSorter({stage.name: stage.needs for stage in self.stages}).prepare()
        except CycleError as error:
            raise BadRegistry(f"Stages need each other in a circle: {' -> '.join(error.args[1])}.") from error

    def _grouped(self) -> Iterator[Group]:
        keys = dict.fromkeys((stage.lane, stage.needs, stage.reads) for stage in self.stages)
        for key in keys:
            yield Group(*key, tuple(s for s in self.stages if (s.lane, s.needs, s.reads) == key))

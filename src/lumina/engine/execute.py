"""Run stages over pictures. No database here: pictures in, outcomes and results out."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field
from typing import Any

from lumina.domain.picture import Picture, PictureError
from lumina.domain.stage import Basis, Failure, Noted
from lumina.domain.work import Status
from lumina.engine.pace import Pace
from lumina.engine.registry import AnyStage
from lumina.store.inputs import Input, State
from lumina.store.outcomes import Outcome


@dataclass(slots=True)
class Task:
    """One image with the stages that are due for it."""

    source: Input
    stages: frozenset[str]
    states: Mapping[str, State] = field(default_factory=dict)


@dataclass(slots=True)
class Executed:
    """What came of a number of tasks: ledger rows, results by stage, and what the pictures look like.

    Attributes:
        images: those that were begun. left: those among them of which some stage was not run, because it was stopped.
    """

    outcomes: list[Outcome] = field(default_factory=list)
    results: dict[str, list[tuple[Input, Any]]] = field(default_factory=dict)
    render_keys: dict[int, bytes] = field(default_factory=dict)
    images: list[int] = field(default_factory=list)
    left: set[int] = field(default_factory=set)


Open = Callable[[Input], Picture]
"""Gives an image's picture, unread. May raise `PictureError`."""
Guard = Callable[[Sequence[Input]], AbstractContextManager[None]]
"""Watches over the time that these images, which a stage takes at once, may take."""


class Executor:
    """Runs a group of stages image by image (or in the stages' own batches) and never lets one image spoil another.

    Args:
        stages: of one group.
        open_picture: hands an image to them.
        guard: watches over the time that images take.
        pace: how fast the stages have been so far, which decides how much they are given at once.
        halted: whether the stage of this name is to stop now.
    """

    def __init__(
        self,
        stages: Sequence[AnyStage],
        open_picture: Open,
        guard: Guard = lambda _: nullcontext(),
        pace: Pace | None = None,
        halted: Callable[[str], bool] = lambda _: False,
    ) -> None:
        self.stages = stages
        self.open = open_picture
        self.guard = guard
        self.pace = pace or Pace()
        self.halted = halted
        self.chunk = max((stage.batch for stage in stages), default=1)

    def run(self, tasks: Sequence[Task], stop: Callable[[], bool] = lambda: False) -> Executed:
        """All tasks, or those begun before `stop()` said so; `Executed.images` tells which."""
        executed = Executed()
        for start in range(0, len(tasks), self.chunk):
            if stop():
                break
            self._chunk(tasks[start : start + self.chunk], executed, stop)
        return executed

    def _chunk(self, tasks: Sequence[Task], executed: Executed, stop: Callable[[], bool]) -> None:
        pictures: dict[int, Picture] = {}
        for task in tasks:
            try:
                pictures[task.source.image_id] = self.open(task.source)
            except PictureError as error:
                self._refuse(task, error, executed)
        for stage in self.stages:
            due = [task for task in tasks if stage.name in task.stages and task.source.image_id in pictures]
            while due:
                if self.halted(stage.name) or (stage.batch > 1 and stop()):
                    executed.left.update(task.source.image_id for task in due)
                    break
                size = self.pace.size(stage)
                part, due = due[:size], due[size:]
                with self.guard([task.source for task in part]), self.pace.measured(stage, len(part)):
                    self._stage(stage, part, pictures, executed)
        executed.images.extend(task.source.image_id for task in tasks)

    def _refuse(self, task: Task, error: PictureError, executed: Executed) -> None:
        """The picture cannot even be opened: that is the answer of every stage."""
        for stage in self.stages:
            if stage.name in task.stages:
                executed.outcomes.append(
                    _failed(stage, task.source, Failure(error.code, error.reason, error.retryable))
                )

    def _stage(
        self, stage: AnyStage, tasks: Sequence[Task], pictures: Mapping[int, Picture], executed: Executed
    ) -> None:
        todo = []
        for task in tasks:
            picture = pictures[task.source.image_id]
            if _unchanged(stage, task, picture):
                executed.outcomes.append(_done(stage, task.source, picture))
            else:
                todo.append(task)
        answers = run_safely(stage, [pictures[task.source.image_id] for task in todo])
        for task, answer in zip(todo, answers, strict=True):
            _collect(stage, task.source, pictures[task.source.image_id], answer, executed)


def run_safely(stage: AnyStage, pictures: Sequence[Picture]) -> list[Any]:
    """`stage.run`, with a picture's own errors as `Failure` in its place."""
    if not pictures:
        return []
    try:
        return stage.run(pictures)
    except PictureError as error:
        if len(pictures) == 1:
            return [Failure(error.code, error.reason, error.retryable)]
    except MemoryError:
        if len(pictures) == 1:
            return [Failure("no-memory", "It needs more memory than a worker may use (setting worker_memory).")]
    middle = len(pictures) // 2
    return run_safely(stage, pictures[:middle]) + run_safely(stage, pictures[middle:])


def _unchanged(stage: AnyStage, task: Task, picture: Picture) -> bool:
    """True where the stage's last result still holds: same version, same upright picture."""
    state = task.states.get(stage.name)
    if stage.basis is not Basis.PICTURE or state is None or state.basis is None or state.version != stage.version:
        return False
    return _render_key(picture) == state.basis


def _collect(stage: AnyStage, source: Input, picture: Picture, answer: Any, executed: Executed) -> None:
    if isinstance(answer, Failure):
        executed.outcomes.append(_failed(stage, source, answer))
        return
    note = None
    if isinstance(answer, Noted):
        answer, note = answer.value, answer.note
    executed.outcomes.append(_done(stage, source, picture, note))
    executed.results.setdefault(stage.name, []).append((source, answer))
    # Stages that follow the proxy see its key, which is not the master's.
    if stage.basis is Basis.PICTURE and not stage.needs and (key := _render_key(picture)):
        executed.render_keys[source.image_id] = key


def _failed(stage: AnyStage, source: Input, failure: Failure) -> Outcome:
    status = Status.DEFERRED if failure.retryable else Status.FAILED
    return Outcome(source.image_id, stage.name, stage.version, status, code=failure.code, note=failure.reason)


def _done(stage: AnyStage, source: Input, picture: Picture, note: str | None = None) -> Outcome:
    basis = _render_key(picture) if stage.basis is Basis.PICTURE else None
    if note is None and stage.basis is Basis.PICTURE:
        note = "; ".join(_notes(picture)) or None
    return Outcome(source.image_id, stage.name, stage.version, Status.DONE, basis=basis, note=note)


def _render_key(picture: Picture) -> bytes | None:
    try:
        return picture.render_key
    except PictureError:
        return None


def _notes(picture: Picture) -> Sequence[str]:
    try:
        return picture.notes
    except PictureError:
        return ()


def tasks_of(
    inputs: Sequence[Input],
    states: Mapping[int, Mapping[str, State]],
    stages: Sequence[AnyStage],
    stopped: Collection[str] = (),
) -> Iterator[Task]:
    """The images for which something is due right now, each with what."""
    for source in inputs:
        known = states.get(source.image_id, {})
        due = frozenset(s.name for s in stages if s.name not in stopped and is_due(s, known))
        if due:
            yield Task(source, due, known)


def is_due(stage: AnyStage, states: Mapping[str, State]) -> bool:
    """No row, an older version, stale or deferred; and all its needs are done."""
    if any(name not in states or states[name].status is not Status.DONE for name in stage.needs):
        return False
    state = states.get(stage.name)
    return state is None or state.version < stage.version or state.status in (Status.STALE, Status.DEFERRED)

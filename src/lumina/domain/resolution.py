"""What becomes of copies: who leaves for whose sake, proposed before anything is done."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from lumina.domain.duplicates import Relation, Tier

HIDE, TRASH = "hide", "trash"
READ_ONLY = "Files stay where they are and are hidden only: the vault is read-only for Lumina (setting vault_writable)."


@dataclass(frozen=True, slots=True)
class Wish:
    """What a person, or the settings, want to be resolved.

    Attributes:
        groups: of the published run; None for all that match `tier` and `decided`.
        tier: groups of this tier. decided: groups that are (not) too close to call.
        policy: its text; None for the catalog's own.
        keepers: group -> the image that a person wants to keep.
        action: `hide` or `trash`, instead of the policy's.
        tiers: how sure a copy must be, instead of the policy's.
        automatic: nobody has asked: the policy's tiers for that hold.
    """

    catalog_id: UUID
    groups: tuple[int, ...] | None = None
    tier: Tier | None = None
    decided: bool | None = None
    policy: str | None = None
    keepers: Mapping[int, int] = field(default_factory=dict)
    action: str | None = None
    tiers: tuple[Tier, ...] | None = None
    automatic: bool = False


@dataclass(frozen=True, slots=True)
class Member:
    """One image of a group, as it is now.

    Attributes:
        identity: the same for images with the same bytes or pixels.
        face: the same for images that look the same to all comparisons; None where it is not compared so.
        tier, relation: what it has in common with the keeper that the run chose.
        revision: raised whenever one of its files changes.
        present: it is there, neither hidden nor in the trash.
        apart: sets of images that are no copies of each other in which it is.
    """

    image_id: int
    identity: int
    face: int | None
    tier: Tier
    relation: Relation
    revision: int
    present: bool
    apart: frozenset[int] = frozenset()


@dataclass(frozen=True, slots=True)
class Group:
    """A group of the published run, the keeper first."""

    id: int
    tier: Tier
    members: tuple[Member, ...]


@dataclass(frozen=True, slots=True)
class Step:
    """One image that is to leave.

    Attributes:
        operation: `hide` or `trash`.
        merged: what its keeper takes over from it, as fields of the journal.
        reasons: why the keeper stays and not this one.
        size: bytes of all its files.
    """

    group: int
    image_id: int
    keeper_id: int
    operation: str
    tier: Tier
    revision: int
    keeper_revision: int
    merged: tuple[str, ...]
    reasons: tuple[str, ...]
    size: int


@dataclass(frozen=True, slots=True)
class Refusal:
    """One image that stays although its group was to be resolved, and why."""

    group: int
    image_id: int
    reason: str


@dataclass(frozen=True, slots=True)
class Plan:
    """Exactly what will happen.

    Attributes:
        run: the published run.
        steps: every image that leaves, by group and id.
        refused: images that stay for a reason that a person should know.
        kept: how many images stay besides the keepers, for whatever reason.
        undecided: groups of which something stays because it is too close to call.
        notes: what else a person should know.
    """

    run: int
    policy: str
    steps: tuple[Step, ...]
    refused: tuple[Refusal, ...]
    kept: int
    undecided: int
    notes: tuple[str, ...]

    @property
    def groups(self) -> int:
        """Groups from which something leaves."""
        return len({step.group for step in self.steps})

    @property
    def size(self) -> int:
        """Bytes of the images that leave."""
        return sum(step.size for step in self.steps)

    @property
    def freed(self) -> int:
        """Bytes that leave the vault: none where images are only hidden."""
        return sum(step.size for step in self.steps if step.operation == TRASH)

    @property
    def digest(self) -> str:
        """The same for the same plan of the same images: a preview that no longer holds is told by it."""
        steps: list[Any] = [
            [s.group, s.image_id, s.keeper_id, s.operation, s.revision, s.keeper_revision, s.merged] for s in self.steps
        ]
        text = json.dumps([self.run, self.policy, steps])
        return hashlib.sha256(text.encode()).hexdigest()[:32]


@dataclass(frozen=True, slots=True)
class Proof:
    """A file as it was when all of it was read.

    Attributes:
        checksum: BLAKE3 of the bytes. size: bytes. modified_ns: time of the last change.
        device, inode: which file it is.
    """

    checksum: bytes
    size: int
    modified_ns: int
    device: int
    inode: int

"""Images that leave or come back, one row each: how far that is, and where their files lie meanwhile."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID

from lumina.domain.duplicates import Tier
from lumina.domain.resolution import Proof, Step
from lumina.store.database import Row, Transaction


class State(StrEnum):
    """How far an image is."""

    DUE = "due"
    MOVED = "moved"
    """The copies in the trash and the rows are complete; the files may still, or again, lie in the vault as well."""
    DONE = "done"
    REFUSED = "refused"
    UNDONE = "undone"


@dataclass(frozen=True, slots=True)
class Leaving:
    """One row.

    Attributes:
        operation: `hide` or `trash`.
        revision, keeper_revision: of the two images when it was decided.
    """

    image_id: int
    keeper_id: int
    operation: str
    tier: Tier
    revision: int
    keeper_revision: int
    state: State
    reason: str | None


@dataclass(frozen=True, slots=True)
class FileRow:
    """A file of an image; the original first.

    Attributes:
        missing: it is not where `path` says. trash_path: where it lies in the trash. trash_checksum: what lies there.
    """

    id: int
    image_id: int
    source_id: int
    path: str
    role: str
    size: int
    modified_ns: int
    device: int
    inode: int
    checksum: bytes | None
    missing: bool
    trash_path: str | None
    trash_checksum: bytes | None


@dataclass(frozen=True, slots=True)
class Standing:
    """An image as it is now, locked. `present`: neither missing nor hidden nor in the trash."""

    revision: int
    present: bool


def add(tx: Transaction, action_id: int, steps: Sequence[Step]) -> None:
    """Rows for all steps of a plan."""
    tx.execute(
        """INSERT INTO resolution (action_id, image_id, keeper_id, operation, tier, revision, keeper_revision)
        SELECT :action, * FROM unnest(CAST(:images AS bigint[]), CAST(:keepers AS bigint[]),
            CAST(:operations AS text[]), CAST(:tiers AS smallint[]), CAST(:revisions AS integer[]),
            CAST(:keeper_revisions AS integer[]))""",
        action=action_id,
        images=[step.image_id for step in steps],
        keepers=[step.keeper_id for step in steps],
        operations=[step.operation for step in steps],
        tiers=[int(step.tier) for step in steps],
        revisions=[step.revision for step in steps],
        keeper_revisions=[step.keeper_revision for step in steps],
    )


def of_images(tx: Transaction, action_id: int, image_ids: Collection[int]) -> list[Leaving]:
    """The rows of these images, by keeper and image."""
    rows = tx.rows(
        """SELECT image_id, keeper_id, operation, tier, revision, keeper_revision, state, reason FROM resolution
        WHERE action_id = :action AND image_id = ANY(:ids) ORDER BY keeper_id, image_id""",
        action=action_id,
        ids=list(image_ids),
    )
    return [Leaving(**{**row, "tier": Tier(row["tier"]), "state": State(row["state"])}) for row in rows]


def with_files_away(tx: Transaction, action_id: int) -> list[int]:
    """Images of an action whose files lie in the trash, or are on their way there or back."""
    rows = tx.rows(
        """SELECT image_id FROM resolution r WHERE action_id = :action AND operation = 'trash'
          AND state IN ('moved', 'done')
          AND EXISTS (SELECT 1 FROM file f WHERE f.image_id = r.image_id AND f.trash_path IS NOT NULL)
        ORDER BY image_id""",
        action=action_id,
    )
    return [row["image_id"] for row in rows]


def still_away(tx: Transaction, action_id: int) -> list[int]:
    """Images of an action whose files have gone to the trash and have not come back, also where they never can."""
    rows = tx.rows(
        """SELECT image_id FROM resolution WHERE action_id = :action AND operation = 'trash'
        AND state IN ('moved', 'done') ORDER BY image_id""",
        action=action_id,
    )
    return [row["image_id"] for row in rows]


def action_of(tx: Transaction, job_id: UUID) -> int | None:
    """The action that a job sees through."""
    found: int | None = tx.value("SELECT id FROM action WHERE job_id = :job ORDER BY id DESC LIMIT 1", job=job_id)
    return found


def departed(tx: Transaction, action_id: int) -> dict[str, int]:
    """How many images an action has hidden, and how many it has moved to the trash."""
    rows = tx.rows(
        """SELECT operation, count(*) AS n FROM resolution WHERE action_id = :action AND state IN ('moved', 'done')
        GROUP BY 1""",
        action=action_id,
    )
    return {row["operation"]: row["n"] for row in rows}


def never_left(tx: Transaction, action_id: int) -> list[tuple[int, str]]:
    """Files (id, path) of images that were to go to the trash and did not."""
    rows = tx.rows(
        """SELECT f.id, f.path FROM resolution r JOIN file f ON f.image_id = r.image_id
        WHERE r.action_id = :action AND r.operation = 'trash' AND r.state = 'due' AND f.trash_path IS NULL""",
        action=action_id,
    )
    return [(row["id"], row["path"]) for row in rows]


def settle(tx: Transaction) -> int:
    """Actions that wait for a job that has ended, or is gone, are done; returns how many."""
    return tx.execute(
        """UPDATE action SET state = 'done' WHERE state IN ('doing', 'undoing') AND NOT EXISTS (
            SELECT 1 FROM job WHERE job.id = action.job_id AND job.state IN ('PENDING', 'STARTED'))"""
    ).rowcount


def hidden_for_nothing(tx: Transaction, catalog_id: UUID) -> list[int]:
    """Images that are hidden for the sake of one whose files are gone, though not to the trash."""
    rows = tx.rows(
        """SELECT DISTINCT i.id FROM image i JOIN resolution r ON r.image_id = i.id AND r.state = 'done'
            AND r.operation = 'hide' JOIN image k ON k.id = r.keeper_id
        WHERE i.catalog_id = :catalog AND i.hidden AND i.missing_since IS NULL
          AND k.missing_since IS NOT NULL AND k.trashed_at IS NULL AND NOT EXISTS (
            SELECT 1 FROM resolution o JOIN image other ON other.id = o.keeper_id AND other.missing_since IS NULL
            WHERE o.image_id = i.id AND o.state = 'done')
        ORDER BY i.id""",
        catalog=catalog_id,
    )
    return [row["id"] for row in rows]


def exist(tx: Transaction, action_id: int) -> bool:
    """Whether an action makes images leave."""
    return bool(tx.value("SELECT EXISTS (SELECT 1 FROM resolution WHERE action_id = :action)", action=action_id))


def close_hidden(tx: Transaction, action_id: int) -> None:
    """Images that were only hidden are undone with their action."""
    tx.execute(
        "UPDATE resolution SET state = 'undone' WHERE action_id = :action AND operation = 'hide' AND state = 'done'",
        action=action_id,
    )


def set_states(tx: Transaction, action_id: int, states: Mapping[int, tuple[State, str | None]]) -> None:
    """Image -> how far it is now, and why it stays where it stays."""
    tx.execute(
        """UPDATE resolution SET state = s.state, reason = s.reason
        FROM unnest(CAST(:ids AS bigint[]), CAST(:states AS text[]), CAST(:reasons AS text[])) AS s (id, state, reason)
        WHERE action_id = :action AND image_id = s.id""",
        action=action_id,
        ids=list(states),
        states=[state.value for state, _ in states.values()],
        reasons=[reason for _, reason in states.values()],
    )


def refuse_due(tx: Transaction, action_id: int, image_ids: Sequence[int], reason: str) -> None:
    """Give up on images that have not left yet."""
    tx.execute(
        """UPDATE resolution SET state = 'refused', reason = :reason
        WHERE action_id = :action AND image_id = ANY(:ids) AND state = 'due'""",
        action=action_id,
        ids=list(image_ids),
        reason=reason,
    )


@dataclass(frozen=True, slots=True)
class Refused:
    """An image that stayed, for people."""

    image_id: int
    path: str
    reason: str


def refused(tx: Transaction, action_id: int, limit: int) -> list[Refused]:
    """Images that stayed, or could not come back, and why."""
    rows = tx.rows(
        """SELECT r.image_id, coalesce((SELECT s.path || '/' || f.path FROM file f JOIN source s ON s.id = f.source_id
            WHERE f.image_id = r.image_id AND f.role = 'original' ORDER BY f.missing_since IS NOT NULL, f.path
            LIMIT 1), '') AS path, r.reason
        FROM resolution r WHERE r.action_id = :action AND r.reason IS NOT NULL ORDER BY r.image_id LIMIT :limit""",
        action=action_id,
        limit=limit,
    )
    return [Refused(**row) for row in rows]


def lock(tx: Transaction, image_ids: Collection[int]) -> dict[int, Standing]:
    """Lock images in the order in which everybody does, and say how they are now."""
    rows = tx.rows(
        """SELECT id, revision, missing_since IS NULL AND trashed_at IS NULL AND NOT hidden AS present
        FROM image WHERE id = ANY(:ids) ORDER BY id FOR NO KEY UPDATE""",
        ids=sorted(image_ids),
    )
    return {row["id"]: Standing(row["revision"], row["present"]) for row in rows}


def failures(tx: Transaction, job_id: UUID, *, examples: int = 5) -> list[Row]:
    """Images that stayed in a job, or did not come back, grouped by reason, as `jobs.failures` groups stages."""
    return list(
        tx.rows(
            """WITH stayed AS (
                SELECT r.reason, r.image_id, (SELECT s.path || '/' || f.path FROM file f
                    JOIN source s ON s.id = f.source_id WHERE f.image_id = r.image_id AND f.role = 'original'
                    ORDER BY f.missing_since IS NOT NULL, f.path LIMIT 1) AS path,
                    row_number() OVER (PARTITION BY r.reason ORDER BY r.image_id) AS place
                FROM action a JOIN resolution r ON r.action_id = a.id WHERE a.job_id = :job AND r.reason IS NOT NULL)
            SELECT 'resolve' AS stage, CAST(NULL AS text) AS code, reason, count(*) AS count,
                jsonb_agg(jsonb_build_object('image_id', image_id, 'reason', reason, 'path', path))
                    FILTER (WHERE place <= :examples) AS examples
            FROM stayed GROUP BY reason ORDER BY count(*) DESC, reason""",
            job=job_id,
            examples=examples,
        )
    )


def apart(tx: Transaction, pairs: Sequence[tuple[int, int]]) -> set[tuple[int, int]]:
    """Those of the pairs of which a person has said that they are no copies of each other."""
    rows = tx.rows(
        """SELECT DISTINCT p.a, p.b FROM unnest(CAST(:a AS bigint[]), CAST(:b AS bigint[])) AS p (a, b)
        JOIN distinct_member x ON x.image_id = p.a
        JOIN distinct_member y ON y.image_id = p.b AND y.set_id = x.set_id""",
        a=[a for a, _ in pairs],
        b=[b for _, b in pairs],
    )
    return {(row["a"], row["b"]) for row in rows}


def files(tx: Transaction, image_ids: Collection[int]) -> dict[int, list[FileRow]]:
    """Image -> all its files, the original that is there first."""
    rows = tx.rows(
        """SELECT id, image_id, source_id, path, role, size, modified_ns, device, inode, checksum,
            missing_since IS NOT NULL AS missing, trash_path, trash_checksum
        FROM file WHERE image_id = ANY(:ids)
        ORDER BY image_id, missing_since IS NOT NULL, role <> 'original', path, id""",
        ids=list(image_ids),
    )
    found: defaultdict[int, list[FileRow]] = defaultdict(list)
    for row in rows:
        found[row["image_id"]].append(_file(row))
    return found


def _file(row: Row) -> FileRow:
    return FileRow(**{**row, "inode": int(row["inode"])})


def same_file(tx: Transaction, file_ids: Collection[int]) -> dict[int, int]:
    """File -> an image of which another file that is there is the very same one on disk (hard link, second path)."""
    rows = tx.rows(
        """SELECT f.id, min(o.image_id) AS other FROM file f JOIN file o ON o.size = f.size AND o.inode = f.inode
            AND o.device = f.device AND o.id <> f.id AND o.missing_since IS NULL
        WHERE f.id = ANY(:ids) AND f.inode <> 0 AND f.missing_since IS NULL GROUP BY f.id""",
        ids=list(file_ids),
    )
    return {row["id"]: row["other"] for row in rows}


def occupied(tx: Transaction, file_ids: Collection[int]) -> set[int]:
    """Missing files in whose place the catalog knows another one."""
    rows = tx.rows(
        """SELECT f.id FROM file f JOIN file o ON o.source_id = f.source_id AND o.path = f.path AND o.id <> f.id
            AND o.missing_since IS NULL WHERE f.id = ANY(:ids) AND f.missing_since IS NOT NULL""",
        ids=list(file_ids),
    )
    return {row["id"] for row in rows}


def learn(tx: Transaction, checksums: Mapping[int, bytes]) -> None:
    """Keep checksums of files that had none yet."""
    tx.execute(
        """UPDATE file SET checksum = n.checksum FROM unnest(CAST(:ids AS bigint[]), CAST(:sums AS bytea[]))
            AS n (id, checksum) WHERE file.id = n.id AND file.checksum IS NULL""",
        ids=sorted(checksums),
        sums=[checksums[file_id] for file_id in sorted(checksums)],
    )


def note_copies(tx: Transaction, checksums: Mapping[int, bytes | None]) -> None:
    """File -> the checksum of its copy in the trash; None where there is none any more."""
    tx.execute(
        """UPDATE file SET trash_checksum = n.checksum,
            trash_path = CASE WHEN n.checksum IS NOT NULL THEN trash_path END
        FROM unnest(CAST(:ids AS bigint[]), CAST(:sums AS bytea[])) AS n (id, checksum) WHERE file.id = n.id""",
        ids=sorted(checksums),
        sums=[checksums[file_id] for file_id in sorted(checksums)],
    )


def present_again(tx: Transaction, file_ids: Collection[int]) -> None:
    """These files are in the vault, or about to be; so are their images."""
    tx.execute("UPDATE file SET missing_since = NULL WHERE id = ANY(:ids)", ids=sorted(file_ids))
    tx.execute(
        """UPDATE image SET missing_since = NULL WHERE missing_since IS NOT NULL AND EXISTS (
            SELECT 1 FROM file WHERE file.image_id = image.id AND file.id = ANY(:ids) AND file.role <> 'sidecar')""",
        ids=sorted(file_ids),
    )


def came_back(tx: Transaction, proofs: Mapping[int, Proof]) -> None:
    """File -> how it lies in the vault again: known by that, so that the next scan need not open it."""
    tx.execute(
        """UPDATE file SET device = n.device, inode = n.inode, modified_ns = n.modified_ns
        FROM unnest(CAST(:ids AS bigint[]), CAST(:devices AS bigint[]), CAST(:inodes AS numeric[]),
            CAST(:times AS bigint[])) AS n (id, device, inode, modified_ns) WHERE file.id = n.id""",
        ids=list(proofs),
        devices=[_signed(proof.device) for proof in proofs.values()],
        inodes=[proof.inode for proof in proofs.values()],
        times=[proof.modified_ns for proof in proofs.values()],
    )


def _signed(device: int) -> int:
    """A device's number as a bigint holds it."""
    return device - (1 << 64) if device >= 1 << 63 else device

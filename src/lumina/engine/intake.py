"""Take in what a scan found, chunk by chunk: clusters of files become images."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import groupby
from pathlib import Path
from uuid import UUID

from lumina.domain.scan import Seen
from lumina.domain.values import FileFormat, FileRole
from lumina.files import names
from lumina.files.capture import Moment, read_moment
from lumina.files.group import Candidate, Group, group
from lumina.files.judge import Judge
from lumina.store import intake
from lumina.store.database import Transaction
from lumina.store.intake import Known, NewFile, NewImage


@dataclass(slots=True)
class _Found:
    """A file of a cluster: as seen, as known, as what it is taken in."""

    seen: Seen
    known: Known | None
    content: FileFormat

    @property
    def changed(self) -> bool:
        """Known, but not as it was."""
        known = self.known
        return known is not None and (known.size, known.modified_ns) != (self.seen.size, self.seen.modified_ns)

    @property
    def returned(self) -> bool:
        """Known, and was missing."""
        return self.known is not None and self.known.missing


@dataclass(slots=True)
class _Placed:
    """A group, with what has to be written for it."""

    folder: str
    group: Group
    files: dict[str, _Found]

    @property
    def shape(self) -> NewImage:
        return NewImage(self.folder, self.group.stem, self.group.kind)

    @property
    def touched(self) -> bool:
        """True where the stages have to look again: a file is new, changed, or plays another part."""
        return any(
            (known := found.known) is None
            or found.changed
            or known.role is not role
            or known.image_id != self.group.image
            for found, role in self.members()
        )

    def members(self) -> list[tuple[_Found, FileRole]]:
        return [(self.files[candidate.name], role) for candidate, role in self.group.members]


@dataclass(slots=True)
class Intake:
    """Writes clusters of one source; counts what it did.

    Attributes:
        counts: files by `new`, `changed`, `returned`; `images` that are new.
        judge: decides and counts what is left out.
    """

    catalog_id: UUID
    source_id: int
    root: Path
    judge: Judge
    counts: Counter[str] = field(default_factory=Counter)

    def take(self, tx: Transaction, seen: Sequence[Seen], *, fresh: bool = False) -> list[int]:
        """Write the clusters that these files form; every cluster must be complete.

        Args:
            tx: the chunk's transaction.
            seen: files, those of one cluster next to each other.
            fresh: True where the source has no rows yet, so that none are looked for.

        Returns:
            Ids of the images that are new or whose files changed.
        """
        known = {} if fresh else self._known(tx, seen)
        placed: list[_Placed] = []
        loose: list[_Found] = []
        for (folder, _), cluster in groupby(seen, key=lambda each: (each.folder, each.key)):
            files = self._look(cluster, known)
            groups, orphans = self._grouped(folder, files)
            placed.extend(_Placed(folder, each, files) for each in groups)
            loose.extend(files[orphan.name] for orphan in orphans)
        return self._write(tx, placed, loose)

    def _known(self, tx: Transaction, seen: Sequence[Seen]) -> dict[str, Known]:
        rows = {row.path: row for row in intake.at_paths(tx, self.source_id, [each.path for each in seen])}
        back = [row.image_id for row in rows.values() if row.missing]
        if back:
            for path in _settled_elsewhere(intake.of_images(tx, back), rows):
                del rows[path]
        return rows

    def _look(self, cluster: Iterable[Seen], known: Mapping[str, Known]) -> dict[str, _Found]:
        files: dict[str, _Found] = {}
        for seen in cluster:
            row = known.get(seen.path)
            found = _Found(seen, row, row.content if row else FileFormat.UNKNOWN)
            if row is None or found.changed:
                try:
                    content = self.judge.look(names.native(seen.path), seen.size)
                except FileNotFoundError:
                    continue  # gone since it was listed; the next scan says so
                if content is None and row is None:
                    continue
                found.content = content or FileFormat.UNKNOWN
            files[names.base(seen.path)] = found
        return files

    def _grouped(self, folder: str, files: Mapping[str, _Found]) -> tuple[list[Group], list[Candidate]]:
        moments: dict[str, Moment | None] = {}

        def moment(candidate: Candidate) -> Moment | None:
            if candidate.name not in moments:
                path = self.root / names.native(names.join(folder, candidate.name))
                moments[candidate.name] = read_moment(path, candidate.content)
            return moments[candidate.name]

        return group([_candidate(name, found) for name, found in files.items()], moment)

    def _write(self, tx: Transaction, placed: Sequence[_Placed], loose: Sequence[_Found]) -> list[int]:
        files = [*loose, *(found for each in placed for found, _ in each.members())]
        intake.lock_images(tx, sorted({found.known.image_id for found in files if found.known is not None}))
        new = [each for each in placed if each.group.image is None]
        ids = intake.add_images(tx, self.catalog_id, self.source_id, [each.shape for each in new])
        self.counts["images"] += len(ids)
        for each, image_id in zip(new, ids, strict=True):
            each.group.image = image_id
        touched = [_image(each) for each in placed if each.touched]
        self._write_files(tx, placed)
        self._write_loose(tx, loose, touched)
        intake.set_shapes(tx, {_image(each): each.shape for each in placed})
        intake.touch(tx, sorted(set(touched) - set(ids)))
        return touched

    def _write_files(self, tx: Transaction, placed: Sequence[_Placed]) -> None:
        added: list[NewFile] = []
        updated: list[NewFile] = []
        roles: dict[int, FileRole] = {}
        for each in placed:
            for found, role in each.members():
                file = NewFile(found.known.id if found.known else None, _image(each), found.seen, role, found.content)
                self._count(found)
                if found.known is None:
                    added.append(file)
                elif found.changed or found.returned or found.known.image_id != each.group.image:
                    updated.append(file)
                elif found.known.role is not role:
                    roles[found.known.id] = role
        intake.add_files(tx, self.source_id, added)
        intake.update_files(tx, updated)
        intake.set_roles(tx, roles)

    def _write_loose(self, tx: Transaction, loose: Sequence[_Found], touched: list[int]) -> None:
        """Sidecars without a master: a known one stays with its image, which may come back; a new one is left out."""
        known = [(found, found.known) for found in loose if found.known is not None]
        self.judge.ignored["sidecar"] += len(loose) - len(known)
        updates = [
            NewFile(row.id, row.image_id, found.seen, FileRole.SIDECAR, found.content)
            for found, row in known
            if found.changed or found.returned
        ]
        intake.update_files(tx, updates)
        touched.extend(update.image_id for update in updates)

    def _count(self, found: _Found) -> None:
        if found.known is None:
            self.counts["new"] += 1
        elif found.changed:
            self.counts["changed"] += 1
        if found.returned:
            self.counts["returned"] += 1


def _settled_elsewhere(files: Sequence[Known], returned: Mapping[str, Known]) -> list[str]:
    """Paths of returned files whose image lives in another folder by now: they become images of their own."""
    masters = [file for file in files if not file.missing and file.role is not FileRole.SIDECAR]
    homes = {file.image_id: names.parent(file.path) for file in masters}
    return [
        path
        for path, row in returned.items()
        if row.missing and row.image_id in homes and homes[row.image_id] != names.parent(path)
    ]


def _candidate(name: str, found: _Found) -> Candidate:
    known = found.known
    return Candidate(name, found.content, known.image_id if known else None, known is not None and known.apart)


def _image(placed: _Placed) -> int:
    assert placed.group.image is not None
    return placed.group.image

"""Put images right whose files went apart: after moves, losses, or because a person said so."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Sequence
from uuid import UUID

from lumina.domain.values import FileRole, MediaKind
from lumina.errors import NotFound
from lumina.files import names
from lumina.files.group import Candidate, group, rank, stem
from lumina.store import Transaction, curation, intake
from lumina.store.intake import Known, NewImage

Place = tuple[int, str]
"""A source and a folder in it."""


def regroup(tx: Transaction, image_ids: Sequence[int], gone: Collection[int] = ()) -> list[int]:
    """Give the files that are left of these images their parts anew.

    Args:
        tx: the transaction.
        image_ids: the images.
        gone: files that are not there, though not marked missing yet.

    Returns:
        The images that still have a master.
    """
    roles: dict[int, FileRole] = {}
    shapes: dict[int, NewImage] = {}
    for image_id, files in _present(tx, image_ids, gone).items():
        by_name = {file.path: file for file in files}
        groups, _ = group([_candidate(file) for file in files], lambda _: None)
        for each in groups:
            path = each.original.name
            shapes[image_id] = NewImage(names.parent(path), stem(names.base(path)), each.kind)
            roles.update({by_name[c.name].id: role for c, role in each.members if by_name[c.name].role is not role})
    intake.set_roles(tx, roles)
    intake.set_shapes(tx, shapes)
    intake.align_sources(tx, list(shapes))
    return list(shapes)


def mend(tx: Transaction, catalog_id: UUID, image_ids: Sequence[int], gone: Collection[int] = ()) -> list[int]:
    """Images torn apart by moves: the best master keeps the image, masters in other folders become images of their own.

    Returns:
        All images concerned, old and new.
    """
    concerned = list(image_ids)
    for files in _present(tx, image_ids, gone).values():
        masters = sorted(
            (file for file in files if file.role is not FileRole.SIDECAR), key=lambda f: rank(_candidate(f))
        )
        away: defaultdict[Place, list[Known]] = defaultdict(list)
        for file in masters:
            if _place(file) != _place(masters[0]):
                away[_place(file)].append(file)
        concerned.extend(_split(tx, catalog_id, members) for members in away.values())
    return regroup(tx, concerned, gone)


def ungroup(tx: Transaction, catalog_id: UUID, image_id: int) -> list[int]:
    """Make every master of an image an image of its own, for good: rescans leave them apart.

    The original keeps the image with all that is known of it; sidecars go with the file they name, else stay with it.

    Returns:
        All images concerned, the old one first; they are due again.

    Raises:
        NotFound: the image has no master.
    """
    intake.lock_images(tx, [image_id])
    files = _present(tx, [image_id]).get(image_id, [])
    masters = sorted((file for file in files if file.role is not FileRole.SIDECAR), key=lambda f: rank(_candidate(f)))
    if not masters:
        raise NotFound(f"There is no image {image_id} with files that are there.")
    sidecars = [file for file in files if file.role is FileRole.SIDECAR]
    concerned = [image_id]
    for master in masters[1:]:
        own = [side for side in sidecars if stem(side.path).casefold() == master.path.casefold()]
        concerned.append(_split(tx, catalog_id, [master, *own]))
    intake.keep_apart(tx, concerned)
    regroup(tx, concerned)
    intake.touch(tx, concerned)
    return concerned


def _split(tx: Transaction, catalog_id: UUID, files: Sequence[Known]) -> int:
    source_id, folder = _place(files[0])
    shape = NewImage(folder, stem(names.base(files[0].path)), MediaKind.PHOTO)
    (image_id,) = intake.add_images(tx, catalog_id, source_id, [shape])
    intake.reassign(tx, [file.id for file in files], image_id)
    curation.inherit(tx, image_id, files[0].image_id)
    return image_id


def _present(tx: Transaction, image_ids: Sequence[int], gone: Collection[int] = ()) -> dict[int, list[Known]]:
    found: defaultdict[int, list[Known]] = defaultdict(list)
    for file in intake.of_images(tx, image_ids):
        if not file.missing and file.id not in gone:
            found[file.image_id].append(file)
    return found


def _place(file: Known) -> Place:
    return file.source_id, names.parent(file.path)


def _candidate(file: Known) -> Candidate:
    return Candidate(file.path, file.content, file.image_id, file.apart)

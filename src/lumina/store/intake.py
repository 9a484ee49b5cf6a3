"""Write what a scan found: images and files, in sets."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from lumina.domain.scan import Seen
from lumina.domain.values import FileFormat, FileRole, MediaKind
from lumina.store.database import Row, Transaction


@dataclass(frozen=True, slots=True)
class Known:
    """A file's row, with what grouping needs of its image."""

    id: int
    image_id: int
    source_id: int
    path: str
    role: FileRole
    content: FileFormat
    size: int
    modified_ns: int
    missing: bool
    apart: bool


@dataclass(frozen=True, slots=True)
class NewImage:
    """An image to be made."""

    folder: str
    stem: str
    kind: MediaKind
    apart: bool = False


@dataclass(frozen=True, slots=True)
class NewFile:
    """A file to be made, or a known one (`id`) to be brought up to date."""

    id: int | None
    image_id: int
    seen: Seen
    role: FileRole
    content: FileFormat


_KNOWN = """SELECT file.id, file.image_id, file.source_id, file.path, file.role, file.format AS content, file.size,
    file.modified_ns, file.missing_since IS NOT NULL AS missing, image.grouping = 'apart' AS apart
    FROM file JOIN image ON image.id = file.image_id"""


def at_paths(tx: Transaction, source_id: int, paths: Sequence[str]) -> list[Known]:
    """Rows for these paths; of several missing at one path the latest, and none where there is a present one.

    A file that Lumina has taken to its trash is not known any more: what stands there now is another.
    """
    rows = tx.rows(
        f"""{_KNOWN} WHERE file.id IN (
            SELECT DISTINCT ON (path) id FROM file WHERE source_id = :source AND path = ANY(:paths)
              AND (missing_since IS NULL OR trash_path IS NULL)
            ORDER BY path, missing_since DESC NULLS FIRST, id DESC) ORDER BY file.path""",
        source=source_id,
        paths=list(paths),
    )
    return [_known(row) for row in rows]


def of_images(tx: Transaction, image_ids: Sequence[int]) -> list[Known]:
    """All files of these images."""
    rows = tx.rows(f"{_KNOWN} WHERE file.image_id = ANY(:ids) ORDER BY file.path, file.id", ids=list(image_ids))
    return [_known(row) for row in rows]


def lock_images(tx: Transaction, image_ids: Sequence[int]) -> None:
    """In the order in which every writer locks, so that none waits for another in a circle."""
    tx.execute("SELECT 1 FROM image WHERE id = ANY(:ids) ORDER BY id FOR NO KEY UPDATE", ids=sorted(image_ids))


def add_images(tx: Transaction, catalog_id: UUID, source_id: int, images: Sequence[NewImage]) -> list[int]:
    """New images; returns their ids in order."""
    if not images:
        return []
    ids: list[int] = tx.value(
        "SELECT array_agg(nextval(pg_get_serial_sequence('image', 'id'))) FROM generate_series(1, :n)", n=len(images)
    )
    tx.execute(
        """INSERT INTO image (id, catalog_id, source_id, kind, folder, stem, grouping) OVERRIDING SYSTEM VALUE
        SELECT id, :catalog, :source, kind, folder, stem, CASE WHEN apart THEN 'apart' ELSE 'auto' END
        FROM unnest(CAST(:ids AS bigint[]), CAST(:kinds AS text[]), CAST(:folders AS text[]), CAST(:stems AS text[]),
            CAST(:apart AS boolean[])) AS n (id, kind, folder, stem, apart)""",
        catalog=catalog_id,
        source=source_id,
        ids=ids,
        kinds=[image.kind.value for image in images],
        folders=[image.folder for image in images],
        stems=[image.stem for image in images],
        apart=[image.apart for image in images],
    )
    return ids


def add_files(tx: Transaction, source_id: int, files: Sequence[NewFile]) -> None:
    """New files of images that exist."""
    if files:
        tx.execute(
            f"""INSERT INTO file (image_id, source_id, path, role, format, size, modified_ns, device, inode)
            SELECT image_id, :source, path, role, format, size, modified_ns, device, inode FROM {_UNNESTED}""",
            source=source_id,
            **_columns(files),
        )


def update_files(tx: Transaction, files: Sequence[NewFile]) -> None:
    """Known files as they are now; they are there again if they were missing."""
    if files:
        tx.execute(
            f"""UPDATE file SET image_id = n.image_id, role = n.role, format = n.format, size = n.size,
                modified_ns = n.modified_ns, device = n.device, inode = n.inode, missing_since = NULL
            FROM {_UNNESTED} WHERE file.id = n.id""",
            **_columns(files),
        )


def set_roles(tx: Transaction, roles: Mapping[int, FileRole]) -> None:
    """File id -> the part it plays now."""
    if roles:
        tx.execute(
            """UPDATE file SET role = n.role FROM unnest(CAST(:ids AS bigint[]), CAST(:roles AS text[])) AS n (id, role)
            WHERE file.id = n.id""",
            ids=list(roles),
            roles=[role.value for role in roles.values()],
        )


def set_shapes(tx: Transaction, shapes: Mapping[int, NewImage]) -> None:
    """Image id -> folder, stem and kind, which follow from its original; such an image is there."""
    if shapes:
        tx.execute(
            """UPDATE image SET folder = n.folder, stem = n.stem, kind = n.kind, missing_since = NULL
            FROM unnest(CAST(:ids AS bigint[]), CAST(:folders AS text[]), CAST(:stems AS text[]),
                CAST(:kinds AS text[])) AS n (id, folder, stem, kind)
            WHERE image.id = n.id AND (image.folder, image.stem, image.kind, image.missing_since IS NULL)
                IS DISTINCT FROM (n.folder, n.stem, n.kind, true)""",
            ids=list(shapes),
            folders=[shape.folder for shape in shapes.values()],
            stems=[shape.stem for shape in shapes.values()],
            kinds=[shape.kind.value for shape in shapes.values()],
        )


def touch(tx: Transaction, image_ids: Sequence[int]) -> None:
    """A file of these images changed: results that are under way are void, those that are there are stale."""
    if not image_ids:
        return  # statements that change nothing still run the triggers
    tx.execute("UPDATE image SET revision = revision + 1 WHERE id = ANY(:ids)", ids=list(image_ids))
    tx.execute(
        "UPDATE stage_state SET status = 3, attempts = 0 WHERE image_id = ANY(:ids) AND status <> 3",
        ids=list(image_ids),
    )


def void_running(tx: Transaction, image_ids: Sequence[int]) -> None:
    """Files of these images moved: results under way may stem from another file that took the old place."""
    tx.execute("UPDATE image SET revision = revision + 1 WHERE id = ANY(:ids)", ids=list(image_ids))


def unfinished(tx: Transaction, image_ids: Sequence[int]) -> list[int]:
    """Of these images, those of which a stage is neither done nor failed: work on them may have been voided.

    Stages of models (`embed:MODEL`, `tag`, `cutout`) do not count, since most models are not installed, nor does the
    one that fetches images of marketplaces.
    """
    return list(
        tx.execute(
            """SELECT id FROM image WHERE id = ANY(:ids) AND missing_since IS NULL
              AND EXISTS (SELECT FROM stage g WHERE strpos(g.name, ':') = 0 AND g.name <> ALL(:others) AND NOT EXISTS (
                SELECT FROM stage_state s WHERE s.image_id = image.id AND s.stage_id = g.id AND s.status IN (1, 2)))""",
            ids=list(image_ids),
            others=["download", "cutout", "tag"],
        ).scalars()
    )


def close_missing(tx: Transaction, image_ids: Sequence[int]) -> None:
    """Images none of whose masters are there are missing."""
    tx.execute(
        f"UPDATE image SET missing_since = now() WHERE id = ANY(:ids) AND missing_since IS NULL AND NOT {_HAS_MASTER}",
        ids=list(image_ids),
    )


def reassign(tx: Transaction, file_ids: Sequence[int], image_id: int) -> None:
    """These files belong to another image from now on."""
    tx.execute("UPDATE file SET image_id = :image WHERE id = ANY(:ids)", ids=list(file_ids), image=image_id)


def align_sources(tx: Transaction, image_ids: Sequence[int]) -> None:
    """An image is counted from the source of its original."""
    tx.execute(
        """UPDATE image SET source_id = file.source_id FROM file
        WHERE file.image_id = image.id AND file.role = 'original' AND file.missing_since IS NULL
          AND image.id = ANY(:ids) AND image.source_id <> file.source_id""",
        ids=list(image_ids),
    )


def keep_apart(tx: Transaction, image_ids: Sequence[int]) -> None:
    """A person ungrouped these."""
    tx.execute("UPDATE image SET grouping = 'apart' WHERE id = ANY(:ids)", ids=list(image_ids))


def mark_missing(tx: Transaction, file_ids: Sequence[int]) -> list[int]:
    """These files are gone; so are images none of whose masters are left. Returns the images that are still there."""
    tx.execute(
        """SELECT 1 FROM image WHERE id IN (SELECT image_id FROM file WHERE id = ANY(:ids))
        ORDER BY id FOR NO KEY UPDATE""",
        ids=list(file_ids),
    )
    images: list[int] = tx.value(
        """WITH gone AS (UPDATE file SET missing_since = now() WHERE id = ANY(:ids) AND missing_since IS NULL
            RETURNING image_id) SELECT coalesce(array_agg(DISTINCT image_id), '{}') FROM gone""",
        ids=list(file_ids),
    )
    close_missing(tx, images)
    return list(tx.execute(f"SELECT id FROM image WHERE id = ANY(:ids) AND {_HAS_MASTER}", ids=images).scalars())


_HAS_MASTER = """EXISTS (SELECT 1 FROM file WHERE file.image_id = image.id AND file.missing_since IS NULL
    AND file.role <> 'sidecar')"""
_UNNESTED = """unnest(CAST(:ids AS bigint[]), CAST(:image_ids AS bigint[]), CAST(:paths AS text[]),
    CAST(:roles AS text[]), CAST(:formats AS text[]), CAST(:sizes AS bigint[]), CAST(:modified AS bigint[]),
    CAST(:devices AS bigint[]), CAST(:inodes AS numeric[]))
    AS n (id, image_id, path, role, format, size, modified_ns, device, inode)"""


def _columns(files: Sequence[NewFile]) -> dict[str, list[object]]:
    return {
        "ids": [file.id for file in files],
        "image_ids": [file.image_id for file in files],
        "paths": [file.seen.path for file in files],
        "roles": [file.role.value for file in files],
        "formats": [file.content.value for file in files],
        "sizes": [file.seen.size for file in files],
        "modified": [file.seen.modified_ns for file in files],
        "devices": [file.seen.device for file in files],
        "inodes": [file.seen.inode for file in files],
    }


def _known(row: Row) -> Known:
    values = dict(row)
    return Known(**{**values, "role": FileRole(values["role"]), "content": FileFormat(values["content"])})

"""Files of images of marketplaces: where each can be fetched, and what has been."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from lumina.domain.market import Downloaded, RemoteImage
from lumina.store import intake, leftovers
from lumina.store.database import Transaction
from lumina.store.inputs import Input
from lumina.store.leftovers import Leftover
from lumina.store.markets import BACKUP

_FILES = "SELECT image_id, source_id, path, size, role, missing_since FROM file WHERE image_id = ANY(:ids)"
"""Files by their images and nothing else: while a table grows by thousands of rows a second, the server's statistics
make it go through all files of a source, for each of the images."""


def remote_images(tx: Transaction, image_ids: Sequence[int], node: str = "") -> Mapping[int, RemoteImage]:
    """Where the files of these images can be fetched and where they go; images of no marketplace are left out.

    `path` is that of the file which is there; without one (`size` None) it lacks the end that a format gives it.
    A file that was moved to another source is none that could be asked for anew by its mark.
    """
    rows = tx.rows(
        f"""WITH known AS MATERIALIZED ({_FILES}), f AS (
            SELECT DISTINCT ON (image_id, source_id) * FROM known WHERE role = 'original' AND missing_since IS NULL
            ORDER BY image_id, source_id, path)
        SELECT l.image_id, l.source_id, l.listing_id, l.remote_id, l.url, l.etag, l.last_modified, market.hosts,
            coalesce(mount.path, source.path) AS root, f.path, f.size,
            CASE WHEN image.folder = '' THEN image.stem ELSE image.folder || '/' || image.stem END AS name
        FROM listing_image l JOIN image ON image.id = l.image_id JOIN source ON source.id = l.source_id
            JOIN market ON market.source_id = l.source_id
            LEFT JOIN mount ON mount.source_id = l.source_id AND mount.node = :node
            LEFT JOIN f ON f.image_id = l.image_id AND f.source_id = l.source_id
        WHERE l.image_id = ANY(:ids)""",
        ids=list(image_ids),
        node=node,
    )
    return {
        row["image_id"]: RemoteImage(
            image_id=row["image_id"],
            source_id=row["source_id"],
            listing_id=row["listing_id"],
            remote_id=row["remote_id"],
            url=row["url"],
            root=Path(row["root"]),
            path=row["path"] or row["name"],
            size=row["size"],
            etag=row["etag"],
            last_modified=row["last_modified"],
            hosts=tuple(row["hosts"]),
        )
        for row in rows
    }


def save_downloads(tx: Transaction, results: Sequence[tuple[Input, Downloaded]]) -> None:
    """The files are there: their rows, the images that need not be awaited any more, and marks for the next time.

    An image that had another file before is another picture: its other stages are due again, and results that are
    under way are void. The caller has locked the images.
    """
    results = sorted(results, key=lambda result: result[0].image_id)
    there = _with_original(tx, [source.image_id for source, _ in results])
    others = {source.image_id for source, done in results if done.changed} & there
    intake.touch(tx, sorted(others | _with_another(tx, [result for result in results if result[0].image_id in there])))
    again = [result for result in results if result[0].image_id in there]
    if again:
        _leave_behind(tx, again)
        _update_files(tx, again)
    _add_files(tx, [result for result in results if result[0].image_id not in there])
    tx.execute(
        """UPDATE image SET awaited = false, missing_since = NULL
        WHERE id = ANY(:ids) AND (awaited OR missing_since IS NOT NULL)""",
        ids=[source.image_id for source, _ in results],
    )
    tx.execute(
        """UPDATE listing_image l SET etag = n.etag, last_modified = n.last_modified, downloaded_at = now()
        FROM unnest(CAST(:ids AS bigint[]), CAST(:etags AS text[]), CAST(:dates AS text[]))
            AS n (id, etag, last_modified) WHERE l.image_id = n.id""",
        ids=[source.image_id for source, _ in results],
        etags=[done.etag for _, done in results],
        dates=[done.last_modified for _, done in results],
    )


def void(tx: Transaction, results: Sequence[tuple[Input, Downloaded]]) -> list[tuple[int, str]]:
    """Downloads that came too late: their image was removed meanwhile, or told of with another address.

    What lies in the place of one that is still known may be either file: it is due again, without a mark.

    Returns:
        Source and path of files that belong to no image.
    """
    tx.execute(
        """WITH doubted AS (
            UPDATE listing_image SET etag = NULL, last_modified = NULL WHERE image_id = ANY(:ids) RETURNING image_id)
        UPDATE stage_state s SET status = 3 FROM stage g, doubted
        WHERE g.id = s.stage_id AND g.name = 'download' AND s.image_id = doubted.image_id AND s.status = 1""",
        ids=[source.image_id for source, _ in results],
    )
    rows = tx.rows(
        f"""SELECT n.source_id, n.path FROM {_SAID}
        WHERE NOT EXISTS (SELECT FROM file f WHERE f.source_id = n.source_id AND f.path = n.path)
            AND NOT EXISTS (SELECT FROM image i WHERE i.source_id = n.source_id
                AND i.folder = coalesce(substring(n.path FROM '^(.*)/[^/]*$'), '')
                AND i.stem = substring(n.path FROM '([^/]*)[.][^./]*$'))""",
        **_columns(results),
    )
    return [(row["source_id"], row["path"]) for row in rows]


def again(tx: Transaction, source_id: int | None = None) -> int:
    """Make all files due to be asked for again, since a person wants it; returns how many.

    Not those that were moved to another disk: they would come back from there, or rather be here as well.
    """
    return tx.execute(
        """UPDATE stage_state s SET status = 3 FROM stage g, listing_image l
        WHERE g.id = s.stage_id AND g.name = 'download' AND s.status = 1 AND l.image_id = s.image_id
            AND l.url <> '' AND (CAST(:source AS bigint) IS NULL OR l.source_id = :source)
            AND NOT EXISTS (SELECT FROM file WHERE file.image_id = l.image_id AND role = 'original'
                AND missing_since IS NULL AND file.source_id <> l.source_id)""",
        source=source_id,
    ).rowcount


def _with_original(tx: Transaction, image_ids: Sequence[int]) -> set[int]:
    rows = tx.rows(
        f"""WITH known AS MATERIALIZED ({_FILES})
        SELECT DISTINCT image_id FROM known WHERE role = 'original' AND missing_since IS NULL""",
        ids=list(image_ids),
    )
    return {row["image_id"] for row in rows}


def _with_another(tx: Transaction, results: Sequence[tuple[Input, Downloaded]]) -> set[int]:
    """Images whose file has become another one since its row was written: by a process that was killed in between.

    Wherever the row says that it lies: the other one may be of another format, and on the first disk again. A file that
    was moved as it was has its size and time.
    """
    if not results:
        return set()
    rows = tx.rows(
        f"""SELECT n.image_id FROM {_SAID} JOIN file f USING (image_id)
        WHERE f.role = 'original' AND f.missing_since IS NULL
            AND (f.size, f.modified_ns) IS DISTINCT FROM (n.size, n.modified_ns)""",
        **_columns(results),
    )
    return {row["image_id"] for row in rows}


_SAID = """unnest(CAST(:ids AS bigint[]), CAST(:sources AS bigint[]), CAST(:paths AS text[]), CAST(:formats AS text[]),
    CAST(:sizes AS bigint[]), CAST(:modified AS bigint[]), CAST(:devices AS bigint[]), CAST(:inodes AS numeric[]))
    AS n (image_id, source_id, path, format, size, modified_ns, device, inode)"""


_MOVES = "(file.size, file.modified_ns) <> (n.size, n.modified_ns)"
"""What was seen in its place, and is known elsewhere by now, as it was, has been moved there meanwhile: it stays."""


def _leave_behind(tx: Transaction, results: Sequence[tuple[Input, Downloaded]]) -> None:
    """Pictures on a backup disk that were replaced: what lies there may go as soon as the new one has been read."""
    rows = tx.rows(
        f"""DELETE FROM relocation r USING file, source s, {_SAID}
        WHERE file.image_id = n.image_id AND file.role = 'original' AND file.missing_since IS NULL
            AND file.source_id <> n.source_id AND {_MOVES} AND s.id = file.source_id AND s.kind = '{BACKUP}'
            AND r.file_id = file.id
        RETURNING file.id, file.checksum, file.source_id, file.path, r.left_source_id, r.left_path,
            n.source_id AS new_source_id, n.path AS new_path""",
        **_columns(results),
    )
    old = ((row, row["source_id"], row["path"]) for row in rows)
    older = ((row, row["left_source_id"], row["left_path"]) for row in rows if row["left_path"] is not None)
    leftovers.remember(
        tx,
        [
            Leftover(source, path, bytes(row["checksum"]), row["id"])
            for row, source, path in (*old, *older)
            if (source, path) != (row["new_source_id"], row["new_path"])
        ],
    )


def _update_files(tx: Transaction, results: Sequence[tuple[Input, Downloaded]]) -> None:
    """The checksum of a file that has changed is another one, which its stage will tell."""
    tx.execute(
        f"""UPDATE file SET source_id = n.source_id, path = n.path, format = n.format, size = n.size,
            modified_ns = n.modified_ns, device = n.device, inode = n.inode
        FROM {_SAID} WHERE file.id = (
            SELECT id FROM file f WHERE f.image_id = n.image_id AND role = 'original' AND missing_since IS NULL
            ORDER BY f.path LIMIT 1)
        AND (file.source_id, file.path, file.format, file.size, file.modified_ns, file.inode)
            IS DISTINCT FROM (n.source_id, n.path, n.format, n.size, n.modified_ns, n.inode)
        AND (file.source_id = n.source_id OR {_MOVES})""",
        **_columns(results),
    )


def _add_files(tx: Transaction, results: Sequence[tuple[Input, Downloaded]]) -> None:
    if results:
        tx.execute(
            f"""INSERT INTO file (image_id, source_id, path, role, format, size, modified_ns, device, inode)
            SELECT image_id, source_id, path, 'original', format, size, modified_ns, device, inode FROM {_SAID}""",
            **_columns(results),
        )


def _columns(results: Sequence[tuple[Input, Downloaded]]) -> dict[str, list[object]]:
    return {
        "ids": [source.image_id for source, _ in results],
        "sources": [source.source_id for source, _ in results],
        "paths": [done.path for _, done in results],
        "formats": [done.format for _, done in results],
        "sizes": [done.size for _, done in results],
        "modified": [done.modified_ns for _, done in results],
        "devices": [done.device for _, done in results],
        "inodes": [done.inode for _, done in results],
    }

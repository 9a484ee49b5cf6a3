"""Images without files for tests of what people decide, and dumps of all that is decided about them."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from lumina.store import Store, Transaction, catalogs

TABLES = {
    "image": "id, archived, hidden, trashed_at",
    "curation": "image_id, rating, flag, label, favourite, title, caption, keywords, latitude, longitude",
    "album": "id, catalog_id, name",
    "album_image": "album_id, image_id, added_at",
    "distinct_member": "set_id, image_id, content",
    "keeper_choice": "image_id, chosen_at",
    "file": "id, trash_path",
}


def images(store: Store, count: int, *, taken: bool = False) -> tuple[UUID, list[int]]:
    """A catalog of `count` images that have a row and a file each; with `taken` one a minute from 2020 on."""
    with store.transaction() as tx:
        catalog = catalogs.create(tx, f"catalog {tx.value('SELECT count(*) FROM catalog')}")
        source = catalogs.add_source(tx, catalog.id, f"/nowhere/{catalog.id}")
        rows = tx.rows(
            """WITH i AS (INSERT INTO image (catalog_id, source_id, folder, stem, taken_at)
                SELECT :catalog, :source, '', n,
                    CASE WHEN :taken THEN timestamp '2020-01-01' + n * interval '1 minute' END
                FROM generate_series(1, :count) n RETURNING *)
            INSERT INTO file (image_id, source_id, path, role, format, size, modified_ns, content)
            SELECT id, source_id, stem || '.jpg', 'original', 'jpeg', 1, 1, sha256(stem::bytea) FROM i ORDER BY id
            RETURNING image_id""",
            catalog=catalog.id,
            source=source.id,
            count=count,
            taken=taken,
        )
    return catalog.id, [row["image_id"] for row in rows]


def dump(tx: Transaction) -> dict[str, list[dict[str, Any]]]:
    """All that is decided, table by table; albums without a name are no albums, rows that say nothing are none."""
    dumped = {
        table: [dict(row) for row in tx.rows(f"SELECT {columns} FROM {table} ORDER BY {columns}")]
        for table, columns in TABLES.items()
    }
    dumped["album"] = [row for row in dumped["album"] if row["name"] is not None]
    nothing = {"rating": 0, "flag": None, "label": None, "favourite": False, "title": None, "caption": None}
    nothing |= {"keywords": [], "latitude": None, "longitude": None}
    dumped["curation"] = [row for row in dumped["curation"] if row != {"image_id": row["image_id"]} | nothing]
    return dumped

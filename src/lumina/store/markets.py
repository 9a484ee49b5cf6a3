"""Marketplaces: sources whose files have to be fetched."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from uuid import UUID

from lumina.domain.market import Market
from lumina.errors import NotFound
from lumina.store import catalogs
from lumina.store.database import Row, Transaction

SOURCE = "marketplace"
"""Kind of a source that a marketplace fills."""
BACKUP = "backup"
"""Kind of a source that images of a marketplace are moved to."""
_MARKETS = """SELECT m.source_id, m.name, m.address, m.hosts, coalesce(mount.path, s.path) AS folder
    FROM market m JOIN source s ON s.id = m.source_id
    LEFT JOIN mount ON mount.source_id = s.id AND mount.node = :node"""


def ensure(
    tx: Transaction, name: str, *, title: str, address: str, folder: Path, hosts: Sequence[str] = (), node: str = ""
) -> Market:
    """The marketplace of this name; made with a catalog of its own where there is none.

    A known one keeps its catalog and folder; address and hosts become the given ones.

    Args:
        tx: the transaction.
        name: `etsy`, `demo`.
        title: of the catalog.
        address: of its API.
        folder: where downloads go.
        hosts: `host:port` that images may come from although their addresses are private.
        node: whose view of the folder is meant.
    """
    catalogs.lock_names(tx)
    known = tx.value("SELECT source_id FROM market WHERE name = :name", name=name)
    if known is None:
        catalog = catalogs.named(tx, title) or catalogs.create(tx, title)
        known = catalogs.add_source(tx, catalog.id, str(folder), kind=SOURCE).id
    tx.execute(
        """INSERT INTO market (source_id, name, address, hosts) VALUES (:source, :name, :address, :hosts)
        ON CONFLICT (source_id) DO UPDATE SET address = excluded.address, hosts = excluded.hosts""",
        source=known,
        name=name,
        address=address,
        hosts=list(hosts),
    )
    return get(tx, known, node)


def get(tx: Transaction, source_id: int, node: str = "") -> Market:
    """One marketplace.

    Raises:
        NotFound: the source is none.
    """
    row = tx.row(f"{_MARKETS} WHERE m.source_id = :source", source=source_id, node=node)
    if row is None:
        raise NotFound(f"Source {source_id} is no marketplace.")
    return _market(row)


def named(tx: Transaction, name: str, node: str = "") -> Market | None:
    """The marketplace of this name, if there is one."""
    row = tx.row(f"{_MARKETS} WHERE m.name = :name", name=name, node=node)
    return None if row is None else _market(row)


def every(tx: Transaction, node: str = "") -> list[Market]:
    """All marketplaces, oldest first."""
    return [_market(row) for row in tx.rows(f"{_MARKETS} ORDER BY m.created_at, m.source_id", node=node)]


def catalog_ids(tx: Transaction) -> set[UUID]:
    """Catalogs of marketplaces."""
    rows = tx.rows("SELECT DISTINCT catalog_id FROM source WHERE id IN (SELECT source_id FROM market)")
    return {row["catalog_id"] for row in rows}


def _market(row: Row) -> Market:
    return Market(row["source_id"], row["name"], row["address"], tuple(row["hosts"]), Path(row["folder"]))

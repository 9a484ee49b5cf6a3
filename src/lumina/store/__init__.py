"""The only place with SQL. Repositories are modules of functions over a `Transaction`."""

from lumina.store.database import Row, Store, Transaction

__all__ = ["Row", "Store", "Transaction"]

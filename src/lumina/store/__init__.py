"""The only place with SQL. Repositories are modules of functions over a `Transaction`."""

from lumina.store.database import Row, Store, Transaction, translated

__all__ = ["Row", "Store", "Transaction", "translated"]

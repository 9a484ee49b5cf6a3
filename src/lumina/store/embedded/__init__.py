"""The PostgreSQL that comes along: started by Lumina, its data inside the home."""

from lumina.store.embedded.server import EmbeddedPostgres

__all__ = ["EmbeddedPostgres"]

"""Alembic migrations, run at start under a lock."""

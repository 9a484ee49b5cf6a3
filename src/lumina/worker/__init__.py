"""Celery workers: the thin door through which the engine is run."""

"""The Celery application, for sending only."""

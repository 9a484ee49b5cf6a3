"""HTTP: thin FastAPI routes over the services."""

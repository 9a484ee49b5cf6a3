"""Loaded networks behind plain functions on arrays."""

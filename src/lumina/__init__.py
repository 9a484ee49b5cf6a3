"""Lumina: a private, self-hosted, AI-powered image catalog."""

__version__ = "0.1.0"

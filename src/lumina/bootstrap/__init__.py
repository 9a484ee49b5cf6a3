"""The only place that reads settings and builds concrete objects."""

from __future__ import annotations

from lumina.bootstrap.app import App
from lumina.bootstrap.parts import MODELS, build, models_of
from lumina.bootstrap.pipeline import stages
from lumina.config import Configuration, Settings, load

__all__ = ["MODELS", "App", "Configuration", "Settings", "build", "load", "models_of", "stages"]

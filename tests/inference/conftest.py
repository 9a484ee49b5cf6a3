from __future__ import annotations

from pathlib import Path

import pytest

from lumina.inference.models import Models
from tests.support.tiny_models import entries, install_tiny


@pytest.fixture(scope="session")
def tiny_models(tmp_path_factory: pytest.TempPathFactory) -> Models:
    """The miniatures of all architectures, installed."""
    home = tmp_path_factory.mktemp("models")
    install_tiny(home)
    return Models(home, threads=1, entries=entries())


@pytest.fixture
def own_models(tmp_path: Path) -> Models:
    """As `tiny_models`, but of CLIP alone and to be damaged."""
    install_tiny(tmp_path, "clip-vit-b32")
    return Models(tmp_path, threads=1, entries=entries())

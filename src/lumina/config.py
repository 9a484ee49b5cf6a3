"""One frozen `Settings`: flag beats environment beats `lumina.toml` beats default."""

from __future__ import annotations

import os
from pathlib import Path

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict


class Settings(BaseSettings):
    """Everything that can be set; each field's description is shown by `lumina config`."""

    model_config = SettingsConfigDict(env_prefix="LUMINA_", frozen=True, extra="forbid")

    home: Path = Field(Path("~/.local/share/lumina").expanduser(), description="Everything that Lumina writes.")
    database_url: str = Field("", description="PostgreSQL 15+; empty: the embedded one inside the home.")
    broker_url: str = Field("", description="redis://... when scaled; empty: the same PostgreSQL.")
    host: str = Field("127.0.0.1", description="Address the server listens on.")
    port: int = Field(8765, ge=0, le=65535, description="Port the server listens on.")
    node: str = Field("server", description="This machine's name among the nodes.")
    slots: int = Field(default_factory=lambda: os.cpu_count() or 1, ge=1, description="CPU worker processes.")
    worker_memory: int = Field(1024, ge=256, description="Memory limit of a CPU worker process, MiB.")
    item_seconds: int = Field(120, ge=1, description="Longest time one file may take in a stage.")
    max_megapixels: int = Field(500, ge=1, description="Larger pictures are refused as bombs.")
    lease_seconds: int = Field(60, ge=5, description="A worker silent for this long loses its batch.")
    keep_jobs_days: int = Field(30, ge=0, description="Finished jobs are kept this long.")
    offline_share: float = Field(0.5, gt=0, le=1, description="A source that lost more than this share is offline.")

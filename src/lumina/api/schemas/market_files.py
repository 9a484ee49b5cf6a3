"""Files of a marketplace: vectors for other programs, a backup disk, another program's folder."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from lumina.api.schemas.base import Answer, Request
from lumina.api.schemas.catalogs import FolderPath

Name = Annotated[str, Field(min_length=1, max_length=100)]


class NewMarketExport(Request):
    """Vectors to write to files."""

    folder: FolderPath
    models: list[Name] | None = Field(None, min_length=1, max_length=50, description="Null: all wanted ones.")
    market: str | None = Field(None, max_length=50, description="By its name; null: the only one.")
    of: Literal["image", "cutout"] = Field("image", description="Vectors of the pictures, or of their cut-outs.")
    dry_run: bool = False


class MarketExportPlan(Answer):
    """What an export would write. `files`: name -> numbers of each vector."""

    market: str
    rows: int = Field(description="Images that every model has embedded.")
    images: int
    bytes: int
    files: dict[str, int]


class NewMarketCleanup(Request):
    """Images to move to a backup disk, or back: either `folder` or `back`."""

    folder: FolderPath | None = None
    back: bool = False
    market: str | None = Field(None, max_length=50, description="By its name; null: the only one.")
    dry_run: bool = False


class MarketCleanupPlan(Answer):
    """What a clean-up would move."""

    market: str
    images: int
    bytes: int
    models: list[str] = Field(description="All of which have embedded them.")
    unfinished: int = Field(description="Files of an earlier time that still lie at both places.")
    warning: str | None


class NewMarketAdoption(Request):
    """A folder that another program has filled."""

    folder: FolderPath
    copy_files: bool = Field(False, description="Copy the files, instead of using them where they are.")
    vectors_of: Literal["image", "cutout"] | None = Field(
        None, description="What its vectors are of; null: what they say of themselves, otherwise pictures."
    )

"""One frozen `Settings`: flag beats environment beats `lumina.toml` beats default."""

from __future__ import annotations

import difflib
import os
import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, Literal

import platformdirs
from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints, ValidationError

from lumina.errors import BadSetting

PREFIX = "LUMINA_"
FILE = "lumina.toml"
NOT_SETTINGS = ("LUMINA_TEST_",)
"""Beginnings of environment variables that are meant for others than the program."""

_PASSWORD = re.compile(r"(?<=:)(?P<slashes>//[^:/@\s]*:)[^@\s]+(?=@)|(?<=password=)[^&\s]+")


def _absolute(path: Path) -> Path:
    return path.expanduser().absolute()


def _is_database(url: str) -> str:
    if url and not re.match(r"postgresql(\+psycopg)?://", url):
        raise ValueError("it should begin with postgresql://")
    return url


def _is_broker(url: str) -> str:
    if url and not re.match(r"(rediss?|postgresql)://", url):
        raise ValueError("it should begin with redis:// or be empty")
    return url


def _is_address(url: str) -> str:
    if url and not re.match(r"https?://[^/]", url):
        raise ValueError("it should begin with https:// or http:// or be empty")
    return url


def _are_names(names: str) -> str:
    return ",".join(name for part in names.split(",") if (name := part.strip()))


Folder = Annotated[Path, AfterValidator(_absolute)]
Name = Annotated[str, StringConstraints(min_length=1, pattern=r"^[A-Za-z0-9._-]+$")]


class Settings(BaseModel):
    """Everything that can be set; each field's description is shown by `lumina config`."""

    model_config = ConfigDict(frozen=True, extra="forbid", validate_default=True)

    home: Folder = Field(
        default_factory=lambda: platformdirs.user_data_path("lumina", appauthor=False),
        description="Everything that Lumina writes.",
    )
    database_url: Annotated[str, AfterValidator(_is_database)] = Field(
        "", description="PostgreSQL 15+; empty: the embedded one inside the home."
    )
    broker_url: Annotated[str, AfterValidator(_is_broker)] = Field(
        "", description="redis://... when scaled; empty: the same PostgreSQL."
    )
    host: str = Field("127.0.0.1", min_length=1, description="Address the server listens on.")
    port: int = Field(8765, ge=0, le=65535, description="Port the server listens on; 0 takes a free one.")
    node: Name = Field("server", description="This machine's name among the nodes.")
    slots: int = Field(default_factory=lambda: os.cpu_count() or 1, ge=1, description="CPU worker processes.")
    worker_memory: int = Field(1024, ge=256, description="Memory limit of a CPU worker process, MiB.")
    item_seconds: int = Field(120, ge=1, description="Longest time one file may take in a stage.")
    max_megapixels: int = Field(500, ge=1, description="Larger pictures are refused as bombs.")
    lease_seconds: int = Field(60, ge=5, description="A worker silent for this long loses its batch.")
    keep_jobs_days: int = Field(30, ge=0, description="Finished jobs are kept this long.")
    offline_share: float = Field(0.5, gt=0, le=1, description="A source that lost more than this share is offline.")
    models: Annotated[str, AfterValidator(_are_names)] = Field(
        "clip-vit-b32,mobilenet-v2", description="Models that are wanted, separated by commas."
    )
    search_model: Name = Field("clip-vit-b32", description="Model that searches by words and pictures.")
    tag_model: Name = Field("mobilenet-v2", description="Model that tags images, and that is taught.")
    downloads: int = Field(8, ge=1, le=64, description="Images that a worker process downloads at the same time.")
    download_megabytes: int = Field(30, ge=1, description="Larger files of marketplaces are refused.")
    cutout_model: Name = Field("u2net", description="Model that cuts products out of marketplaces' pictures.")
    listing_search: Literal["original", "cutout", "both"] = Field(
        "original", description="What listings are compared by: pictures as they are, without background, or both."
    )
    model_mirror: Annotated[str, AfterValidator(_is_address)] = Field(
        "", description="https://... to fetch models from instead of their publishers; empty: the publishers."
    )
    execution: Literal["auto", "cpu", "cuda", "coreml"] = Field("auto", description="What the networks run on.")
    trash_days: int = Field(30, ge=0, description="Files in Lumina's trash are kept at least this long.")
    vault_writable: bool = Field(False, description="Let files leave the sources for Lumina's trash, when told to.")
    market_permission: str = Field(
        "",
        max_length=500,
        description="In your own words: what permission you have to gather a marketplace's content; empty: none.",
    )
    market_rate: float = Field(
        10, gt=0, le=1000, description="Requests per second to a marketplace, at most; fewer where it allows fewer."
    )
    market_keep_hours: float = Field(
        6, ge=0, description="What a marketplace says of a listing expires after so long; 0: never."
    )
    market_content_hours: float = Field(
        24, ge=0, description="Images, shops and reviews of a marketplace expire after so long; 0: never."
    )
    market_purge: bool = Field(False, description="Remove what has expired after each sync, instead of keeping it.")
    log_level: Literal["debug", "info", "warning", "error"] = Field("info", description="What is worth a log line.")


@dataclass(frozen=True, slots=True)
class Setting:
    """One value and where it comes from, as `lumina config` shows it. Passwords are masked."""

    name: str
    value: str | int | float
    origin: str
    description: str


@dataclass(frozen=True, slots=True)
class Configuration:
    """The settings, and each one's origin: `flag`, `environment LUMINA_X`, `file PATH` or `default`."""

    settings: Settings
    origins: Mapping[str, str]

    def table(self) -> list[Setting]:
        """One row per setting, in the order of their definition."""
        return [
            Setting(name, _shown(getattr(self.settings, name)), self.origins[name], field.description or "")
            for name, field in Settings.model_fields.items()
        ]


def load(flags: Mapping[str, Any] | None = None, environment: Mapping[str, str] | None = None) -> Configuration:
    """Read the settings from all places.

    Args:
        flags: values given on the command line; None stands for "not given".
        environment: instead of the process's own.

    Raises:
        BadSetting: a setting is unknown or its value is bad; the message names it and where it stands.
    """
    given = {name: value for name, value in (flags or {}).items() if value is not None}
    _check_names(given, "flag")
    variables = _variables(os.environ if environment is None else environment)
    home = _home(given.get("home", variables.get("home")))
    file = home / FILE
    layers = (("file", _read_file(file)), ("environment", variables), ("flag", given))
    values: dict[str, Any] = {}
    origins = dict.fromkeys(Settings.model_fields, "default")
    for origin, layer in layers:
        values |= layer
        origins |= {name: _origin(origin, name, file) for name in layer}
    return Configuration(_validate(values, origins), origins)


def mask(text: str) -> str:
    """`text` with the passwords of URLs and connection strings replaced."""
    return _PASSWORD.sub(lambda match: f"{match['slashes'] or ''}***", text)


def _origin(origin: str, name: str, file: Path) -> str:
    details = {"environment": f"environment {PREFIX}{name.upper()}", "file": f"file {file}"}
    return details.get(origin, origin)


def _variables(environment: Mapping[str, str]) -> dict[str, str]:
    """Settings in the environment; an empty variable counts as not set."""
    found = {
        name: value
        for name, value in environment.items()
        if name.startswith(PREFIX) and not name.startswith(NOT_SETTINGS)
    }
    _check_names(found, "environment variable", prefix=PREFIX)
    return {name.removeprefix(PREFIX).lower(): value for name, value in found.items() if value}


def _home(given: Any) -> Path:
    return _validate({} if given is None else {"home": given}, {"home": "home"}).home


def _read_file(file: Path) -> dict[str, Any]:
    try:
        text = file.read_bytes().decode("utf-8")
    except (FileNotFoundError, NotADirectoryError):
        return {}
    except (OSError, UnicodeDecodeError) as error:
        raise BadSetting(f"{file} cannot be read: {error}") from error
    try:
        values = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise BadSetting(f"{file} is no valid TOML: {error}") from error
    if "home" in values:
        raise BadSetting(f"{file}: home cannot be set in a file that lies in the home; use LUMINA_HOME.")
    _check_names(values, f"setting in {file}")
    return values


def _check_names(found: Mapping[str, Any], what: str, *, prefix: str = "") -> None:
    for name in found:
        plain = name.removeprefix(prefix).lower() if prefix else name
        if plain not in Settings.model_fields:
            near = difflib.get_close_matches(plain.lower(), Settings.model_fields, n=1)
            known = f"{prefix}{near[0].upper()}" if near and prefix else "".join(near)
            hint = f"; did you mean {known}?" if near else "; `lumina config` lists all."
            raise BadSetting(f"{name}: unknown {what}{hint}")


def _validate(values: Mapping[str, Any], origins: Mapping[str, str]) -> Settings:
    try:
        return Settings(**values)
    except ValidationError as error:
        first = error.errors()[0]
        name = str(first["loc"][0])
        value = mask(repr(values.get(name)))
        problem = first["msg"].removeprefix("Value error, ").removeprefix("Input should be ")
        raise BadSetting(f"{name}: {value} ({origins.get(name, 'default')}) is not allowed: {problem}") from None


def _shown(value: Any) -> str | int | float:
    return value if isinstance(value, int | float) else mask(str(value))

"""Settings: precedence, origins, and what a bad one says."""

from __future__ import annotations

import tempfile
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lumina import config
from lumina.errors import BadSetting

pytestmark = pytest.mark.unit

PORTS = st.one_of(st.none(), st.integers(0, 65535))


@given(flag=PORTS, environment=PORTS, file=PORTS)
def test_flag_beats_environment_beats_file_beats_default(
    flag: int | None, environment: int | None, file: int | None
) -> None:
    with tempfile.TemporaryDirectory() as home:
        variables = {"LUMINA_HOME": home}
        if environment is not None:
            variables["LUMINA_PORT"] = str(environment)
        if file is not None:
            (Path(home) / "lumina.toml").write_text(f"port = {file}\n")
        found = config.load({"port": flag}, variables)
    candidates = [(flag, "flag"), (environment, "environment"), (file, "file"), (8765, "default")]
    value, origin = next((value, origin) for value, origin in candidates if value is not None)
    assert found.settings.port == value
    assert found.origins["port"].split()[0] == origin


def test_the_home_of_a_flag_decides_which_file_is_read(tmp_path: Path) -> None:
    (tmp_path / "lumina.toml").write_text("slots = 7\n")
    found = config.load({"home": tmp_path}, {"LUMINA_HOME": "/somewhere/else"})
    assert found.settings.slots == 7
    assert found.origins["slots"] == f"file {tmp_path / 'lumina.toml'}"


def test_every_setting_is_listed_with_origin_and_description(tmp_path: Path) -> None:
    rows = config.load({}, {"LUMINA_HOME": str(tmp_path), "LUMINA_HOST": "0.0.0.0"}).table()
    assert {row.name for row in rows} == set(config.Settings.model_fields)
    assert all(row.description for row in rows)
    origins = {row.name: row.origin for row in rows}
    assert origins["host"] == "environment LUMINA_HOST"
    assert origins["node"] == "default"


def test_an_empty_variable_counts_as_not_set(tmp_path: Path) -> None:
    found = config.load({}, {"LUMINA_HOME": str(tmp_path), "LUMINA_PORT": ""})
    assert (found.settings.port, found.origins["port"]) == (8765, "default")


@pytest.mark.parametrize(
    ("variables", "parts"),
    [
        ({"LUMINA_PROT": "1"}, ["LUMINA_PROT", "did you mean LUMINA_PORT"]),
        ({"LUMINA_WHATEVER_ELSE": "1"}, ["LUMINA_WHATEVER_ELSE", "lumina config"]),
        ({"LUMINA_PORT": "x"}, ["port", "'x'", "environment LUMINA_PORT", "integer"]),
        ({"LUMINA_PORT": "70000"}, ["port", "65535"]),
        ({"LUMINA_SLOTS": "0"}, ["slots", "greater than or equal to 1"]),
        ({"LUMINA_BROKER_URL": "amqp://x"}, ["broker_url", "redis://"]),
        ({"LUMINA_NODE": "a b"}, ["node", "a b"]),
        ({"LUMINA_LOG_LEVEL": "loud"}, ["log_level", "'debug', 'info', 'warning' or 'error'"]),
    ],
)
def test_a_bad_variable_is_named(tmp_path: Path, variables: dict[str, str], parts: list[str]) -> None:
    with pytest.raises(BadSetting) as caught:
        config.load({}, {"LUMINA_HOME": str(tmp_path), **variables})
    assert all(part in str(caught.value) for part in parts), str(caught.value)
    assert caught.value.exit_code == 2


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("prot = 1", ["prot", "lumina.toml", "did you mean port"]),
        ("port = 'x'", ["port", "'x'", "file "]),
        ("port =\nslots = 1", ["lumina.toml", "TOML", "line 1"]),
        ("home = '/x'", ["home", "LUMINA_HOME"]),
        ("[port]\na = 1", ["port", "integer"]),
    ],
)
def test_a_bad_line_of_the_file_is_named(tmp_path: Path, text: str, parts: list[str]) -> None:
    (tmp_path / "lumina.toml").write_text(text)
    with pytest.raises(BadSetting) as caught:
        config.load({}, {"LUMINA_HOME": str(tmp_path)})
    assert all(part in str(caught.value) for part in parts), str(caught.value)


def test_a_file_that_is_no_text_is_named(tmp_path: Path) -> None:
    (tmp_path / "lumina.toml").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(BadSetting, match=r"lumina\.toml cannot be read"):
        config.load({}, {"LUMINA_HOME": str(tmp_path)})


def test_variables_of_the_tests_are_nobody_elses_business(tmp_path: Path) -> None:
    config.load({}, {"LUMINA_HOME": str(tmp_path), "LUMINA_TEST_POSTGRES": "x"})


@given(
    user=st.text("abc", min_size=0, max_size=3),
    secret=st.text(st.characters(codec="ascii", categories=["L", "N"]), min_size=8).map(lambda text: f"s3cret{text}"),
    tail=st.sampled_from(["h/db", "/db?host=/tmp", "h:1/0"]),
)
def test_passwords_never_show(user: str, secret: str, tail: str) -> None:
    url = f"postgresql://{user}:{secret}@{tail}"
    shown = config.mask(f"cannot use {url} or host=x password={secret}")
    assert secret not in shown
    assert tail in shown


def test_the_table_masks_passwords(tmp_path: Path) -> None:
    variables = {"LUMINA_HOME": str(tmp_path), "LUMINA_DATABASE_URL": "postgresql://me:hush@db/lumina"}
    rows = {row.name: row.value for row in config.load({}, variables).table()}
    assert rows["database_url"] == "postgresql://me:***@db/lumina"


def test_a_bad_url_is_reported_without_its_password(tmp_path: Path) -> None:
    with pytest.raises(BadSetting) as caught:
        config.load({}, {"LUMINA_HOME": str(tmp_path), "LUMINA_DATABASE_URL": "mysql://me:hush@db/lumina"})
    assert "hush" not in str(caught.value)
    assert "mysql://me:***@db/lumina" in str(caught.value)


def test_a_home_with_a_tilde_or_relative_is_made_absolute(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)
    assert config.load({}, {"LUMINA_HOME": "photos"}).settings.home == tmp_path / "photos"
    assert config.load({}, {"LUMINA_HOME": "~/x"}).settings.home == Path.home() / "x"

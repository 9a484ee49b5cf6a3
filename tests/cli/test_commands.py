"""Every verb as a person or a script calls it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from lumina import __version__
from tests.conftest import copied
from tests.support.lumina_home import Home, paint

pytestmark = pytest.mark.integration

STAGES = {"checksum", "metadata", "proxy", "thumbnail", "hash", "quality"}
WAITING = {"embed:clip-vit-b32", "embed:mobilenet-v2", "tag"}
"""Of models that are wanted, but not installed."""


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Six pictures, one cut short, one that is none."""
    folder = tmp_path_factory.mktemp("library") / "my photos"
    for number in range(6):
        paint(folder / "trip" / f"IMG_{number:04}.jpg", number + 1)
    (folder / "empty.jpg").write_bytes(b"")
    (folder / "text\x1b[31m.jpg").write_text("not a picture at all, " * 30)
    return folder


@pytest.fixture(scope="module")
def home(
    postgres: str, template_database: str, tmp_path_factory: pytest.TempPathFactory, library: Path
) -> Iterator[Home]:
    """A home in which `library` has been processed once; `first` is what that run said.

    Its database runs already: one inside the home would be started and stopped by every verb.
    """
    home = Home(tmp_path_factory.mktemp("home"))
    with copied(postgres, template_database) as home.environment["LUMINA_DATABASE_URL"]:
        home.first = home.json("up", "--once", library, code=3)  # type: ignore[attr-defined]
        yield home
        home.run("stop")


def test_a_run_names_each_failed_file_with_its_reason(home: Home, library: Path) -> None:
    first = home.first  # type: ignore[attr-defined]
    assert first["exit_code"] == 3
    assert {Path(failure["path"]).name for failure in first["failures"]} == {"empty.jpg", "text\x1b[31m.jpg"}
    assert all(failure["reason"] and failure["code"] for failure in first["failures"])
    assert [(job["kind"], job["state"]) for job in first["jobs"]] == [
        ("ingest", "SUCCESS"),
        ("detect-bursts", "SUCCESS"),
        ("detect-duplicates", "SUCCESS"),
    ]


def test_a_second_run_does_nothing_and_says_0(home: Home, library: Path) -> None:
    again = home.json("up", "--once", library)
    assert again["failures"] == []
    assert sum(job["total"] for job in again["jobs"]) == 0
    assert again["seconds"] < 5


def test_without_paths_all_sources_are_read(home: Home) -> None:
    assert len(home.json("up", "--once")["jobs"]) == 1


def test_status_has_the_fields_that_scripts_rely_on(home: Home) -> None:
    status = home.json("status")
    (catalog,) = status["catalogs"]
    assert set(status) == {"catalogs", "jobs", "models", "nodes"}
    assert catalog["name"] == "Photos"
    assert catalog["images"] == 8
    assert catalog["files"] == 8
    assert set(catalog["stages"]) == STAGES | WAITING
    assert all(catalog["stages"][name]["waiting"] == 8 for name in WAITING)
    for counts in catalog["stages"].values():
        assert set(counts) == {"done", "missing", "failed", "stale", "waiting"}
        assert sum(counts.values()) == 8
        assert counts["missing"] == 0
    assert catalog["stages"]["thumbnail"] == {"done": 6, "missing": 0, "failed": 2, "stale": 0, "waiting": 0}
    assert status["jobs"] == []


def test_images_are_listed_by_the_filters_of_the_timeline(home: Home) -> None:
    everything = home.json("images")["images"]
    assert len(everything) == 8
    failed = home.json("images", "--stage", "thumbnail", "--stage-state", "failed")["images"]
    assert {image["name"] for image in failed} == {"empty.jpg", "text\x1b[31m.jpg"}
    assert (
        home.json("images", "--catalog", "Photos", "--q", "IMG_", "--limit", "2")["images"]
        == [image for image in everything if "IMG_" in image["name"]][:2]
    )
    shown = home.run("images").stdout
    assert "text\\x1b[31m.jpg" in shown
    assert "\x1b" not in shown


def test_images_say_which_filter_is_wrong(home: Home) -> None:
    assert "kind" in home.run("images", "--kind", "hologram", code=2).stderr
    assert "folder needs source" in home.run("images", "--folder", "x", code=2).stderr


def test_status_for_people_says_what_failed_and_shows_hostile_names_as_text(home: Home) -> None:
    shown = home.run("status", "--failed").stdout
    assert "Photos: 8 images, 8 files" in shown
    assert "empty.jpg" in shown
    assert "text\\x1b[31m.jpg" in shown
    assert "\x1b" not in shown


def test_show_finds_an_image_by_the_path_of_its_file_or_by_number(home: Home, library: Path) -> None:
    path = library / "trip" / "IMG_0001.jpg"
    by_path = home.json("show", path)
    assert by_path["files"][0]["path"].endswith("IMG_0001.jpg")
    assert {stage["state"] for stage in by_path["stages"] if stage["stage"] in STAGES} == {"done"}
    assert home.json("show", str(by_path["id"]))["id"] == by_path["id"]
    assert "96 × 64" in home.run("show", path).stdout


@pytest.mark.parametrize("image", ["999999", "/nowhere/x.jpg"])
def test_show_says_what_it_does_not_know(home: Home, image: str) -> None:
    assert image in home.run("show", image, code=1).stderr


def test_failures_are_tried_again_when_asked(home: Home) -> None:
    due = home.json("run", "thumbnail", "--failed", "--dry-run")["due"]
    assert due == {"thumbnail": 2}
    again = home.json("run", "--failed", code=3)
    assert len(again["failures"]) == 2
    assert home.json("run", "thumbnail")["failures"] == []


def test_an_unknown_stage_is_a_usage_error(home: Home) -> None:
    assert "no stage 'thumb'" in home.run("run", "thumb", code=2).stderr
    assert "no stage 'thumb'" in home.run("run", "thumb", "--dry-run", code=2).stderr
    assert "no stage or lane 'thumb'" in home.run("stop", "thumb", code=2).stderr


def test_jobs_can_be_listed_shown_and_retried(home: Home) -> None:
    jobs = home.json("jobs", "list", "--all")["jobs"]
    ingest = next(job for job in jobs if job["kind"] == "ingest" and job["failed"])
    shown = home.json("jobs", "show", ingest["id"])
    assert shown["job"]["state"] == "SUCCESS"
    assert {example["path"].rsplit("/")[-1] for group in shown["failures"] for example in group["examples"]} == {
        "empty.jpg",
        "text\x1b[31m.jpg",
    }
    assert home.json("jobs", "retry", ingest["id"], "--dry-run")["job"]["id"] == ingest["id"]
    new = home.json("jobs", "retry", ingest["id"])["job"]
    assert new["state"] == "PENDING"
    assert [job["id"] for job in home.json("jobs", "list")["jobs"]] == [new["id"]]
    assert home.json("jobs", "pause", new["id"])["job"]["paused"] is True
    assert home.json("jobs", "resume", new["id"])["job"]["paused"] is False
    assert home.json("jobs", "cancel", new["id"])["job"]["cancel_requested"] is True
    home.run("up", "--once")
    assert home.json("jobs", "list")["jobs"] == []
    assert home.json("jobs", "show", new["id"])["job"]["state"] == "CANCELLED"
    assert "ended" in home.run("jobs", "pause", ingest["id"], code=1).stderr


def test_an_unknown_job_is_named(home: Home) -> None:
    missing = "00000000-0000-0000-0000-000000000000"
    assert missing in home.run("jobs", "show", missing, code=1).stderr
    assert "not-an-id" in home.run("jobs", "show", "not-an-id", code=2).stderr


def test_add_names_a_source_without_reading_it(home: Home, tmp_path_factory: pytest.TempPathFactory) -> None:
    more = tmp_path_factory.mktemp("other") / "more"  # stays as long as the home
    paint(more / "one.jpg", 3)
    assert home.json("add", more, "--dry-run")["sources"] == []
    added = home.json("add", more, "--catalog", "Other")
    assert len(added["sources"]) == 1
    assert added["jobs"] == []
    catalogs = {catalog["name"]: catalog for catalog in home.json("status")["catalogs"]}
    assert catalogs["Other"]["images"] == 0


def test_the_doctor_finds_all_in_order_and_what_is_not(home: Home, library: Path) -> None:
    checkup = home.json("doctor")
    assert checkup["ok"] is True
    assert {"home", "space", "database", "extensions", "broker", "sources"} <= {
        check["name"] for check in checkup["checks"]
    }
    away = library.with_name("away")
    library.rename(away)
    try:
        broken = home.run("doctor", code=1).stdout
    finally:
        away.rename(library)
    assert str(library) in broken
    assert "Nothing is removed" in broken


def test_the_doctor_explains_a_database_that_does_not_answer(home: Home) -> None:
    shown = home.run("doctor", code=1, LUMINA_DATABASE_URL="postgresql://me:hush@127.0.0.1:1/x").stdout
    assert "does not answer" in shown
    assert "database_url" in shown
    assert "hush" not in shown


def test_config_shows_origins(home: Home, tmp_path: Path) -> None:
    settings = home.json("--set", "port=1234", "config")
    assert settings["port"] == {"value": 1234, "origin": "flag", "description": settings["port"]["description"]}
    assert settings["home"]["origin"] == "environment LUMINA_HOME"
    assert home.json("--home", tmp_path, "config")["home"]["value"] == str(tmp_path)


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["--nope"], "--nope"),
        (["nope"], "nope"),
        (["status", "--nope"], "--nope"),
        (["up", "--once", "/not/there"], "/not/there does not exist"),
        (["up", "--port", "99999"], "65535"),
        (["--set", "prot=1", "config"], "did you mean port"),
        (["--set", "port", "config"], "NAME=VALUE"),
        (["worker", "--lanes", "fast"], "no lane 'fast'"),
        (["worker", "--lanes", ","], "at least one"),
        (["up", "--host", "0.0.0.0"], "0.0.0.0"),
    ],
)
def test_bad_usage_is_2_and_names_what_was_wrong(home: Home, arguments: list[str], says: str) -> None:
    done = home.run(*arguments, code=2)
    assert says in done.stderr
    assert done.stdout == ""


def test_an_unknown_variable_is_bad_usage(home: Home) -> None:
    assert "did you mean LUMINA_PORT" in home.run("status", code=2, LUMINA_PROT="1").stderr


def test_version_and_help(home: Home) -> None:
    assert home.run("--version").stdout.strip() == __version__
    for verb in ("up", "add", "status", "run", "stop", "jobs", "show", "doctor", "config", "worker"):
        assert verb in home.run("--help").stdout if verb == "up" else True


def test_completion_is_there_for_common_shells(home: Home) -> None:
    done = home.run(code=0, _LUMINA_COMPLETE="complete_bash", COMP_WORDS="lumina st", COMP_CWORD="1")
    assert {"status", "stop"} <= set(done.stdout.split())


def test_stopping_what_does_not_run_says_so_and_leaves_nothing(home: Home) -> None:
    assert home.json("stop") == {
        "running": False,
        "stopped": "all",
        "dry_run": False,
        "message": "Lumina is not running.",
    }
    assert list(home.folder.glob("KILL*")) == []


def test_a_stopped_stage_is_left_out_until_a_person_starts_again(home: Home, library: Path) -> None:
    home.run("stop", "thumbnail")
    assert (home.folder / "KILL_THUMBNAIL").exists()
    new = paint(library / "trip" / "later.jpg", 50)
    home.run("up", "--once", "--service", library)
    stages = {stage["stage"]: stage["state"] for stage in home.json("show", new)["stages"]}
    assert stages["thumbnail"] == "missing"
    assert stages["proxy"] == "done"
    done = home.run("up", "--once", library)
    assert "removed the kill file KILL_THUMBNAIL" in done.stderr
    stages = {stage["stage"]: stage["state"] for stage in home.json("show", new)["stages"]}
    assert stages["thumbnail"] == "done"


def test_a_service_stays_stopped(home: Home) -> None:
    (home.folder / "KILL").touch()
    done = home.run("up", "--once", "--service")
    assert "KILL is there" in done.stderr
    assert (home.folder / "KILL").exists()
    home.run("up", "--once")
    assert not (home.folder / "KILL").exists()


def test_json_is_alone_on_stdout_while_logs_go_to_stderr(home: Home, library: Path) -> None:
    (home.folder / "KILL_GPU").touch()
    done = home.run("up", "--once", library, "--json")
    assert done.stdout.startswith("{")
    assert "KILL_GPU" in done.stderr


def test_dry_runs_change_nothing(tmp_path: Path) -> None:
    home = Home(tmp_path / "home")
    photos = paint(tmp_path / "photos" / "a.jpg", 1).parent
    assert home.json("up", "--once", photos, "--dry-run")["paths"] == [str(photos)]
    assert home.json("stop", "--dry-run")["message"] == "Lumina is not running."
    assert not (tmp_path / "home").exists()


def test_a_home_that_cannot_be_made_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    home = Home(tmp_path / "file" / "home")
    assert f"{tmp_path / 'file' / 'home'} cannot be written" in home.run("status", code=1).stderr
    assert f"{tmp_path / 'file' / 'home'} cannot be written" in home.run("up", "--once", code=1).stderr

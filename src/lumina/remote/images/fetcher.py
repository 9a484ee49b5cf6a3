"""Downloads of images: many at a time, in a loop of their own that lives as long as the process."""

from __future__ import annotations

import asyncio
import os
import threading
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from lumina.domain.market import Downloaded, RemoteImage
from lumina.domain.picture import PictureError
from lumina.domain.stage import Failure
from lumina.remote.images import place
from lumina.remote.images.limits import Limits
from lumina.remote.images.part import Part
from lumina.remote.images.place import Arrived
from lumina.remote.patience import Passing
from lumina.remote.shown import shown

if TYPE_CHECKING:
    from lumina.remote.images.connections import Connections

Outcome = Downloaded | Failure
LOOK_SECONDS = 0.5
"""How often it is looked whether the downloads are to stop."""


class Fetcher:
    """Fetches images into their places. Connections, names and what hosts have said are kept between calls.

    Args:
        examine: looks at a whole file, and says of which format it is.
        limits: what a download may cost.
        stop: whether downloads are to stop now; those that have not ended are put off.
    """

    def __init__(self, examine: Examine, limits: Limits, stop: Callable[[], bool] = lambda: False) -> None:
        self.limits = limits
        self._examine, self._stop = examine, stop
        self._connections: Connections | None = None
        self._lock = threading.Lock()

    def fetch(self, images: Sequence[RemoteImage]) -> list[Outcome]:
        """One outcome per image, in order; safe to call from several threads, and after a fork."""
        from lumina.remote.images.connections import Connections  # aiohttp is for those who download

        with self._lock:
            if self._connections is None or self._connections.pid != os.getpid():
                self._connections = Connections(self.limits)
        connections = self._connections
        for root in {image.root for image in images} - connections.swept:
            connections.swept.add(root)
            place.sweep(root)
        return connections.run(self._all(connections, images))

    def close(self) -> None:
        """Close all connections; the next call opens new ones."""
        with self._lock:
            if self._connections is not None and self._connections.pid == os.getpid():
                self._connections.close()
            self._connections = None

    async def _all(self, connections: Connections, images: Sequence[RemoteImage]) -> list[Outcome]:
        outcomes: list[Outcome] = [_STOPPED] * len(images)
        waiting, writing = iter(enumerate(images)), dict[int, asyncio.Future[Downloaded | PictureError]]()
        tasks = {
            asyncio.create_task(self._some(connections, waiting, outcomes, writing))
            for _ in range(min(self.limits.parallel, len(images)))
        }
        while tasks:
            done, tasks = await asyncio.wait(tasks, timeout=LOOK_SECONDS)
            failed = [task for task in done if task.exception()]
            if tasks and (failed or self._stop()):
                for task in tasks:
                    task.cancel()
                await asyncio.gather(*tasks, return_exceptions=True)
                tasks = set()
            for task in failed:
                task.result()  # raises
        for number, written in writing.items():
            outcomes[number] = _outcome(await written)
        return outcomes

    async def _some(
        self,
        connections: Connections,
        waiting: Iterator[tuple[int, RemoteImage]],
        outcomes: list[Outcome],
        writing: dict[int, asyncio.Future[Downloaded | PictureError]],
    ) -> None:
        """Fetch one after the other; what has come is written while the next one is fetched."""
        for number, image in waiting:
            try:
                async with asyncio.timeout(self.limits.seconds):
                    found = await self._one(connections, image)
                writing[number] = await connections.writer.write(found)
            except PictureError as error:
                outcomes[number] = _outcome(error)
            except TimeoutError:
                reason = f"{shown(image.url)} takes longer than {self.limits.seconds:,.0f} seconds."
                outcomes[number] = Failure("slow", reason, retryable=True)

    async def _one(self, connections: Connections, image: RemoteImage) -> Arrived:
        if not image.url:
            raise PictureError("no-address", "Nothing says where this picture can be fetched.")
        known = image.size is not None and await connections.on_disk(place.there, image)
        this, why = _Image(image, Part(self.limits.largest), known), "it was not asked"
        for tried in range(self.limits.tries):
            if tried:
                await asyncio.sleep(self.limits.pause(tried))
            try:
                return await self._try(connections, this)
            except Passing as error:
                why = str(error)  # the error itself would keep this frame, with all bytes of the picture, in a circle
                if (error.retry_after or 0) > self.limits.told:
                    break
        raise PictureError("unreachable", f"{shown(image.url)} cannot be had: {why}.", retryable=True)

    async def _try(self, connections: Connections, this: _Image) -> Arrived:
        image, part = this.image, this.part
        if not await connections.asker(image.hosts).ask(image.url, part, part.headers or this.conditions):
            this.known = False  # should it prove to be damaged, it is fetched again
            return await connections.on_disk(self._kept, image)
        data = part.end()
        try:
            return Arrived(image, data, self._examine(data), part.etag, part.last_modified)
        except PictureError as error:
            if error.code != INCOMPLETE:
                raise
            if data == this.before:
                raise PictureError("damaged", f"{error.reason} It came twice like that.") from None
            this.before = data
            part.clear()
            raise Passing(error.reason.rstrip(".")) from None

    def _kept(self, image: RemoteImage) -> Arrived:
        """The file that is there, which the server says is still the same one."""
        try:
            data = (image.root / image.path).read_bytes()
            return Arrived(image, data, self._examine(data), image.etag, image.last_modified)
        except (OSError, PictureError) as error:
            raise Passing(f"the file that was there is damaged ({error})") from None


@dataclass(slots=True)
class _Image:
    """An image on its way.

    Attributes:
        known: what was downloaded before is still there.
        before: a file that ended too early, of the last try.
    """

    image: RemoteImage
    part: Part
    known: bool
    before: bytes = b""

    @property
    def conditions(self) -> dict[str, str]:
        """Headers that ask for the file only where it is another one than ours."""
        marks = {"If-None-Match": self.image.etag, "If-Modified-Since": self.image.last_modified}
        return {name: value for name, value in marks.items() if value and self.known}


def _outcome(found: Downloaded | PictureError) -> Outcome:
    return found if isinstance(found, Downloaded) else Failure(found.code, found.reason, found.retryable)


Examine = Callable[[bytes], str]
"""Looks at a whole file and says of which format it is; raises `PictureError` for what is no whole picture."""
INCOMPLETE = "incomplete"
"""Code of the `PictureError` by which a picture is refused that ends too early."""
_STOPPED = Failure("stopped", "The download was stopped; the next run goes on with it.", retryable=True)

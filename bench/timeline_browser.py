"""Measure the timeline in a real Chromium: `python bench/timeline_browser.py --database URL`.

The database is one that bench/seed.py filled. The server is the real one; only the thumbnails' bytes, which a seeded
catalog lacks, are painted here. Measured at deviceScaleFactor 2: time until the first thumbnails are shown, long tasks,
frames and thumbnails while flying through the whole timeline by wheel and by scrubber, whether the oldest image is
reached, whether the first visible image stays put while its neighbours load.
"""

from __future__ import annotations

import argparse
import colorsys
import io
import json
import socket
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import uvicorn
from PIL import Image
from playwright.sync_api import Page, sync_playwright
from starlette.types import ASGIApp, Receive, Scope, Send

from lumina.api.app import create_app
from lumina.api.context import Lumina
from lumina.bootstrap import Configuration, Settings, build

FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
OBSERVE = """
(() => {
  const seen = { tasks: [], frames: [], shifts: 0, firstThumbnails: null, started: performance.now() };
  window.__seen = seen;
  new PerformanceObserver((list) => {
    for (const entry of list.getEntries()) seen.tasks.push([Math.round(entry.startTime), Math.round(entry.duration)]);
  }).observe({ type: "longtask", buffered: true });
  let last = performance.now();
  const frame = (now) => {
    seen.frames.push(now - last);
    last = now;
    if (seen.firstThumbnails === null) {
      const shown = document.querySelectorAll("a[data-id] img[data-shown]").length;
      if (shown >= 6) seen.firstThumbnails = now;
    }
    requestAnimationFrame(frame);
  };
  requestAnimationFrame(frame);
})();
"""


SETTLED = """
(() => {
  const view = document.querySelector('[data-testid=timeline]').getBoundingClientRect();
  const seen = (element) => {
    const box = element.getBoundingClientRect();
    return box.bottom > view.top && box.top < view.bottom;
  };
  const buckets = [...document.querySelectorAll('[data-key]')].filter(seen);
  if (buckets.length === 0 || buckets.some((bucket) => bucket.dataset.loaded === undefined)) return false;
  const tiles = [...document.querySelectorAll('a[data-id] img')].filter(seen);
  return tiles.length > 0 && tiles.every((tile) => tile.dataset.shown !== undefined);
})()
"""
HEIGHT = "document.querySelector('[data-testid=canvas]').getBoundingClientRect().height * devicePixelRatio"


class PaintedThumbnails:
    """Answers thumbnails and proxies with pictures of a colour each; everything else is the real server's."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app
        self.pictures = [_picture(number / 40, ratio) for number in range(40) for ratio in (4 / 3, 3 / 4)]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        parts = scope["path"].split("/") if scope["type"] == "http" else []
        if len(parts) == 5 and parts[2] == "images" and parts[4] in ("thumbnail", "proxy"):
            body = self.pictures[int(parts[3]) % len(self.pictures)]
            headers = [(b"content-type", b"image/webp"), (b"cache-control", b"public, max-age=31536000, immutable")]
            await send({"type": "http.response.start", "status": 200, "headers": headers})
            await send({"type": "http.response.body", "body": body})
        else:
            await self.app(scope, receive, send)


def _picture(hue: float, ratio: float) -> bytes:
    ramp = Image.linear_gradient("L").resize((320, 240) if ratio > 1 else (240, 320))
    red, green, blue = (int(255 * channel) for channel in colorsys.hsv_to_rgb(hue, 0.5, 0.9))
    bands = [ramp.point(lambda value, top=top: value * top // 255) for top in (red, green, blue)]
    file = io.BytesIO()
    Image.merge("RGB", bands).save(file, "WEBP", quality=70)
    return file.getvalue()


@contextmanager
def serving(database: str) -> Iterator[str]:
    """The server on a free port; yields its address."""
    with tempfile.TemporaryDirectory() as home, socket.socket() as port:
        settings = Settings(home=Path(home), database_url=database)
        lumina = Lumina(build(settings), Configuration(settings, dict.fromkeys(Settings.model_fields, "default")))
        port.bind(("127.0.0.1", 0))
        server = uvicorn.Server(uvicorn.Config(PaintedThumbnails(create_app(lumina)), log_level="warning"))
        thread = threading.Thread(target=server.run, kwargs={"sockets": [port]})
        thread.start()
        while not server.started:
            time.sleep(0.02)
        try:
            yield f"http://127.0.0.1:{port.getsockname()[1]}"
        finally:
            lumina.closing.set()
            server.should_exit = True
            thread.join(20)
            lumina.app.close()


class Timeline:
    """What a person does with the timeline, and what came of it."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.errors: list[str] = []
        page.on("pageerror", lambda error: self.errors.append(str(error)))

    def open(self, address: str) -> dict[str, Any]:
        """Load; time until six thumbnails are shown, ms since the navigation began."""
        self.page.goto(address)
        self.until("window.__seen.firstThumbnails !== null")
        return {"first_thumbnails_ms": round(self.page.evaluate("window.__seen.firstThumbnails"))}

    def until(self, expression: str, seconds: float = 30) -> None:
        """Wait until it is true. (Playwright's own way needs `eval`, which the server's policy forbids.)"""
        end = time.perf_counter() + seconds
        while not self.page.evaluate(expression):
            if time.perf_counter() > end:
                raise TimeoutError(expression)
            self.page.wait_for_timeout(20)

    def mark(self) -> None:
        """Begin a new measurement."""
        self.page.evaluate("Object.assign(window.__seen, { tasks: [], frames: [] })")

    def measured(self) -> dict[str, Any]:
        """Since `mark`: the longest task, the 99th percentile and the worst frame, ms."""
        seen = self.page.evaluate("({ tasks: window.__seen.tasks, frames: window.__seen.frames })")
        frames = sorted(seen["frames"]) or [0.0]
        return {
            "longest_task_ms": max((duration for _, duration in seen["tasks"]), default=0),
            "long_tasks": len(seen["tasks"]),
            "frame_p50_ms": round(frames[len(frames) // 2], 1),
            "frame_p99_ms": round(frames[int(len(frames) * 0.99)], 1),
            "frame_max_ms": round(frames[-1], 1),
        }

    def drag_scrubber(self, until: float, steps: int) -> dict[str, Any]:
        """Drag from the top of the strip to a share of it, and wait for what is there."""
        self.mark()
        box = self.page.get_by_test_id("scrubber").bounding_box()
        assert box
        x = box["x"] + box["width"] - 20
        self.page.mouse.move(x, box["y"] + 4)
        self.page.mouse.down()
        self.page.mouse.move(x, box["y"] + box["height"] * until, steps=steps)
        self.page.mouse.up()
        return self.settled() | self.measured()

    def wheel(self, turns: int, pixels: int) -> dict[str, Any]:
        """Turn the wheel; how far the content has moved for how far it was turned."""
        self.mark()
        scroller = self.page.get_by_test_id("timeline").bounding_box()
        assert scroller
        self.page.mouse.move(scroller["x"] + 400, scroller["y"] + 300)
        for _ in range(turns):
            self.page.mouse.wheel(0, pixels)
            self.page.wait_for_timeout(16)
        return self.settled() | self.measured()

    def settled(self) -> dict[str, Any]:
        """Wait until all in view is shown; how long that took, ms."""
        began = time.perf_counter()
        self.until(SETTLED)
        return {"settled_ms": round((time.perf_counter() - began) * 1000)}

    def last_id(self) -> int:
        """Id of the last image on the page."""
        return int(self.page.evaluate("Number([...document.querySelectorAll('a[data-id]')].at(-1).dataset.id)"))

    def element_height(self) -> int:
        """Height of the scrolled element, device pixels."""
        return round(self.page.evaluate(HEIGHT))


def run(address: str) -> dict[str, Any]:
    """All measurements, by name."""
    results: dict[str, Any] = {}
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path="/usr/bin/chromium", headless=True, args=FLAGS)
        context = browser.new_context(viewport={"width": 1440, "height": 900}, device_scale_factor=2)
        context.add_init_script(OBSERVE)
        timeline = Timeline(context.new_page())
        context.request.get(f"{address}/api/timeline/buckets")  # a server that has just started isn't what is measured
        results["load"] = timeline.open(address) | timeline.measured()
        results["load_again"] = timeline.open(address) | timeline.measured()
        results["wheel"] = timeline.wheel(150, 400)
        results["scrub_to_half"] = timeline.drag_scrubber(0.5, 60)
        results["oldest"] = oldest_by_scrubber(timeline)
        results["scrub_all"] = timeline.drag_scrubber(1.0, 240)
        oldest = timeline.page.evaluate("fetch('/api/timeline/buckets').then((answer) => answer.json())")
        shelf = oldest["undated_buckets"]["key"]
        key = shelf[-1] if shelf else oldest["buckets"]["key"][-1]
        asked = f"fetch('/api/timeline/bucket?key={key}').then((answer) => answer.json())"
        last = timeline.page.evaluate(asked)
        timeline.page.keyboard.press("End")
        timeline.settled()
        results["end"] = {
            "images": oldest["total"],
            "last_reached": timeline.last_id() == last["id"][-1],
            "element_height_device_px": timeline.element_height(),
            "errors": timeline.errors,
        }
        timeline.mark()
        results["busiest_day"] = busiest_day(timeline, oldest["buckets"])
        browser.close()
    return results


def oldest_by_scrubber(timeline: Timeline) -> dict[str, Any]:
    """One drag to the end of the dated part of the strip, then the wheel: how many turns until the oldest image."""
    buckets = timeline.page.evaluate("fetch('/api/timeline/buckets').then((answer) => answer.json())")["buckets"]
    address = f"/api/timeline/bucket?key={buckets['key'][-1]}"
    oldest = timeline.page.evaluate(f"fetch('{address}').then((answer) => answer.json())")["id"][-1]
    measured = timeline.drag_scrubber(0.962, 120)
    turns = 0
    while not timeline.page.evaluate(f"!!document.querySelector('a[data-id=\"{oldest}\"]')"):
        assert turns < 200, "the oldest image is not reached"
        timeline.page.mouse.move(600, 400)
        timeline.page.mouse.wheel(0, 600)
        timeline.settled()
        turns += 1
    return {"reached": True, "turns_of_the_wheel": turns} | measured


def busiest_day(timeline: Timeline, buckets: dict[str, list[Any]]) -> dict[str, Any]:
    """Go to the day with the most parts and turn the wheel through it."""
    days: dict[str, int] = {}
    for key, count in zip(buckets["key"], buckets["count"], strict=True):
        days[key.split(".")[0]] = days.get(key.split(".")[0], 0) + count
    day = max(days, key=lambda name: days[name])
    timeline.page.keyboard.press("g")
    timeline.page.get_by_label("Date", exact=True).last.fill(day)
    timeline.page.keyboard.press("Enter")
    timeline.page.wait_for_timeout(300)
    timeline.settled()
    return {"day": day, "images": days[day]} | timeline.wheel(100, 900)


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--database", required=True, help="URL of a database that bench/seed.py filled")
    given = arguments.parse_args()
    with serving(given.database) as address:
        results = run(address)
    json.dump(results, sys.stdout, indent=2)
    print()


if __name__ == "__main__":
    main()

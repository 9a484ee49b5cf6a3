"""Images of a catalog with a time and a camera, that exist only as rows."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import numpy as np

from lumina.domain.work import Job
from lumina.engine.follow import DETECT_BURSTS
from tests.support.copies import Twins
from tests.support.frames import view, world

NOON = datetime(2019, 7, 14, 12, 0, 0, 123_000)


@dataclass
class Series:
    """Takes photographs into the catalog of `twins`."""

    twins: Twins

    def take(
        self, pixels: np.ndarray, seconds: float, *, stem: str | None = None, content: bytes | None = None, **known: Any
    ) -> int:
        """One photograph, so many seconds after noon; `known` are columns of its metadata and measures."""
        (image,) = self.twins.add(content=content, taken=NOON + timedelta(seconds=seconds))
        self.twins.show(image, pixels)
        if stem is not None:
            self.twins.run("UPDATE image SET stem = :stem WHERE id = :id", id=image, stem=stem)
        measures = {
            "sharpness": float(known.pop("sharpness", 100.0)),
            "brightness": float(pixels.mean()) / 255,
            "clipped": float(known.pop("clipped", 0.0)),
        }
        self.twins.run(
            "INSERT INTO measure (image_id, sharpness, brightness, contrast, clipped_dark, clipped_bright)"
            " VALUES (:id, :sharpness, :brightness, 0.2, :clipped, 0)",
            id=image,
            **measures,
        )
        columns = {"camera_make": "Canon", "camera_model": "Canon EOS R6", **known}
        names = ", ".join(columns)
        self.twins.run(
            f"INSERT INTO metadata (image_id, {names}) VALUES (:id, {', '.join(f':{name}' for name in columns)})",
            id=image,
            **columns,
        )
        return image

    def burst(self, count: int, seconds: float = 0, seed: int = 1, **known: Any) -> list[int]:
        """So many frames of one scene, five a second, each less sharp than the one before."""
        scene = world(seed)
        return [
            self.take(
                view(scene, 1 + 0.02 * (n % 2), noise=50 * seed + n),
                seconds + 0.2 * n,
                sharpness=100 * 0.8 ** (2 * n / 3),
                **known,
            )
            for n in range(count)
        ]

    def detect(self, *, copies: bool = False) -> Job:
        """Look for bursts, and then, where asked for, for copies, as it always follows."""
        work = self.twins.app.work
        job = work.detect(DETECT_BURSTS, self.twins.catalog)
        while self.twins.messages.waiting and not work.get(job.id).state.ended:
            self.twins.step()
        if copies:
            self.twins.work()
        else:
            self.twins.messages.waiting.clear()
            self.twins.run("DELETE FROM job WHERE id <> :id AND finished_at IS NULL", id=job.id)
        return work.get(job.id)

    def bursts(self) -> list[tuple[str, list[int]]]:
        """Kind and images of the published sequences, oldest first."""
        with self.twins.store.transaction() as tx:
            rows = tx.rows(
                """SELECT b.kind, array_agg(m.image_id ORDER BY m.position) AS images FROM burst b
                JOIN burst_member m ON m.run_id = b.run_id AND m.burst_id = b.id
                JOIN published p ON p.run_id = b.run_id GROUP BY b.id, b.kind, b.started_at ORDER BY b.started_at"""
            )
        return [(row["kind"], row["images"]) for row in rows]

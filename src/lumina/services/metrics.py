"""Figures of work and coverage in Prometheus's text format."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

from lumina.domain.coverage import CatalogCoverage
from lumina.store.figures import Figures

Labels = Mapping[str, str]


def text(figures: Figures, coverage: Sequence[CatalogCoverage]) -> str:
    """All families, each with its help and type."""
    return "".join((*_work(figures), *_coverage(coverage)))


def family(name: str, kind: str, help_text: str, samples: Iterable[tuple[Labels, float]]) -> str:
    """One metric with its samples."""
    lines = [f"# HELP {name} {help_text}", f"# TYPE {name} {kind}"]
    lines += [sample(name, labels, value) for labels, value in samples]
    return "\n".join(lines) + "\n"


def sample(name: str, labels: Labels, value: float) -> str:
    """One line."""
    inside = ",".join(f'{key}="{_escaped(text)}"' for key, text in labels.items())
    return f"{name}{{{inside}}} {value:g}" if inside else f"{name} {value:g}"


def _escaped(text: str) -> str:
    return text.replace("\\", "\\\\").replace("\n", "\\n").replace('"', '\\"')


def _work(figures: Figures) -> Iterator[str]:
    yield family(
        "lumina_jobs",
        "gauge",
        "Jobs that are kept, by kind and state.",
        (({"kind": kind, "state": state}, count) for (kind, state), count in figures.jobs.items()),
    )
    yield family(
        "lumina_batches",
        "gauge",
        "Batches that have not ended, by lane and state.",
        (({"lane": lane, "state": state}, count) for (lane, state), count in figures.batches.items()),
    )
    yield family(
        "lumina_queue_wait_seconds",
        "gauge",
        "Time that the oldest ready batch has waited, by lane.",
        (({"lane": lane}, seconds) for lane, seconds in figures.waiting_seconds.items()),
    )


def _coverage(coverage: Sequence[CatalogCoverage]) -> Iterator[str]:
    yield family(
        "lumina_images", "gauge", "Images that are there.", (({"catalog": c.name}, c.images) for c in coverage)
    )
    yield family(
        "lumina_stage_images",
        "gauge",
        "Images by stage and standing.",
        (
            ({"catalog": catalog.name, "stage": entry.stage.name, "standing": standing}, getattr(entry, standing))
            for catalog in coverage
            for entry in catalog.stages
            for standing in ("done", "missing", "failed", "stale", "waiting")
        ),
    )

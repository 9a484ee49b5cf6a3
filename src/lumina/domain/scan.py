"""What a scan found."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Seen:
    """A file as the disk shows it.

    Attributes:
        path: relative to the source, in stored form.
        folder, key: what it is grouped by: its folder, and the cluster key of its name.
        size: bytes.
        modified_ns: nanoseconds since 1970.
        device, inode: identity on the scanning machine.
    """

    path: str
    folder: str
    key: str
    size: int
    modified_ns: int
    device: int
    inode: int


@dataclass(frozen=True, slots=True)
class ScanReport:
    """One scan of a source or of a part of it.

    Attributes:
        source_id, scope: what was scanned; the scope is empty for the whole source.
        state: `online`, or `offline` where nothing was judged missing.
        reason: why it is offline; None otherwise.
        seen: files of a kind that counts.
        new, changed, moved, returned, missing: files; `moved` includes renamed ones.
        images: images that are new.
        ignored: files and folders left out, by reason.
        left_out: files among them that are no media, or whose path is too long (relative, stored form), with the
            reason, at most 100.
        unread: folders that could not be listed (relative, stored form) with the reason, at most 100 of them.
        unread_total: how many there were.
    """

    source_id: int
    scope: str
    state: str = "online"
    reason: str | None = None
    seen: int = 0
    new: int = 0
    changed: int = 0
    moved: int = 0
    returned: int = 0
    missing: int = 0
    images: int = 0
    ignored: Mapping[str, int] = field(default_factory=dict)
    left_out: tuple[tuple[str, str], ...] = ()
    unread: tuple[tuple[str, str], ...] = ()
    unread_total: int = 0

    @property
    def counts(self) -> dict[str, object]:
        """As kept with the source, ready for JSON."""
        return {
            "seen": self.seen,
            "new": self.new,
            "changed": self.changed,
            "moved": self.moved,
            "returned": self.returned,
            "missing": self.missing,
            "images": self.images,
            "ignored": dict(self.ignored),
            "left_out": [list(pair) for pair in self.left_out],
            "unread": [list(pair) for pair in self.unread],
            "unread_total": self.unread_total,
        }

"""Files that describe another: XMP; Apple's AAE edits hold nothing that is wanted here."""

from __future__ import annotations

from lumina.files.metadata.context import Context


def read_sidecar(data: bytes, context: Context) -> None:
    """Read an XMP sidecar's tags as group `Sidecar`; what is no XMP is passed over."""
    head = data[:1024]
    if b"<plist" not in head and not head.startswith((b"bplist", b"\xff\xd8")):
        context.xmp(data, "Sidecar")

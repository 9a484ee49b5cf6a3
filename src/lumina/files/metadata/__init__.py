"""Reading metadata in process: EXIF, XMP, IPTC and what each format says of itself (docs/metadata.md)."""

from lumina.files.metadata.read import Capture, read_capture, read_metadata

__all__ = ["Capture", "read_capture", "read_metadata"]

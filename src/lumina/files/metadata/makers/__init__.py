"""Maker notes: what cameras know beyond EXIF, above all their serial number, lens, zone and ISO."""

from lumina.files.metadata.makers.canon import read_canon
from lumina.files.metadata.makers.note import read_maker_note

__all__ = ["read_canon", "read_maker_note"]

"""How far Lumina's metadata agrees with ExifTool's, field by field.

    python bench/metadata_agreement.py EXIFTOOL.json FOLDER

EXIFTOOL.json is what `exiftool -n -json -r` writes for FOLDER; only the tags that it holds are compared. Prints each
disagreement and a table; exits with 1 below 99 %. Where Lumina decides otherwise on purpose, the line says `decided`
(docs/metadata.md gives the reasons); it does not count as agreement.
"""

from __future__ import annotations

import json
import math
import sys
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

from lumina.domain.metadata import ImageMetadata
from lumina.files.metadata import dates, read_metadata
from lumina.files.sniff import sniff

Row = dict[str, Any]
AGREE, DECIDED, DIFFER = "agree", "decided", "differ"


def compare_number(wanted: Any, got: Any) -> str:
    if isinstance(wanted, str):
        numbers = [float(w) for w in wanted.split() if w not in ("undef", "inf")]
        wanted = next((n for n in numbers if n), 0)
    if got is None and not float(wanted):
        return DECIDED  # nothing is exposed for 0 s or at f/0: unknown
    return AGREE if got is not None and math.isclose(float(wanted), got, rel_tol=1e-4, abs_tol=1e-6) else DIFFER


def compare_iso(wanted: Any, got: int | None) -> str:
    """Speeds that ExifTool computes have fractions."""
    if isinstance(wanted, float) and got is not None and abs(wanted - got) <= 0.5:
        return AGREE
    return compare_number(wanted, got)


def compare_text(wanted: Any, got: Any) -> str:
    wanted = " ".join(str(wanted).split())
    got = " ".join(str(got or "").split())
    return AGREE if wanted == got or _same_number(wanted, got) else DIFFER


def _same_number(wanted: str, got: str) -> bool:
    """ExifTool's JSON writes texts of digits as numbers, without their leading zeros."""
    try:
        return float(wanted) == float(got)
    except ValueError:
        return False


def compare_list(wanted: Any, got: tuple[str, ...]) -> str:
    words = [str(w) for w in wanted] if isinstance(wanted, list) else [str(wanted)]
    return AGREE if set(words) <= set(got) else DIFFER


def compare_date(wanted: Any, meta: ImageMetadata) -> str:
    try:
        stamp = dates.parse(str(wanted))
    except dates.BadDate:
        return AGREE if meta.taken_at is None else DIFFER
    if meta.taken_at is None or stamp.time.replace(microsecond=0) != meta.taken_at.replace(microsecond=0):
        return DIFFER
    return AGREE if stamp.offset is None or stamp.offset == meta.utc_offset else DIFFER


def compare_created(row: Row, meta: ImageMetadata) -> str:
    """CreateDate is the capture date only where there is no DateTimeOriginal."""
    if compare_date(row["CreateDate"], meta) == AGREE:
        return AGREE
    return DECIDED if "DateTimeOriginal" in row else DIFFER


def compare_subsec(wanted: Any, meta: ImageMetadata) -> str:
    digits = str(wanted).strip()
    if meta.taken_at is None or not digits.isdigit():
        return DIFFER
    micros = f"{meta.taken_at.microsecond:06}"
    return AGREE if micros.lstrip("0").startswith(digits.strip("0")) else DIFFER


def compare_offset(wanted: Any, meta: ImageMetadata) -> str:
    return AGREE if dates.zone(str(wanted)) == meta.utc_offset else DIFFER


def compare_coordinate(wanted: Any, got: float | None, meta: ImageMetadata) -> str:
    if got is None and any(note.startswith("GPS:") for note in meta.notes):
        return DECIDED
    if not isinstance(wanted, (int, float)):
        return AGREE if got is None else DIFFER
    return AGREE if got is not None and abs(abs(wanted) - abs(got)) < 1e-6 else DIFFER


def _attribute(name: str, compare: Callable[[Any, Any], str]) -> Callable[[Any, ImageMetadata, Row], str]:
    return lambda wanted, meta, _row: compare(wanted, getattr(meta, name))


CHECKS: dict[str, Callable[[Any, ImageMetadata, Row], str]] = {
    "DateTimeOriginal": lambda wanted, meta, _row: compare_date(wanted, meta),
    "CreateDate": lambda _wanted, meta, row: compare_created(row, meta),
    "SubSecTimeOriginal": lambda wanted, meta, _row: compare_subsec(wanted, meta),
    "OffsetTimeOriginal": lambda wanted, meta, _row: compare_offset(wanted, meta),
    "Make": _attribute("camera_make", compare_text),
    "Model": _attribute("camera_model", compare_text),
    "SerialNumber": _attribute("camera_serial", compare_text),
    "LensModel": _attribute("lens_model", compare_text),
    "ExposureTime": _attribute("exposure_time", compare_number),
    "FNumber": _attribute("f_number", compare_number),
    "ISO": _attribute("iso", compare_iso),
    "ExposureCompensation": _attribute("exposure_bias", compare_number),
    "Flash": _attribute("flash", compare_number),
    "FocalLength": _attribute("focal_length", compare_number),
    "FocalLengthIn35mmFormat": _attribute("focal_length_35mm", compare_number),
    "Orientation": _attribute("orientation", compare_number),
    "GPSLatitude": lambda wanted, meta, _row: compare_coordinate(wanted, meta.latitude, meta),
    "GPSLongitude": lambda wanted, meta, _row: compare_coordinate(wanted, meta.longitude, meta),
    "GPSAltitude": _attribute("altitude", compare_number),
    "ImageWidth": _attribute("width", compare_number),
    "ImageHeight": _attribute("height", compare_number),
    "Duration": _attribute("duration", compare_number),
    "Rating": _attribute("rating", compare_number),
    "Subject": _attribute("keywords", compare_list),
    "Keywords": _attribute("keywords", compare_list),
    "Title": _attribute("title", compare_text),
    "ObjectName": _attribute("title", compare_text),
    "Description": _attribute("caption", compare_text),
    "Software": _attribute("software", compare_text),
}


def show(row: Row, tag: str, meta: ImageMetadata, verdict: str) -> None:
    print(f"{verdict:8} {row['SourceFile']}: {tag} is {str(row[tag])[:80]!r}; read {_summary(meta)}")


def _summary(meta: ImageMetadata) -> str:
    names = ("taken_at", "utc_offset", "width", "height", "camera_serial", "lens_model", "iso", "latitude", "altitude")
    texts = ("f_number", "exposure_bias", "exposure_time", "focal_length", "flash", "title", "software")
    found = ", ".join(f"{n}={getattr(meta, n)}" for n in (*names, *texts) if getattr(meta, n) is not None)
    return f"{found} {meta.notes[:2]}"[:400]


def main(reference: Path, folder: Path) -> int:
    table: dict[str, Counter[str]] = {tag: Counter() for tag in CHECKS}
    for row in json.loads(reference.read_text(encoding="utf-8")):
        path = folder / row["SourceFile"]
        data = path.read_bytes()
        meta = read_metadata(data, format=sniff(data[:4096], path.name), name=path.name)
        for tag in CHECKS.keys() & row.keys():
            verdict = CHECKS[tag](row[tag], meta, row)
            table[tag][verdict] += 1
            if verdict != AGREE:
                show(row, tag, meta, verdict)
    return report(table)


def report(table: dict[str, Counter[str]]) -> int:
    print(f"\n{'field':26}{'agree':>7}{'decided':>9}{'differ':>8}")
    total: Counter[str] = Counter()
    for tag, counts in table.items():
        total += counts
        if counts:
            print(f"{tag:26}{counts[AGREE]:7}{counts[DECIDED]:9}{counts[DIFFER]:8}")
    share = total[AGREE] / max(1, sum(total.values()))
    print(f"{'all':26}{total[AGREE]:7}{total[DECIDED]:9}{total[DIFFER]:8}   {share:.2%} agree")
    return 0 if share >= 0.99 else 1


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]), Path(sys.argv[2])))

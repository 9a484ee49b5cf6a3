"""XMP, IPTC and sidecars: what people write about their pictures, and which source wins."""

from __future__ import annotations

import hashlib
import struct

import pytest
from metadata_files import (
    SHORT,
    ascii_,
    bag,
    exif_segment,
    iptc,
    jpeg,
    read,
    segment,
    tiff,
    xmp,
    xmp_segment,
)

from lumina.domain.metadata import ImageMetadata
from lumina.domain.values import FileFormat

pytestmark = pytest.mark.unit


def read_xmp(body: str = "", attributes: str = "") -> ImageMetadata:
    return read(jpeg(xmp_segment(xmp(body, attributes))))


def with_sidecar(data: bytes, *sidecars: bytes) -> ImageMetadata:
    return read(data, FileFormat.JPEG, *sidecars)


def test_title_caption_rating_label_and_keywords() -> None:
    named = '<rdf:li xml:lang="de">Hafen</rdf:li><rdf:li xml:lang="x-default">Harbour</rdf:li>'
    title = f"<dc:title><rdf:Alt>{named}</rdf:Alt></dc:title>"
    body = title + bag("dc:description", "Boats", kind="Alt") + bag("dc:subject", "sea", "boat", "sea")
    found = read_xmp(body, 'xmp:Rating="4" xmp:Label="Red"')
    assert (found.title, found.caption, found.rating, found.label) == ("Harbour", "Boats", 4, "Red")
    assert found.keywords == ("sea", "boat")
    assert found.provenance["title"] == "XMP:dc:title"


def test_hierarchies_are_joined_by_bars_whoever_wrote_them() -> None:
    body = bag("lr:hierarchicalSubject", "Places|Italy|Rome") + bag("digiKam:TagsList", "Animals/Dogs/Zoey", "Animals")
    assert read_xmp(body).keywords == ("Places|Italy|Rome", "Animals|Dogs|Zoey", "Animals")


@pytest.mark.parametrize(
    ("attributes", "rating"),
    [
        ('xmp:Rating="-1"', -1),
        ('xmp:Rating="3.0"', 3),
        ('xmp:Rating="0"', 0),
        ('xmp:Rating="7"', None),
        ('xmp:Rating="many"', None),
        ('MicrosoftPhoto:Rating="99"', 5),
        ('MicrosoftPhoto:Rating="25"', 2),
        ('MicrosoftPhoto:Rating="1"', 1),
    ],
)
def test_ratings_of_every_scale(attributes: str, rating: int | None) -> None:
    assert read_xmp("", attributes).rating == rating


def test_a_sidecar_beats_embedded_xmp_which_beats_iptc_which_beats_exif() -> None:
    exif = exif_segment(tiff({0x010E: ascii_("exif"), 0x4746: (SHORT, 1)}))
    words = iptc(d120=[b"iptc"], d25=[b"iptc word"], d5=[b"iptc title"])
    packet = xmp_segment(
        xmp(bag("dc:description", "xmp", kind="Alt") + bag("dc:subject", "xmp word"), 'xmp:Rating="2"')
    )
    sidecar = xmp(bag("dc:description", "sidecar", kind="Alt"), 'xmp:Rating="5"')
    assert read(jpeg(exif)).caption == "exif"
    assert read(jpeg(exif, words)).caption == "iptc"
    found = read(jpeg(exif, words, packet))
    assert (found.caption, found.keywords, found.rating, found.title) == ("xmp", ("xmp word",), 2, "iptc title")
    best = with_sidecar(jpeg(exif, words, packet), sidecar)
    assert (best.caption, best.keywords, best.rating) == ("sidecar", ("xmp word",), 5)
    assert best.provenance["caption"] == "Sidecar:dc:description"


def test_of_several_sidecars_the_first_wins() -> None:
    found = with_sidecar(jpeg(), xmp("", 'xmp:Rating="1"'), xmp("", 'xmp:Rating="5" xmp:Label="Blue"'))
    assert (found.rating, found.label) == (1, "Blue")


def test_exif_beats_xmp_for_technical_fields() -> None:
    found = read(
        jpeg(exif_segment(tiff({0x010F: ascii_("Canon")})), xmp_segment(xmp("", 'tiff:Make="Kodak" tiff:Model="X"')))
    )
    assert (found.camera_make, found.camera_model) == ("Canon", "X")


def test_exposure_and_flash_from_xmp_alone() -> None:
    flash = '<exif:Flash rdf:parseType="Resource"><exif:Fired>True</exif:Fired><exif:Mode>2</exif:Mode></exif:Flash>'
    found = read_xmp(
        flash + bag("exif:ISOSpeedRatings", "200", kind="Seq"), 'exif:ExposureTime="1/250" exif:FNumber="28/10"'
    )
    assert (found.exposure_time, found.f_number, found.iso, found.flash) == (0.004, 2.8, 200, 17)


def test_extended_xmp_is_joined_in_its_order() -> None:
    extension = xmp(bag("dc:subject", "from the extension"))
    guid = hashlib.md5(extension).hexdigest().upper()
    head = b"http://ns.adobe.com/xmp/extension/\0" + guid.encode()
    half = len(extension) // 2
    pieces = [(half, extension[half:]), (0, extension[:half])]
    segments = [segment(0xE1, head + struct.pack(">LL", len(extension), at) + piece) for at, piece in pieces]
    packet = xmp_segment(xmp("", f'xmpNote:HasExtendedXMP="{guid}"'))
    assert read(jpeg(packet, *segments)).keywords == ("from the extension",)


def test_iptc_text_follows_its_coded_character_set() -> None:
    assert read(jpeg(iptc(charset=[b"\x1b%G"], d25=["Zürich".encode(), b"Bern"]))).keywords == ("Zürich", "Bern")
    assert read(jpeg(iptc(d25=["Zürich".encode("latin-1")]))).keywords == ("Zürich",)


def test_iptc_date_and_time() -> None:
    found = read(jpeg(iptc(d55=[b"20010203"], d60=[b"040506+0100"])))
    assert (str(found.taken_at), found.utc_offset) == ("2001-02-03 04:05:06", 60)


def test_broken_xml_counts_as_far_as_it_is_whole() -> None:
    packet = xmp(bag("dc:subject", "kept"), 'xmp:Rating="3"')
    found = read(jpeg(xmp_segment(packet.replace(b"</rdf:Description>", b"</broken>"))))
    assert (found.rating, found.keywords) == (3, ("kept",))
    assert any("broken XML" in note for note in found.notes)


def test_a_document_type_is_refused() -> None:
    bomb = b'<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;">]>' + xmp("", 'xmp:Label="&b;"')
    found = with_sidecar(jpeg(), bomb)
    assert found.label is None
    assert any("refused" in note for note in found.notes)


def test_nesting_has_an_end() -> None:
    deep = "<dc:a>" * 3000 + "</dc:a>" * 3000
    found = read_xmp("<dc:title>kept</dc:title>" + deep)
    assert found.title == "kept"
    assert any("deeper" in note for note in found.notes)


def test_the_number_of_values_has_an_end() -> None:
    found = read(jpeg(), FileFormat.JPEG, xmp(bag("dc:subject", *(f"k{i}" for i in range(20_000)))))
    assert 0 < len(found.keywords) <= 1000
    assert any("more than" in note for note in found.notes)


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be", "utf-8"])
def test_sidecars_in_other_encodings(encoding: str) -> None:
    text = xmp(bag("dc:subject", "Grüße")).decode()
    mark = {"utf-16-le": b"\xff\xfe", "utf-16-be": b"\xfe\xff", "utf-8": b""}[encoding]
    assert with_sidecar(jpeg(), mark + text.encode(encoding)).keywords == ("Grüße",)


def test_apples_edits_and_empty_files_as_sidecars_say_nothing() -> None:
    plist = b'<?xml version="1.0"?><!DOCTYPE plist PUBLIC "x" "y"><plist version="1.0"><dict/></plist>'
    assert with_sidecar(jpeg(), plist, b"", b"bplist00").notes == with_sidecar(jpeg(), b"").notes


def test_hostile_strings_stay_text() -> None:
    nasty = "&lt;script&gt;alert(1)&lt;/script&gt; '; DROP TABLE image; -- ${jndi} ../../etc"
    found = read_xmp(bag("dc:subject", nasty))
    assert found.keywords == ("<script>alert(1)</script> '; DROP TABLE image; -- ${jndi} ../../etc",)


def test_a_damaged_mark_in_the_wrapper_does_not_matter() -> None:
    packet = xmp("", 'xmp:Rating="2"').replace("\ufeff".encode(), b"\xff\xfe")
    assert read(jpeg(xmp_segment(packet))).rating == 2

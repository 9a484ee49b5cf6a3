"""Every format's own frame: where the size, the EXIF block and the XMP packet stand in it."""

from __future__ import annotations

import io
import struct
import zlib
from datetime import datetime

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from metadata_files import ascii_, bag, box, exif_segment, jpeg, read, segment, tiff, xmp
from PIL import Image, PngImagePlugin

from lumina.domain.values import FileFormat

pytestmark = pytest.mark.unit

EXIF = tiff({0x010F: ascii_("Canon")}, {0x9003: ascii_("2015:10:11 14:41:44")})
XMP = xmp(bag("dc:subject", "sea"))
WHEN = datetime(2015, 10, 11, 14, 41, 44)


def saved(kind: str, size: tuple[int, int] = (31, 17), **options: object) -> bytes:
    out = io.BytesIO()
    Image.new("RGB", size, "teal").save(out, kind, **options)
    return out.getvalue()


@pytest.mark.parametrize(
    ("kind", "format_"),
    [
        ("JPEG", FileFormat.JPEG),
        ("PNG", FileFormat.PNG),
        ("WEBP", FileFormat.WEBP),
        ("GIF", FileFormat.GIF),
        ("BMP", FileFormat.BMP),
        ("TIFF", FileFormat.TIFF),
    ],
)
def test_dimensions(kind: str, format_: FileFormat) -> None:
    found = read(saved(kind), format_)
    assert (found.width, found.height) == (31, 17)


@pytest.mark.parametrize(
    "options", [{"lossless": True}, {"lossless": True, "exif": b"Exif\0\0" + EXIF}, {"quality": 50}]
)
def test_dimensions_of_every_kind_of_webp(options: dict[str, object]) -> None:
    found = read(saved("WEBP", (300, 7), **options), FileFormat.WEBP)
    assert (found.width, found.height) == (300, 7)


def test_webp_carries_exif_and_xmp() -> None:
    found = read(saved("WEBP", exif=b"Exif\0\0" + EXIF, xmp=XMP), FileFormat.WEBP)
    assert (found.taken_at, found.keywords) == (WHEN, ("sea",))


def test_png_carries_exif_xmp_and_texts() -> None:
    info = PngImagePlugin.PngInfo()
    info.add_itxt("XML:com.adobe.xmp", XMP.decode())
    info.add_text("Title", "Harbour")
    info.add_text("Description", "Boats", zip=True)
    info.add_itxt("Software", "Größe 1.0", zip=True)
    found = read(saved("PNG", pnginfo=info, exif=EXIF), FileFormat.PNG)
    assert (found.taken_at, found.keywords, found.title) == (WHEN, ("sea",), "Harbour")
    assert (found.caption, found.software) == ("Boats", "Größe 1.0")


@pytest.mark.parametrize("text", ["Sun, 11 Oct 2015 14:41:44 +0200", "2015-10-11T14:41:44+02:00"])
def test_png_creation_time(text: str) -> None:
    info = PngImagePlugin.PngInfo()
    info.add_text("Creation Time", text)
    found = read(saved("PNG", pnginfo=info), FileFormat.PNG)
    assert (found.taken_at, found.utc_offset) == (WHEN, 120)


def test_png_raw_profiles_of_imagemagick() -> None:
    info = PngImagePlugin.PngInfo()
    body = b"Exif\0\0" + EXIF
    info.add_text("Raw profile type exif", f"\nexif\n{len(body):8}\n{body.hex()}\n", zip=True)
    assert read(saved("PNG", pnginfo=info), FileFormat.PNG).taken_at == WHEN


def test_a_bomb_in_a_png_text_is_not_unpacked() -> None:
    packed = zlib.compress(bytes(40_000_000), 9)
    chunk = b"XML:com.adobe.xmp\0\1\0\0\0" + packed
    data = saved("PNG")
    chunk = struct.pack(">L", len(chunk)) + b"iTXt" + chunk + b"\0\0\0\0"
    found = read(data[:33] + chunk * 8 + data[33:], FileFormat.PNG)
    assert (found.width, found.keywords) == (31, ())
    assert any("more metadata than can be meant" in note for note in found.notes)


def test_gif_carries_xmp() -> None:
    data = saved("GIF")
    assert read(data[:-1] + b"\x21\xff\x0bXMP DataXMP" + XMP + b";", FileFormat.GIF).keywords == ("sea",)


def test_bmp_counted_from_the_top() -> None:
    data = bytearray(saved("BMP"))
    struct.pack_into("<l", data, 22, -17)
    assert read(bytes(data), FileFormat.BMP).height == 17


def heif(*, method: int = 0, exif_head: bytes = b"\0\0\0\0", turns: tuple[tuple[bytes, int], ...] = ()) -> bytes:
    """A HEIC without pictures: primary item 1 of 4032 x 3024 turned, EXIF item 2, XMP item 3."""
    exif_item, xmp_item = exif_head + EXIF, XMP

    def infe(number: int, kind: bytes, more: bytes = b"") -> bytes:
        return box(b"infe", b"\2\0\0\0", struct.pack(">HH", number, 0), kind, b"\0", more)

    def build(start: int) -> bytes:
        places = [(2, start, len(exif_item)), (3, start + len(exif_item), len(xmp_item))]
        iloc = b"\1\0\0\0\x44\0" + struct.pack(">H", 2)
        for number, at, size in places:
            iloc += struct.pack(">HHHHLL", number, method, 0, 1, at, size)
        sizes = box(b"ispe", b"\0\0\0\0", struct.pack(">LL", 512, 512))
        sizes += box(b"ispe", b"\0\0\0\0", struct.pack(">LL", 4032, 3024))
        sizes += b"".join(box(kind, bytes([value])) for kind, value in turns)
        numbers = bytes([0x82, *range(0x83, 0x83 + len(turns))])
        links = b"\0\0\0\0" + struct.pack(">LHB", 1, 1, len(numbers)) + numbers
        store = box(b"idat", exif_item, xmp_item) if method else b""
        return box(
            b"meta",
            b"\0\0\0\0",
            box(b"hdlr", b"\0" * 8, b"pict", b"\0" * 13),
            box(b"pitm", b"\0\0\0\0\0\1"),
            box(
                b"iinf", b"\0\0\0\0\0\3", infe(1, b"hvc1"), infe(2, b"Exif"), infe(3, b"mime", b"application/rdf+xml\0")
            ),
            box(b"iloc", iloc),
            box(b"iprp", box(b"ipco", sizes), box(b"ipma", links)),
            store,
        )

    head = box(b"ftyp", b"heic\0\0\0\0heicmif1")
    if method:
        return head + build(0)
    return head + build(len(head) + len(build(0)) + 8) + box(b"mdat", exif_item, xmp_item)


@pytest.mark.parametrize("method", [0, 1])
@pytest.mark.parametrize("format_", [FileFormat.HEIC, FileFormat.AVIF])
def test_heic_and_avif_items(method: int, format_: FileFormat) -> None:
    found = read(heif(method=method), format_)
    assert (found.width, found.height) == (4032, 3024)
    assert (found.taken_at, found.keywords, found.notes) == (WHEN, ("sea",), ())


def test_heic_exif_item_with_a_prefix() -> None:
    assert read(heif(exif_head=b"\0\0\0\6Exif\0\0"), FileFormat.HEIC).taken_at == WHEN


STORED = np.arange(6).reshape(2, 3)
SHOWN = {
    1: STORED,
    2: np.fliplr(STORED),
    3: np.rot90(STORED, 2),
    4: np.flipud(STORED),
    5: STORED.T,
    6: np.rot90(STORED, 3),
    7: np.rot90(STORED, 2).T,
    8: np.rot90(STORED, 1),
}


@given(st.lists(st.tuples(st.sampled_from([b"irot", b"imir"]), st.integers(0, 3)), max_size=4))
def test_heic_turns_and_mirrors_make_one_orientation(turns: list[tuple[bytes, int]]) -> None:
    picture = STORED
    for kind, value in turns:
        if kind == b"irot":
            picture = np.rot90(picture, value)
        else:
            picture = np.fliplr(picture) if value & 1 else np.flipud(picture)
    found = read(heif(turns=tuple(turns)), FileFormat.HEIC)
    assert np.array_equal(SHOWN[found.orientation], picture)


def test_jxl_bare_and_in_a_container() -> None:
    height, width = 30, 70
    bits = 0 | 0 << 1 | (height - 1) << 3 | 0 << 12 | 0 << 15 | (width - 1) << 17
    stream = b"\xff\x0a" + bits.to_bytes(12, "little")
    boxed = box(b"JXL ", b"\r\n\x87\n") + box(b"ftyp", b"jxl \0\0\0\0jxl ")
    boxed += box(b"Exif", b"\0\0\0\0", EXIF) + box(b"xml ", XMP) + box(b"jxlc", stream)
    assert (read(stream, FileFormat.JXL).width, read(stream, FileFormat.JXL).height) == (70, 30)
    found = read(boxed, FileFormat.JXL)
    assert (found.width, found.height, found.taken_at, found.keywords) == (70, 30, WHEN, ("sea",))


def test_jxl_small_sizes_with_a_ratio() -> None:
    bits = 1 | (4 - 1) << 1 | 3 << 6
    found = read(b"\xff\x0a" + bits.to_bytes(12, "little"), FileFormat.JXL)
    assert (found.width, found.height) == (42, 32)


def movie(*user_data: bytes, created: int = 3_500_000_000, matrix: tuple[int, ...] = (0, 1, 0, -1, 0, 0)) -> bytes:
    one = 0x10000
    a, b, u, c, d, v = matrix
    turn = struct.pack(">9l", a * one, b * one, u, c * one, d * one, v, 0, 0, 0x40000000)
    header = struct.pack(">LLLLL", 0, created, created, 600, 600 * 12) + bytes(80)
    track = box(
        b"tkhd", struct.pack(">LLLLLL", 0, 0, 0, 1, 0, 0), bytes(16), turn, struct.pack(">LL", 1080 << 16, 1920 << 16)
    )
    sample = box(b"avc1", bytes(24), struct.pack(">HH", 1920, 1080), bytes(50))
    media = box(
        b"mdia",
        box(b"hdlr", bytes(8), b"vide", bytes(12)),
        box(b"minf", box(b"stbl", box(b"stsd", bytes(4), struct.pack(">L", 1), sample))),
    )
    return (
        box(b"ftyp", b"qt  ")
        + box(b"mdat", bytes(64))
        + box(b"moov", box(b"mvhd", header), box(b"trak", track, media), *user_data)
    )


def keys(**values: str) -> bytes:
    names = [f"com.apple.quicktime.{name.replace('__', '.')}".encode() for name in values]
    listing = box(b"keys", bytes(4), struct.pack(">L", len(names)), *(box(b"mdta", name) for name in names))
    items = [
        box(struct.pack(">L", index), box(b"data", struct.pack(">LL", 1, 0), text.encode()))
        for index, text in enumerate(values.values(), 1)
    ]
    return box(b"meta", box(b"hdlr", bytes(8), b"mdta", bytes(12)), listing, box(b"ilst", *items))


@pytest.mark.parametrize("format_", [FileFormat.MOV, FileFormat.MP4])
def test_movies_give_duration_dimensions_turn_and_header_date(format_: FileFormat) -> None:
    found = read(movie(), format_)
    assert (found.width, found.height, found.orientation, found.duration) == (1920, 1080, 6, 12)
    assert found.taken_at == datetime(2014, 11, 28, 6, 13, 20)
    assert found.utc_offset is None


def test_apples_keys_beat_the_header() -> None:
    found = read(
        movie(
            keys(
                creationdate="2020-05-04T18:39:11-0400",
                make="Apple",
                model="iPhone 11",
                location__ISO6709="+47.2071+106.2431+1300.5/",
                software="13.4",
            )
        ),
        FileFormat.MOV,
    )
    assert (found.taken_at, found.utc_offset) == (datetime(2020, 5, 4, 18, 39, 11), -240)
    assert (found.camera_make, found.camera_model, found.software) == ("Apple", "iPhone 11", "13.4")
    assert (found.latitude, found.longitude, found.altitude) == (47.2071, 106.2431, 1300.5)


def test_user_data_of_android_and_cameras() -> None:
    def text(kind: bytes, value: str) -> bytes:
        return box(kind, struct.pack(">HH", len(value), 0x15C7), value.encode())

    user = box(b"udta", text(b"\xa9xyz", "+41.8954+012.4828/"), text(b"\xa9mak", "Samsung"), box(b"XMP_", XMP))
    found = read(movie(user), FileFormat.MP4)
    assert (found.latitude, found.longitude, found.camera_make) == (41.8954, 12.4828, "Samsung")
    assert found.keywords == ("sea",)


def test_a_movie_without_a_date_has_none() -> None:
    assert read(movie(created=0), FileFormat.MOV).taken_at is None


def test_cr3_blocks_in_boxes() -> None:
    uuid = bytes.fromhex("85c0b687820f11e08111f4ce462b6a48")
    first = tiff({0x010F: ascii_("Canon"), 0x0100: (4, 6000), 0x0101: (4, 4000)})
    second = tiff({0x9003: ascii_("2015:10:11 14:41:44"), 0xA434: ascii_("RF35mm")})
    place = tiff({1: ascii_("N"), 2: (5, [(41, 1)] * 3), 3: ascii_("E"), 4: (5, [(12, 1)] * 3)})
    data = box(b"ftyp", b"crx ") + box(
        b"moov", box(b"uuid", uuid, box(b"CMT1", first), box(b"CMT2", second), box(b"CMT4", place))
    )
    found = read(data, FileFormat.CR3)
    assert (found.width, found.height, found.camera_make, found.lens_model) == (6000, 4000, "Canon", "RF35mm")
    assert (found.taken_at, round(found.latitude or 0)) == (WHEN, 42)


def test_avi_header_and_date() -> None:
    def chunk(name: bytes, body: bytes) -> bytes:
        return name + struct.pack("<L", len(body)) + body + b"\0" * (len(body) & 1)

    main = struct.pack("<10L", 40_000, 0, 0, 0, 250, 0, 1, 0, 640, 480) + bytes(16)
    info = chunk(b"LIST", b"INFO" + chunk(b"ISFT", b"CanonMVI02\0"))
    header = chunk(b"LIST", b"hdrl" + chunk(b"avih", main)) + chunk(b"IDIT", b"Sun Oct 11 14:41:44 2015\n\0")
    data = b"RIFF" + struct.pack("<L", 4) + b"AVI " + header + info
    found = read(data, FileFormat.AVI)
    assert (found.width, found.height, found.duration, found.taken_at) == (640, 480, 10, WHEN)
    assert found.software == "CanonMVI02"


def test_matroska_and_webm() -> None:
    def element(kind: str, body: bytes) -> bytes:
        return bytes.fromhex(kind) + (len(body) | 1 << 28).to_bytes(4, "big") + body

    date = int((WHEN - datetime(2001, 1, 1)).total_seconds()) * 10**9
    info = element("2AD7B1", (10**6).to_bytes(3, "big")) + element("4489", struct.pack(">d", 12_500))
    info += element("4461", struct.pack(">q", date))
    video = element("E0", element("B0", (1280).to_bytes(2, "big")) + element("BA", (720).to_bytes(2, "big")))
    segment = element("1549A966", info) + element("1654AE6B", element("AE", video))
    data = element("1A45DFA3", b"") + bytes.fromhex("1853806701FFFFFFFFFFFFFF") + segment
    for format_ in (FileFormat.MKV, FileFormat.WEBM):
        found = read(data, format_)
        assert (found.width, found.height, found.duration, found.taken_at) == (1280, 720, 12.5, WHEN)


def test_mpeg_sequence_header() -> None:
    assert read(b"\0\0\1\xba" + bytes(8) + b"\0\0\1\xb3\x16\x01\x20\0", FileFormat.MPEG).height == 288


def test_raf_and_rw2_point_to_a_jpeg() -> None:
    preview = jpeg(exif_segment(EXIF), size=(64, 48))
    sizes = struct.pack(">LHHHH", 1, 0x0111, 4, 4000, 6000)
    raf = b"FUJIFILMCCD-RAW ".ljust(84, b"\0") + struct.pack(">LLLL", 108, len(preview), 108 + len(preview), len(sizes))
    found = read(raf.ljust(108, b"\0") + preview + sizes, FileFormat.RAF)
    assert (found.width, found.height, found.taken_at) == (6000, 4000, WHEN)
    entries = {4: (4, 8), 5: (4, 10), 6: (4, 3008), 7: (4, 4010), 0x17: (3, 200), 0x2E: (7, preview)}
    rw2 = tiff(entries)
    found = read(b"IIU\0" + rw2[4:], FileFormat.RW2)
    assert (found.width, found.height, found.iso, found.taken_at) == (4000, 3000, 200, WHEN)


def test_crw_heap() -> None:
    serial, stamp = struct.pack("<L", 560_018_150), struct.pack("<LLL", 1_444_574_504, 0, 0)
    model = b"Canon\0Canon EOS 300D\0"
    entries, body = b"", b""
    for tag, value in (
        (0x080A, model),
        (0x180B, serial),
        (0x180E, stamp),
        (0x1810, struct.pack("<LLfl", 3072, 2048, 1, 90)),
    ):
        entries += struct.pack("<HLL", tag, len(value), len(body))
        body += value
    heap = body + struct.pack("<H", 4) + entries + struct.pack("<L", len(body))
    found = read(b"II" + struct.pack("<L", 26) + b"HEAPCCDR" + bytes(12) + heap, FileFormat.RAW)
    assert (found.camera_make, found.camera_model, found.camera_serial) == ("Canon", "Canon EOS 300D", "0560018150")
    assert (found.taken_at, found.width, found.orientation) == (WHEN, 3072, 6)


def test_a_format_without_a_reader_is_empty_and_not_wrong() -> None:
    assert read(b"anything", FileFormat.UNKNOWN).raw == {}


def test_user_data_in_plain_and_3gpp_spelling() -> None:
    place = (
        bytes(4)
        + struct.pack(">H", 0x15C7)
        + b"here\0\0"
        + struct.pack(">lll", 12 << 16, -(41 << 16), 21 << 16)
        + b"earth\0"
    )
    title = bytes(4) + struct.pack(">H", 0x15C7) + b"A film\0"
    found = read(
        movie(box(b"udta", box(b"loci", place), box(b"titl", title), box(b"CNMN", b"Canon EOS\0"))), FileFormat.MP4
    )
    assert (found.latitude, found.longitude, found.altitude) == (-41, 12, 21)
    assert (found.title, found.camera_model) == ("A film", "Canon EOS")


def test_values_of_every_type_in_apples_list() -> None:
    names = [b"com.apple.quicktime.rating.user", b"com.apple.quicktime.camera.focal_length.35mm_equivalent"]
    listing = box(b"keys", bytes(4), struct.pack(">L", 2), *(box(b"mdta", name) for name in names))
    values = [struct.pack(">LLf", 23, 0, 4.0), struct.pack(">LLL", 22, 0, 26)]
    items = [box(struct.pack(">L", i), box(b"data", value)) for i, value in enumerate(values, 1)]
    meta = box(b"meta", bytes(4), box(b"hdlr", bytes(8), b"mdta", bytes(12)), listing, box(b"ilst", *items))
    found = read(movie(meta), FileFormat.MOV)
    assert (found.rating, found.focal_length_35mm) == (4, 26)


def test_avi_streams_with_exif_texts_and_an_embedded_block() -> None:
    def chunk(name: bytes, body: bytes) -> bytes:
        return name + struct.pack("<L", len(body)) + body + b"\0" * (len(body) & 1)

    stream = b"vids" + bytes(16) + struct.pack("<LLLL", 1, 30, 0, 90)
    data = chunk(b"LIST", b"strl" + chunk(b"strh", stream) + chunk(b"strd", b"AVIF" + EXIF) + chunk(b"JUNK", bytes(8)))
    data += chunk(b"LIST", b"exif" + chunk(b"emdl", b"Model X\0")) + chunk(b"_PMX", XMP)
    found = read(b"RIFF" + struct.pack("<L", len(data)) + b"AVI " + chunk(b"LIST", b"hdrl" + data), FileFormat.AVI)
    assert (found.duration, found.camera_make, found.camera_model, found.taken_at) == (3, "Canon", "Model X", WHEN)
    assert found.keywords == ("sea",)


def test_mrw_and_x3f() -> None:
    sizes = bytes(8) + struct.pack(">HHHH", 2000, 3000, 1920, 2560)
    mrw = b"\0MRM" + bytes(4) + b"\0PRD" + struct.pack(">L", len(sizes)) + sizes
    found = read(mrw + b"\0TTW" + struct.pack(">L", len(EXIF)) + EXIF, FileFormat.RAW)
    assert (found.width, found.height, found.taken_at) == (2560, 1920, WHEN)
    x3f = b"FOVb".ljust(28, b"\0") + struct.pack("<LL", 2640, 1760) + jpeg(exif_segment(EXIF))
    found = read(x3f, FileFormat.RAW)
    assert (found.width, found.height, found.taken_at) == (2640, 1760, WHEN)


def test_ciff_in_the_oldest_jpegs() -> None:
    shot = struct.pack("<24h", 48, 0, 160, *[0] * 18, 128, 192, 0)
    focal = struct.pack("<HH", 2, 50)
    entries = struct.pack("<HHLLHLL", 2, 0x102A, len(shot), 0, 0x1029, len(focal), len(shot))
    heap = shot + focal + entries + struct.pack("<L", len(shot) + len(focal))
    found = read(jpeg(segment(0xE0, b"II" + struct.pack("<L", 14) + b"HEAPJPGM" + heap)))
    assert (found.iso, found.f_number, found.exposure_time, found.focal_length) == (100, 4, 1 / 64, 50)


def test_cr3_maker_block() -> None:
    uuid = bytes.fromhex("85c0b687820f11e08111f4ce462b6a48")
    block = tiff({0x0095: ascii_("RF24-105mm F4 L IS USM"), 0x0096: ascii_("AB123")})
    data = box(b"ftyp", b"crx ") + box(b"moov", box(b"uuid", uuid, box(b"CMT3", block)))
    assert read(data, FileFormat.CR3).lens_model == "RF24-105mm F4 L IS USM"


def test_tiff_carries_xmp_and_iptc() -> None:
    words = b"\x1c\x02\x19\0\4word"
    assert read(tiff({0x02BC: (1, XMP)}), FileFormat.TIFF).keywords == ("sea",)
    assert read(tiff({0x83BB: (7, words)}), FileFormat.TIFF).keywords == ("word",)


def test_big_tiff() -> None:
    entry = struct.pack("<HHQ", 0x0100, 4, 1) + struct.pack("<Q", 70_000)
    entry += struct.pack("<HHQ", 0x0101, 4, 1) + struct.pack("<Q", 50_000)
    data = b"II" + struct.pack("<HHHQ", 43, 8, 0, 16) + struct.pack("<Q", 2) + entry + bytes(8)
    found = read(data, FileFormat.TIFF)
    assert (found.width, found.height) == (70_000, 50_000)

"""Images in lists, and everything known about one."""

from __future__ import annotations

from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import Field

from lumina.api.schemas.base import Answer, Base64, FlagName, Hex, LabelName, LocalTime, Request, UtcTime

ThumbnailState = Literal["done", "missing", "failed"]
Ids = Annotated[list[Annotated[int, Field(ge=1, lt=2**63)]], Field(min_length=1, max_length=2000)]


class ImageSummary(Answer):
    """One image in a list. `thumbnail` and `proxy` are keys for `?v=`, None while there are none."""

    id: int
    catalog_id: UUID
    name: str
    kind: Literal["photo", "video"]
    taken_at: LocalTime | None
    utc_offset: int | None = Field(description="Minutes east of UTC.")
    width: int | None
    height: int | None
    placeholder: Base64 | None = Field(description="Thumbhash, base64.")
    thumbnail: Hex | None
    proxy: Hex | None
    camera: str | None
    format: str | None
    duration: float | None = Field(description="Seconds, of videos.")
    missing_since: UtcTime | None
    state: ThumbnailState
    rating: int
    flag: FlagName | None
    label: LabelName | None
    favourite: bool
    shelf: Literal["archive", "trash", "hidden"] | None = Field(description="Where it was put away.")


class ImagePage(Answer):
    """A page of images, newest first."""

    items: list[ImageSummary]
    next: str | None = Field(description="Cursor of the next page.")


class CatalogName(Answer):
    """The catalog an image is in."""

    id: UUID
    name: str


class SourceOfImage(Answer):
    """The source an image is in."""

    id: int
    path: str
    state: Literal["online", "offline"]


class ImageFile(Answer):
    """One file of an image; `path` is relative to its source."""

    id: int
    path: str
    name: str
    role: Literal["original", "derived", "sidecar", "live"]
    format: str
    size: int
    modified_at: UtcTime
    checksum: Hex | None
    content: Hex | None
    missing_since: UtcTime | None


class Fact(Answer):
    """One thing known: `text` is how people read `value`, `origin` where it was found."""

    group: Literal["Capture", "Camera", "Place", "Description", "File", "Technical", "Quality"]
    name: str
    label: str
    value: Any
    text: str
    origin: str | None = Field(examples=["EXIF:DateTimeOriginal"])


class AlbumName(Answer):
    """An album that an image is in."""

    id: int
    name: str


class CurationOfImage(Answer):
    """What has been decided about an image. Title and caption: null lets the files speak, "" says there is none."""

    rating: int
    flag: FlagName | None
    label: LabelName | None
    favourite: bool
    archived: bool
    trashed_at: UtcTime | None
    hidden: bool
    title: str | None
    caption: str | None
    keywords: list[str] = Field(description="Beside those of the files.")
    location: tuple[float, float] | None
    albums: list[AlbumName]


class Fingerprint(Answer):
    """Perceptual hashes, 16 hexadecimal digits each."""

    dhash: str
    ahash: str
    whash: str
    phash: str
    flat: bool


class Measures(Answer):
    """Technical measures of the picture, and the quality score of 0-100 with its four parts."""

    sharpness: float
    brightness: float
    contrast: float
    clipped_dark: float
    clipped_bright: float
    detail: float | None = Field(description="True resolution by nominal, linear: 0.5 for an enlarged picture.")
    compression: float | None = Field(description="The worst JPEG quality that the picture has gone through, 0-100.")
    data_size: int | None = Field(description="Bytes of image data without metadata.")
    score: float | None
    format_score: float | None = Field(description="Of at most 40.")
    resolution_score: float | None = Field(description="Of at most 30.")
    size_score: float | None = Field(description="Of at most 20: less compression is better.")
    sharpness_score: float | None = Field(description="Of at most 10.")


class StageOfImage(Answer):
    """How one stage stands for this image."""

    stage: str
    state: Literal["done", "missing", "failed", "stale", "waiting"]
    version: int | None
    current_version: int
    code: str | None
    note: str | None


class ImageFacts(ImageSummary):
    """Everything known about one image. `previous` and `next` are its neighbours in the timeline of the same view."""

    catalog: CatalogName
    source: SourceOfImage
    folder: str
    files: list[ImageFile]
    facts: list[Fact]
    curation: CurationOfImage
    raw: dict[str, Any] = Field(description="Every tag that was read, as `Group:Tag`.")
    notes: list[str]
    fingerprint: Fingerprint | None
    measures: Measures | None
    stages: list[StageOfImage]
    previous: int | None
    next: int | None


class Ungrouped(Answer):
    """The images that one image's files are now."""

    images: list[int]


class Attention(Request):
    """Images that a person is looking at: they go first."""

    images: Ids


class Facet(Answer):
    """A value to filter by, and how many images have it."""

    value: str
    count: int


class Facets(Answer):
    """What a view can be narrowed by; at most 200 values each, most frequent first (years: newest first)."""

    cameras: list[Facet]
    formats: list[Facet]
    kinds: list[Facet]
    years: list[Facet]

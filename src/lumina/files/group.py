"""Which files of a folder are one image: RAW, its JPEG or HEIC, sidecars, the video of a live photo.

Files belong together when they share their stem *and* were taken in the same moment; a name alone proves nothing
(cameras count from 0001 again). Sidecars have no time of their own and follow their name. The RAW is the original: it
holds what the camera saw, and no rendering replaces it.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field

from lumina.domain.values import FileFormat, FileRole, MediaKind
from lumina.files.capture import Moment
from lumina.files.extensions import is_media_name, media_kind

_PREFERENCE = (
    FileFormat.HEIC,
    FileFormat.JXL,
    FileFormat.AVIF,
    FileFormat.JPEG,
    FileFormat.TIFF,
    FileFormat.PNG,
    FileFormat.WEBP,
)
"""Among files of one moment without a RAW: what cameras make before what editors make."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """A file to be placed.

    Attributes:
        name: without folder.
        content: its format.
        image: the image it already belongs to; it stays there.
        apart: that image was ungrouped by a person: nothing joins it but its sidecars.
    """

    name: str
    content: FileFormat
    image: int | None = None
    apart: bool = False


@dataclass(slots=True)
class Group:
    """One image.

    Attributes:
        members: file and role, the original first.
        image: the image that these files already are.
    """

    members: list[tuple[Candidate, FileRole]] = field(default_factory=list)
    image: int | None = None
    apart: bool = False

    @property
    def original(self) -> Candidate:
        """The file that the stages read."""
        return self.members[0][0]

    @property
    def kind(self) -> MediaKind:
        """Photo or video."""
        return media_kind(self.original.content, self.original.name)

    @property
    def stem(self) -> str:
        """The original's name without its extension."""
        return stem(self.original.name)


def stem(name: str) -> str:
    """The name without its last extension; a name that begins with its only dot has none."""
    head, dot, _ = name.rpartition(".")
    return head if dot and head else name


def cluster(name: str) -> str:
    """Files that may belong together share this key: the stem, without regard to case and composition.

    `IMG_1.CR2.xmp` is in the cluster of `IMG_1.CR2`.
    """
    base = stem(name)
    if name[len(base) :].lower() in (".xmp", ".aae", ".thm") and is_media_name(base):
        base = stem(base)
    return unicodedata.normalize("NFC", base).casefold()


def group(
    candidates: Iterable[Candidate], moment: Callable[[Candidate], Moment | None]
) -> tuple[list[Group], list[Candidate]]:
    """Place the files of one folder's cluster; the outcome does not depend on their order.

    Args:
        candidates: files that share folder and `cluster` key.
        moment: reads a file's time of capture; asked only where more than one file could be meant.

    Returns:
        The images, and sidecars that belong to none.
    """
    files = sorted(candidates, key=rank)
    masters = [file for file in files if not file.content.is_sidecar]
    groups = _known(masters)
    for file in masters:
        if file.image is None:
            _place(file, groups, masters, moment)
    orphans = [file for file in files if file.content.is_sidecar and not _attach(file, groups)]
    for each in groups:
        each.members.sort(key=lambda member: (_ROLE_ORDER[member[1]], rank(member[0])))
    return groups, orphans


_ROLE_ORDER = {
    role: place for place, role in enumerate((FileRole.ORIGINAL, FileRole.DERIVED, FileRole.LIVE, FileRole.SIDECAR))
}


def rank(file: Candidate) -> tuple[int, int, str]:
    """Sorts originals first: RAW, then stills by preference, unknown ones, then videos."""
    if file.content.is_raw:
        return 0, 0, file.name
    if file.content in _PREFERENCE:
        return 1, _PREFERENCE.index(file.content), file.name
    return (3 if media_kind(file.content, file.name) is MediaKind.VIDEO else 2), 0, file.name


def _known(masters: Sequence[Candidate]) -> list[Group]:
    """The images that are there already, each with its files; roles follow from which of them are present."""
    groups: dict[int, Group] = {}
    for file in masters:
        if file.image is not None:
            known = groups.setdefault(file.image, Group(image=file.image, apart=file.apart))
            known.members.append((file, _role(file, known)))
    return list(groups.values())


def _role(file: Candidate, into: Group) -> FileRole:
    if not into.members:
        return FileRole.ORIGINAL
    return FileRole.LIVE if media_kind(file.content, file.name) is MediaKind.VIDEO else FileRole.DERIVED


def _place(
    file: Candidate, groups: list[Group], masters: Sequence[Candidate], moment: Callable[[Candidate], Moment | None]
) -> None:
    if len(masters) > 1 and file.content is not FileFormat.UNKNOWN:
        for each in groups:
            if _may_join(file, each) and _same_moment(file, each.original, moment):
                each.members.append((file, _role(file, each)))
                _promote(each)
                return
    groups.append(Group([(file, FileRole.ORIGINAL)]))


def _may_join(file: Candidate, into: Group) -> bool:
    """One file of each format, and a video only to a still: two JPEGs of one name and time are copies, two images."""
    if into.apart or into.original.content is FileFormat.UNKNOWN:
        return False
    if into.original.content.is_video:
        return not file.content.is_video  # the still of a live photo whose video was there first
    taken = [member.content for member, _ in into.members]
    if file.content.is_video:
        return not any(content.is_video for content in taken)
    return not any(content is file.content or (content.is_raw and file.content.is_raw) for content in taken)


def _same_moment(file: Candidate, other: Candidate, moment: Callable[[Candidate], Moment | None]) -> bool:
    first, second = moment(file), moment(other)
    return first is not None and second is not None and first.agrees(second)


def _promote(grown: Group) -> None:
    """A RAW that arrives after its JPEG becomes the original."""
    files = sorted((file for file, _ in grown.members), key=rank)
    grown.members = []
    for file in files:
        grown.members.append((file, _role(file, grown)))


def _attach(file: Candidate, groups: Sequence[Group]) -> bool:
    homes = [each for each in groups if file.image is not None and each.image == file.image]
    homes = homes or [each for each in groups if _describes(file, each)]
    if not homes:
        return False
    home = min(homes, key=lambda each: (_fitness(file, each), rank(each.original)))
    home.members.append((file, FileRole.SIDECAR))
    return True


def _describes(sidecar: Candidate, each: Group) -> bool:
    """`IMG_1.CR2.xmp` names its file; `IMG_1.xmp` any of its stem."""
    named = stem(sidecar.name)
    if is_media_name(named):
        return any(member.name.casefold() == named.casefold() for member, _ in each.members)
    return True


def _fitness(sidecar: Candidate, each: Group) -> int:
    """Of several images of one stem: THM goes to the video, AAE to the phone's still, XMP to the RAW."""
    wanted = {
        FileFormat.THM: each.kind is MediaKind.VIDEO,
        FileFormat.AAE: each.original.content in (FileFormat.HEIC, FileFormat.JPEG),
        FileFormat.XMP: each.original.content.is_raw,
    }
    return 0 if wanted.get(sidecar.content, False) else 1

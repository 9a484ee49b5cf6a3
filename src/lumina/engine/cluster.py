"""Groups of copies in which every member is a copy of the group's keeper, so that nothing is chained."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass, field, replace
from itertools import chain

from lumina.domain.duplicates import Edge, Relation, Tier

MINUTE, SECOND = 60_000_000, 1_000_000
"""Microseconds."""
_FLIPPED = {Relation.CROP: Relation.CONTAINS, Relation.CONTAINS: Relation.CROP}


@dataclass(frozen=True, slots=True)
class Node:
    """One image.

    Attributes:
        identity: the same for images with the same bytes or pixels.
        checksum: the same for images with the same bytes.
        face: the same for images that look the same to all comparisons; 0: it is not compared by what it shows.
        content: of the image data, None where unknown.
        moment: camera and time of capture (microseconds), 0 where unknown.
    """

    image: int
    identity: int
    checksum: int
    face: int
    content: bytes | None = None
    moment: tuple[int, int] = (0, 0)


@dataclass(frozen=True, slots=True)
class Evidence:
    """What a member has in common with its keeper; `relation` says what the member is to the keeper."""

    tier: Tier
    distance: int
    similarity: float
    relation: Relation


@dataclass(frozen=True)
class Apart:
    """What people have said about images that are no copies of each other.

    Attributes:
        by_image: image -> sets that it is in. by_content: content -> sets that such an image is in.
    """

    by_image: Mapping[int, Set[int]] = field(default_factory=dict)
    by_content: Mapping[bytes, Set[int]] = field(default_factory=dict)

    def sets(self, node: Node) -> Set[int]:
        """All sets that an image is in, itself or by its content."""
        own = self.by_image.get(node.image, frozenset())
        return own if node.content is None else own | self.by_content.get(node.content, frozenset())


class _Company:
    """Images that go together, and whether one more does: no two of one set, no two photographs of one camera.

    Images of the same content are apart only where both are in the set themselves.
    """

    def __init__(self, apart: Apart) -> None:
        self.apart = apart
        self.own: set[int] = set()
        self.contents: defaultdict[int, set[bytes | None]] = defaultdict(set)
        self.moments: defaultdict[int, dict[tuple[int, int], None]] = defaultdict(dict)

    def takes(self, node: Node) -> bool:
        if self._is_another_photograph(node):
            return False
        if not (sets := self.apart.sets(node)):
            return True
        if self.own & self.apart.by_image.get(node.image, frozenset()):
            return False
        return not any(self.contents[each] - {node.content} for each in sets)

    def _is_another_photograph(self, node: Node) -> bool:
        """Whether the camera took it shortly before or after one of the others, which then is no copy of it."""
        camera, time = node.moment
        return bool(camera) and any(
            identity != node.identity and taken_apart(time, other) for other, identity in self.moments[camera]
        )

    def add(self, node: Node) -> None:
        camera, time = node.moment
        if camera:
            self.moments[camera][time, node.identity] = None
        self.own |= self.apart.by_image.get(node.image, frozenset())
        for each in self.apart.sets(node):
            self.contents[each].add(node.content)


class Copies:
    """Images and what is known of who is a copy of whom.

    Two images are neighbours where they are identical, have the same face, or have faces with an edge; `apart` says
    which of these are none.

    Args:
        nodes: the images.
        edges: between faces, each once; `a` and `b` are faces.
        apart: who is no copy of whom.
    """

    def __init__(self, nodes: Iterable[Node], edges: Iterable[Edge], apart: Apart) -> None:
        self.nodes = {node.image: node for node in nodes}
        self.apart = apart
        self.by_identity: defaultdict[int, dict[int, None]] = defaultdict(dict)
        self.by_face: defaultdict[int, dict[int, None]] = defaultdict(dict)
        for node in self.nodes.values():
            self.by_identity[node.identity][node.image] = None
            if node.face:
                self.by_face[node.face][node.image] = None
        self.edges = {(edge.a, edge.b): edge for edge in edges if edge.a in self.by_face and edge.b in self.by_face}
        self.kin: defaultdict[int, list[int]] = defaultdict(list)
        for a, b in self.edges:
            self.kin[a].append(b)
            self.kin[b].append(a)

    def components(self) -> Iterator[list[int]]:
        """The images in parts between which there are no neighbours; those without any are left out."""
        seen: set[int] = set()
        done: set[tuple[str, int]] = set()
        for start in sorted(self.nodes):
            if start not in seen:
                part = self._reach(start, seen, done)
                if len(part) > 1:
                    yield part

    def _reach(self, start: int, seen: set[int], done: set[tuple[str, int]]) -> list[int]:
        """All images that can be reached; each identity and each face is gone through once."""
        seen.add(start)
        part, at = [start], 0
        while at < len(part):
            node = self.nodes[part[at]]
            at += 1
            near: list[Iterable[int]] = []
            if ("identity", node.identity) not in done:
                near.append(self.by_identity[node.identity])
            if node.face and ("face", node.face) not in done:
                near += [self.by_face[face] for face in (node.face, *self.kin[node.face])]
            done |= {("identity", node.identity), ("face", node.face)}
            for image in chain(*near):
                if image not in seen:
                    seen.add(image)
                    part.append(image)
        return part

    def stars(self, order: Sequence[int]) -> Iterator[list[int]]:
        """Groups of one component, each by the given order, the keeper first.

        Again and again the first free image that has free neighbours becomes a keeper and takes them.

        Args:
            order: the component's images, best first.
        """
        place = {image: at for at, image in enumerate(order)}
        free = {} if self._all_apart(order) else dict.fromkeys(order)
        alone: set[tuple[Node, Set[int]]] = set()
        for image in order:
            if image not in free:
                continue
            self._take(image, free)  # for good: who has no copy among those that are free is none of theirs
            if (kind := self._kind(image)) in alone:
                continue
            members = self._fitting(image, sorted(self._near(image), key=place.__getitem__))
            if not members:
                alone.add(kind)
                continue
            for member in members:
                self._take(member, free)
            yield [image, *members]

    def _all_apart(self, images: Sequence[int]) -> bool:
        """Whether one set has them all: thousands need not be tried pair by pair."""
        common: Set[int] | None = None
        for image in images:
            own = self.apart.by_image.get(image, frozenset())
            common = own if common is None else common & own
            if not common:
                return False
        return True

    def _kind(self, image: int) -> tuple[Node, Set[int]]:
        """The same for images that have the same neighbours, of which the same ones fit."""
        return replace(self.nodes[image], image=0), frozenset(self.apart.by_image.get(image, ()))

    def _near(self, image: int) -> set[int]:
        """Free neighbours."""
        node = self.nodes[image]
        found = set(self.by_identity[node.identity])
        if node.face:
            found.update(*(self.by_face[face] for face in (node.face, *self.kin[node.face])))
        return found

    def _fitting(self, keeper: int, candidates: list[int]) -> list[int]:
        """Those that nobody has said to be no copies of the keeper, or of a better one among them."""
        company, members = _Company(self.apart), []
        company.add(self.nodes[keeper])
        for image in candidates:
            if company.takes(self.nodes[image]):
                company.add(self.nodes[image])
                members.append(image)
        return members

    def _take(self, image: int, free: dict[int, None]) -> None:
        node = self.nodes[image]
        del free[image]
        del self.by_identity[node.identity][image]
        if node.face:
            del self.by_face[node.face][image]

    def evidence(self, keeper: int, member: int) -> Evidence | None:
        """What the two have in common; None where they are no neighbours."""
        first, second = self.nodes[keeper], self.nodes[member]
        if first.checksum == second.checksum:
            return Evidence(Tier.BYTES, 0, 1.0, Relation.SAME)
        if first.identity == second.identity:
            return Evidence(Tier.PIXELS, 0, 1.0, Relation.SAME)
        if not first.face or not second.face:
            return None
        return compared(first.face, second.face, self.edges.get(ordered(first.face, second.face)))

    def parts(self, images: Sequence[int]) -> list[tuple[int, int]]:
        """Pairs of these images of which the first is known to show a part of the second.

        One image stands for all that look like the whole.
        """
        by_face: defaultdict[int, list[int]] = defaultdict(list)
        for image in images:
            if face := self.nodes[image].face:
                by_face[face].append(image)
        found = []
        first = {face: min(members) for face, members in by_face.items()}
        for face, members in by_face.items():
            # of two images only the two are asked for, however many others look like them
            for other in self.kin.get(face, ()) if len(self.kin.get(face, ())) < len(first) else first:
                edge = self.edges.get(ordered(face, other)) if other in first else None
                if edge is not None and relation_to(edge, other) is Relation.CROP:
                    found += [(image, first[other]) for image in members]
        return found

    def wholes(self) -> list[int]:
        """Images that others are known to show a part of, one for each face; asked before any groups are made."""
        whole = {Relation.CROP: 0, Relation.CONTAINS: 1}
        found = {pair[whole[edge.relation]] for pair, edge in self.edges.items() if edge.relation in whole}
        return [min(self.by_face[face]) for face in sorted(found)]


def taken_apart(first: int, second: int) -> bool:
    """Whether a camera took two photographs: at two moments (microseconds), but for a fraction that was dropped.

    More than a minute apart they may be one whose time somebody has corrected, or moved to another zone.
    """
    if first // SECOND == second // SECOND and not (first % SECOND and second % SECOND):
        return False
    return 0 < abs(first - second) <= MINUTE


def ordered(first: int, second: int) -> tuple[int, int]:
    """The key of the edge between two faces."""
    return (first, second) if first < second else (second, first)


def relation_to(edge: Edge, face: int) -> Relation:
    """What the other end of an edge is to this one."""
    return edge.relation if face == edge.a else _FLIPPED.get(edge.relation, edge.relation)


def compared(keeper: int, member: int, edge: Edge | None) -> Evidence | None:
    """The evidence between two faces, of which `edge` is what the comparison came to."""
    if keeper == member:
        return Evidence(Tier.PICTURE, 0, 1.0, Relation.SAME)
    if edge is None:
        return None
    return Evidence(Tier.PICTURE, edge.distance, edge.similarity, relation_to(edge, keeper))


Order = Callable[[Sequence[int]], Sequence[int]]
"""Images of a component -> the same, best first."""

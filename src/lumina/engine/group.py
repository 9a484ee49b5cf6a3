"""The end of a search for copies: groups from edges, each with its keeper, published in one step."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from blake3 import blake3

from lumina.domain.consensus import comparable
from lumina.domain.duplicates import Candidate, Edge, Relation, Tier
from lumina.domain.policy import CLOSE, Policy, Ranking
from lumina.domain.work import Job
from lumina.engine.cluster import Apart, Copies, Node
from lumina.engine.consensus import Consensus, Shown, consensus
from lumina.engine.finalise import Effect
from lumina.engine.identity import identities, same
from lumina.store import Store, Transaction, candidates, catalogs, features, groups, jobs, runs
from lumina.store.bulk import Columns
from lumina.store.groups import NewGroup, NewMember
from lumina.store.runs import Run


class Grouping:
    """Finaliser of jobs that look for copies."""

    def __init__(self, store: Store) -> None:
        self.store = store

    def __call__(self, job: Job) -> Effect:
        """Work out the groups of the job's run; the effect publishes them."""
        with self.store.transaction() as tx:
            run = runs.of_job(tx, job.id)
            if run is None:
                return lambda _tx, _job: {}
            policy = Policy.parse(catalogs.duplicates(tx, run.catalog_id).policy)
            copies = load(tx, run)
            known = candidates.candidates(tx, copies.nodes)
        parts = list(copies.components())
        with self.store.transaction() as tx:
            seen = _seen(tx, copies, parts, policy)
        drafts = list(drafted(_Contests(copies, known, policy, seen), parts))
        with self.store.transaction() as tx:
            seen = _seen_late(tx, copies, drafts, seen, policy)
        contest = _Contests(copies, known, policy, seen)
        found = [_group(copies, draft.ranking or contest.within(draft.members), known) for draft in drafts]
        return lambda tx, job: publish(tx, job, run, found)


def publish(tx: Transaction, job: Job, run: Run, found: Sequence[NewGroup]) -> Mapping[str, Any]:
    """Write the groups and let people see them; returns the job's result."""
    found = groups.save(tx, run.id, found)
    images = sum(len(group.members) for group in found)
    counts = {"groups": len(found), "members": images, "gain": sum(group.gain for group in found)}
    runs.count(tx, run.id, counts)
    runs.publish(tx, run)
    jobs.reach(tx, job.id, job.total, job.total)
    word = "group" if len(found) == 1 else "groups"
    return {"message": f"{len(found):,} {word} of copies, {images:,} images", "run": run.id, **run.counts, **counts}


def load(tx: Transaction, run: Run) -> Copies:
    """The images of a catalog that have neighbours, and the edges between their faces."""
    images = features.load_images(tx, run.catalog_id)
    edges = features.load_edges(tx, run.id)
    identity = identities(images)
    checksum = same(images["checksum"], np.ones(len(identity), np.bool_))
    sequence = np.isin(identity, identity[images["sequence"]])  # a copy of a burst's frame is like the others as well
    faces = np.where(sequence | images["video"], 0, images["face"])
    keep = _involved(identity, faces, edges)
    by_image, by_content = groups.distinct(tx, run.catalog_id)
    return Copies(
        _nodes(images, identity, checksum, faces, keep), _edges(edges, faces[keep]), Apart(by_image, by_content)
    )


def _involved(identity: Any, faces: Any, edges: Columns) -> Any:
    """Places of images that may have neighbours: identical ones, the same face, a face with an edge."""
    _, back, sizes = np.unique(identity, return_inverse=True, return_counts=True)
    alike, to_face, looks = np.unique(faces, return_inverse=True, return_counts=True)
    with_edge = np.isin(alike, np.concatenate([edges["a"], edges["b"]]))
    return np.flatnonzero((sizes[back] > 1) | ((faces != 0) & ((looks > 1) | with_edge)[to_face]))


def _nodes(images: Columns, identity: Any, checksum: Any, faces: Any, keep: Any) -> Iterable[Node]:
    contents = [bytes(content) if content.any() else None for content in images["content"][keep]]
    columns = (images["id"][keep].tolist(), identity[keep].tolist(), checksum[keep].tolist(), faces[keep].tolist())
    moments = zip(images["camera"][keep].tolist(), images["time"][keep].tolist(), strict=True)
    return [Node(*values) for values in zip(*columns, contents, moments, strict=True)]


def _edges(edges: Columns, faces: Any) -> Iterable[Edge]:
    keep = np.isin(edges["a"], faces) & np.isin(edges["b"], faces)
    rows = zip(*(edges[name][keep].tolist() for name in Edge.__slots__), strict=True)
    return [
        Edge(a, b, Tier(tier), distance, phash, similarity, Relation(relation))
        for a, b, tier, distance, phash, similarity, relation in rows
    ]


def _seen(tx: Transaction, copies: Copies, parts: Sequence[Sequence[int]], policy: Policy) -> Consensus:
    """What the policy may want to know of how the images of each part look."""
    groups = ([_shown(copies, image) for image in part] for part in parts)
    wholes = [_shown(copies, image) for image in copies.wholes()]
    return consensus(tx, policy, groups, wholes)


def _shown(copies: Copies, image: int) -> Shown:
    node = copies.nodes[image]
    return Shown(image, node.identity, node.face)


def _seen_late(tx: Transaction, copies: Copies, drafts: Iterable[_Draft], seen: Consensus, policy: Policy) -> Consensus:
    """The same with the looks of groups whose part was too large to compare all of it."""
    groups = ([_shown(copies, image) for image in draft.members] for draft in drafts if draft.uncompared)
    late = consensus(tx, policy, groups)
    return Consensus({**seen.ways, **late.ways}, seen.framed)


@dataclass(frozen=True, slots=True)
class _Draft:
    """A group, its keeper first.

    Attributes:
        ranking: of its members, where these are all that hang together.
        uncompared: how the members look is not known yet.
    """

    members: Sequence[int]
    ranking: Ranking | None
    uncompared: bool


def drafted(contest: _Contests, parts: Iterable[Sequence[int]]) -> Iterator[_Draft]:
    """All groups of the parts that hang together; images of which nothing is known any more are left out."""
    for part in parts:
        component = [image for image in part if image in contest.known]
        if len(component) > 1:
            nodes = contest.copies.nodes
            uncompared = not comparable(nodes[image].face for image in part)
            ranking = contest.ranked(component, contest.judged(component))
            for members in contest.copies.stars(ranking.order):
                whole = len(members) == len(component)
                yield _Draft(members, ranking if whole else None, uncompared and not whole)


@dataclass(frozen=True, slots=True)
class _Contests:
    """The policy, asked about some of the images."""

    copies: Copies
    known: Mapping[int, Candidate]
    policy: Policy
    seen: Consensus

    def judged(self, images: Sequence[int]) -> Mapping[int, Candidate]:
        """What is known of each, with how it looks beside the others."""
        judged = self.seen.judged([_shown(self.copies, image) for image in images], self.known)
        return {each.image_id: each for each in judged}

    def ranked(self, images: Sequence[int], judged: Mapping[int, Candidate]) -> Ranking:
        """These images, best first. What is framed is not the whole of what it frames."""
        nodes = {image: self.copies.nodes[image].identity for image in images}
        framed = self.seen.framed
        parts = [pair for pair in self.copies.parts(images) if self.copies.nodes[pair[1]].face not in framed]
        return self.policy.order([judged[image] for image in images], parts, nodes)

    def within(self, members: Sequence[int]) -> Ranking:
        """The ranking of a group that is only a part of what hangs together.

        There the policy may see more difference than among all: if it then prefers one that is not a copy of all
        members, the keeper stays, and is compared with each member alone.
        """
        judged = self.judged(members)
        ranking = self.ranked(members, judged)
        evidence = self.copies.evidence
        if ranking.keeper == members[0] or all(evidence(ranking.keeper, image) for image in ranking.order[1:]):
            return ranking
        keeper, others = members[0], members[1:]
        duels = {image: self.ranked([keeper, image], judged) for image in others}
        open_ = frozenset(image for image, duel in duels.items() if duel.keeper != keeper or not duel.decided)
        reasons = {image: duel.reasons.get(image, (CLOSE,)) for image, duel in duels.items()}
        return Ranking(tuple(members), reasons, duels[others[0]].margin, not open_, open_)


def _group(copies: Copies, ranking: Ranking, known: Mapping[int, Candidate]) -> NewGroup:
    members = [_member(copies, ranking, image, known[image]) for image in ranking.order]
    others = members[1:]
    return NewGroup(
        id=number(ranking.order),
        tier=max(member.tier for member in others),
        gain=sum(known[image].size for image in ranking.order[1:]),
        similarity=min(member.similarity or 0.0 for member in others),
        margin=ranking.margin,
        decided=ranking.decided,
        reasons=others[0].reasons,
        members=members,
    )


def _member(copies: Copies, ranking: Ranking, image: int, candidate: Candidate) -> NewMember:
    node, evidence = copies.nodes[image], copies.evidence(ranking.keeper, image)
    assert evidence is not None, "a member is a neighbour of its keeper"
    return NewMember(
        image_id=image,
        face=node.face or None,
        identity=node.identity,
        tier=evidence.tier,
        distance=evidence.distance,
        similarity=evidence.similarity,
        relation=evidence.relation,
        size=candidate.size,
        score=candidate.score,
        reasons=ranking.reasons.get(image, ()),
    )


def number(images: Iterable[int]) -> int:
    """A group's id: 52 bits that depend on who is in it alone, and that JavaScript can hold."""
    text = b"".join(image.to_bytes(8, "big") for image in sorted(images))
    return int.from_bytes(blake3(text).digest(length=8), "big") >> 12

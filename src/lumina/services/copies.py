"""Groups of copies with everything that people see of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from lumina.domain.card import ImageCard
from lumina.domain.copies import CopyGroup, Member
from lumina.domain.duplicates import Edge, Relation, Tier
from lumina.domain.policy import Policy
from lumina.engine.cluster import Evidence, compared, ordered
from lumina.engine.consensus import Shown, consensus
from lumina.store import Transaction, candidates, cards, catalogs, duplicates
from lumina.store.duplicates import GroupRow, MemberRow

ITSELF = Evidence(Tier.BYTES, 0, 1.0, Relation.SAME)
CHOSEN = "You chose the other one"


def filled(tx: Transaction, rows: Sequence[GroupRow]) -> list[CopyGroup]:
    """These groups with their members, the keeper first; without groups that have come apart since they were read."""
    found = duplicates.members(tx, rows)
    shown = cards.cards(tx, {member.image_id for members in found.values() for member in members})
    return [_group(tx, row, found[row.id], shown) for row in rows if len(found.get(row.id, ())) > 1]


def _group(tx: Transaction, row: GroupRow, members: Sequence[MemberRow], shown: Mapping[int, ImageCard]) -> CopyGroup:
    keeper, others = members[0], members[1:]
    if keeper.image_id == row.stored_keeper:
        made = [_member(member, _stored(member), member.reasons, shown) for member in others]
    else:
        made = _beside(tx, row, keeper, others, shown)
    return CopyGroup(
        id=row.id,
        catalog_id=row.catalog_id,
        tier=max(member.tier for member in made),
        keeper=keeper.image_id,
        decided=row.decided,
        margin=row.margin,
        gain=row.gain,
        similarity=min((each.similarity for each in made if each.similarity is not None), default=0.0),
        reasons=made[0].reasons,
        members=[_member(keeper, ITSELF, (), shown), *made],
    )


def _beside(
    tx: Transaction, row: GroupRow, keeper: MemberRow, others: Sequence[MemberRow], shown: Mapping[int, ImageCard]
) -> list[Member]:
    """The members beside another keeper than the run's: a person's, or the next where that one has left."""
    pairs = [ordered(keeper.face, other.face) for other in others if keeper.face and other.face]
    edges = duplicates.edges(tx, row.run_id, pairs)
    reasons = _reasons(tx, row, [keeper, *others])
    return [
        _member(other, _evidence(keeper, other, edges), reasons.get(other.image_id, (CHOSEN,)), shown)
        for other in others
    ]


def _reasons(tx: Transaction, row: GroupRow, members: Sequence[MemberRow]) -> Mapping[int, Sequence[str]]:
    known = candidates.candidates(tx, [member.image_id for member in members])
    if members[0].image_id not in known:
        return {}
    policy = Policy.parse(catalogs.duplicates(tx, row.catalog_id).policy)
    shown = [Shown(each.image_id, each.identity, each.face or 0) for each in members if each.image_id in known]
    judged = consensus(tx, policy, [shown]).judged(shown, known)
    ranking = policy.order(judged, nodes={member.image_id: member.identity for member in members})
    return ranking.reasons if ranking.keeper == members[0].image_id else {}


def _stored(member: MemberRow) -> Evidence:
    return Evidence(member.tier, member.distance or 0, member.similarity or 0.0, member.relation)


def _evidence(keeper: MemberRow, other: MemberRow, edges: Mapping[tuple[int, int], Edge]) -> Evidence | None:
    """As `lumina.engine.cluster.Copies.evidence`, of what is stored."""
    if keeper.checksum is not None and keeper.checksum == other.checksum:
        return ITSELF
    if keeper.identity == other.identity:
        return Evidence(Tier.PIXELS, 0, 1.0, Relation.SAME)
    if not keeper.face or not other.face:
        return None
    return compared(keeper.face, other.face, edges.get(ordered(keeper.face, other.face)))


def _member(
    row: MemberRow, evidence: Evidence | None, reasons: Sequence[str], shown: Mapping[int, ImageCard]
) -> Member:
    return Member(
        image=shown[row.image_id],
        tier=evidence.tier if evidence else Tier.PICTURE,
        distance=evidence.distance if evidence else None,
        similarity=evidence.similarity if evidence else None,
        relation=evidence.relation if evidence else Relation.SAME,
        score=row.score,
        score_parts=row.parts,
        reasons=tuple(reasons),
        verified=evidence is not None,
    )

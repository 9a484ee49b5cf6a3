"""From groups of copies and a policy to a plan: who stays, who leaves, and what is left to a person."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from lumina.domain.duplicates import Candidate, Relation, Tier
from lumina.domain.merging import Said, merged
from lumina.domain.policy import CLOSE, Part, Policy, Ranking
from lumina.domain.resolution import READ_ONLY, TRASH, Group, Member, Plan, Refusal, Step, Wish

NOTHING_SAID = Said()
UNSEEN = "It was never compared with the image that is to be kept."
APART = "A person said that it is no copy of the image that is to be kept."
STRANGER = "The image that is to be kept is not in this group, or not there any more."


@dataclass(frozen=True)
class Known:
    """What the database says about the images of the groups.

    Attributes:
        candidates: image -> what the policy looks at; images whose master is gone are not in it.
        edges: face -> faces that it was compared with -> what those are to it; each edge from both its ends.
        said: image -> what is said about it.
    """

    candidates: Mapping[int, Candidate]
    edges: Mapping[int, Mapping[int, Relation]]
    said: Mapping[int, Said]


def propose(run: int, groups: Sequence[Group], known: Known, wish: Wish, policy_text: str, *, writable: bool) -> Plan:
    """The plan for these groups.

    Args:
        run: the published run.
        groups: those of it that are to be resolved.
        known: about their images.
        wish: what is wanted.
        policy_text: the policy that holds where the wish brings none.
        writable: files may be moved away; otherwise images are hidden instead, and the plan says so.

    Raises:
        BadInput: the policy makes no sense.
    """
    text = policy_text if wish.policy is None else wish.policy
    work = _Proposal(known, wish, Policy.parse(text), writable=writable)
    for group in groups:
        work.take(group)
    notes = (READ_ONLY,) if work.wanted == TRASH and not writable else ()
    steps = tuple(sorted(work.steps, key=lambda step: (step.group, step.image_id)))
    return Plan(run, text, steps, tuple(work.refused), work.counts["kept"], work.counts["undecided"], notes)


@dataclass
class _Proposal:
    """A plan that is being made."""

    known: Known
    wish: Wish
    policy: Policy
    writable: bool
    steps: list[Step] = field(default_factory=list)
    refused: list[Refusal] = field(default_factory=list)
    counts: Counter[str] = field(default_factory=Counter)

    @property
    def wanted(self) -> str:
        """`hide` or `trash`, as asked for."""
        return self.wish.action or self.policy.action

    @property
    def operation(self) -> str:
        """What can be done."""
        return self.wanted if self.writable else "hide"

    @property
    def tiers(self) -> Sequence[Tier]:
        if self.wish.tiers is not None:
            return self.wish.tiers
        return self.policy.automatic_tiers if self.wish.automatic else self.policy.tiers

    def take(self, group: Group) -> None:
        """Decide about one group."""
        members = [each for each in group.members if each.present and each.image_id in self.known.candidates]
        named = self.wish.keepers.get(group.id)
        if named is not None and named not in {each.image_id for each in members}:
            self.refused += [Refusal(group.id, each.image_id, STRANGER) for each in members]
            self.counts["kept"] += len(members)
            return
        if len(members) < 2:
            return
        asked = named is not None
        if named is None and any(self.known.candidates[each.image_id].chosen for each in members):
            named, asked = self._order(members).keeper, not self.wish.automatic
        ranking = self._ranking(members, named)
        by_id = {each.image_id: each for each in members}
        keeper = by_id[ranking.keeper]
        leaving = [
            member
            for image_id in ranking.order[1:]
            if self._leaves(group, keeper, member := by_id[image_id], ranking, asked)
        ]
        self.counts["kept"] += len(members) - 1 - len(leaving)
        in_tiers = {each.image_id for each in members if self._tier(keeper, each) in self.tiers}
        self.counts["undecided"] += bool(ranking.open & in_tiers)
        self._add(group, keeper, leaving, ranking)

    def _order(self, members: Sequence[Member], named: int | None = None) -> Ranking:
        candidates = [self.known.candidates[each.image_id] for each in members]
        if named is not None:
            candidates = [replace(each, chosen=each.image_id == named) for each in candidates]
        nodes = {each.image_id: each.identity for each in members}
        return self.policy.order(candidates, list(_parts(members, self.known.edges)), nodes)

    def _ranking(self, members: Sequence[Member], named: int | None) -> Ranking:
        ranking = self._order(members, named)
        by_id = {each.image_id: each for each in members}
        if named is not None or all(self._compared(by_id[ranking.keeper], each) for each in members):
            return ranking
        # The best is not known to be a copy of all: the run's keeper stays, and each is compared with it alone.
        first = members[0]
        duels = {each.image_id: self._order([first, each]) for each in members[1:]}
        lost = {i for i, duel in duels.items() if duel.keeper != first.image_id or not duel.decided}
        reasons = {i: duel.reasons.get(i, (CLOSE,)) for i, duel in duels.items()}
        return Ranking(tuple(each.image_id for each in members), reasons, 0.0, not lost, frozenset(lost))

    def _leaves(self, group: Group, keeper: Member, member: Member, ranking: Ranking, asked: bool) -> bool:
        """Whether this one goes; a reason is noted where a person might have expected that it does.

        A person who names the keeper of a group, or has chosen it before, has seen the group: nothing is too close to
        call then, and what the run found to be a copy of the group's first keeper counts as a copy of this one.
        """
        reason = None
        if keeper.apart & member.apart:
            reason = APART
        elif folder := self.policy.protected(self.known.candidates[member.image_id]):
            reason = f"It is in the reference folder {folder}."
        elif self._tier(keeper, member) not in self.tiers:
            return False
        elif not self._compared(keeper, member):
            # all that speaks for it is the first keeper, of which it may have been said to be no copy
            reason = UNSEEN if not asked else APART if group.members[0].apart & member.apart else None
        elif not asked and member.image_id in ranking.open:
            return False
        if reason is not None:
            self.refused.append(Refusal(group.id, member.image_id, reason))
        return reason is None

    def _tier(self, keeper: Member, member: Member) -> Tier:
        """What the two have in common. The run has told it of its own keeper only, who has position 0."""
        if keeper.identity != member.identity:
            return Tier.PICTURE
        return Tier.BYTES if keeper.tier is member.tier is Tier.BYTES else min(member.tier, Tier.PIXELS)

    def _compared(self, keeper: Member, member: Member) -> bool:
        if keeper.identity == member.identity:
            return True
        if keeper.face is None or member.face is None:
            return False
        return keeper.face == member.face or member.face in self.known.edges.get(keeper.face, {})

    def _add(self, group: Group, keeper: Member, leaving: Sequence[Member], ranking: Ranking) -> None:
        known = self.known.said.get(keeper.image_id, NOTHING_SAID)
        for member in leaving:
            said = self.known.said.get(member.image_id, NOTHING_SAID)
            fields = dict.fromkeys(change.field.value for change in merged(keeper.image_id, known, [said]))
            self.steps.append(
                Step(
                    group.id,
                    member.image_id,
                    keeper.image_id,
                    self.operation,
                    self._tier(keeper, member),
                    member.revision,
                    keeper.revision,
                    tuple(fields),
                    ranking.reasons[member.image_id],
                    self.known.candidates[member.image_id].size,
                )
            )


def _parts(members: Sequence[Member], edges: Mapping[int, Mapping[int, Relation]]) -> Iterator[Part]:
    """Pairs of images of which the first shows a part of the second; one stands for all identical ones."""
    images: defaultdict[int, dict[int, int]] = defaultdict(dict)
    for member in members:
        if member.face is not None:
            images[member.face][member.identity] = member.image_id
    for whole, wholes in images.items():
        for part, relation in edges.get(whole, {}).items():
            if relation is Relation.CROP and part in images:
                yield from ((p, w) for p in images[part].values() for w in wholes.values())

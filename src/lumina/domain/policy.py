"""Which of several copies is kept: a policy of ordered rules, and the order that it gives."""

from __future__ import annotations

import heapq
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from lumina.domain.duplicates import Candidate, Tier
from lumina.domain.policy_text import DEFAULT_TEXT, read
from lumina.domain.rules import Chosen, Classes, Original, Quality, Reference, Rule

WHOLE = "Shows the whole frame; the other is a part of it"
OPEN = "Nothing tells them apart; the first by name"
CLOSE = "Too close to call"

Part = tuple[int, int]
"""Two images: the first shows a part of the second."""
_Node = tuple[int, bool]


@dataclass(frozen=True, slots=True)
class Ranking:
    """Copies of one picture, best first.

    Attributes:
        order: ids of all images; the first is the keeper.
        reasons: other image -> why the keeper is kept and not that one, the weightiest first; never empty.
        margin: points of quality between the keeper and the next one that is not identical to it; 0 where not known,
            negative where another rule outweighed quality.
        decided: False where some other one is too close to call.
        open: the images that are.
    """

    order: tuple[int, ...]
    reasons: Mapping[int, tuple[str, ...]]
    margin: float
    decided: bool
    open: frozenset[int]

    @property
    def keeper(self) -> int:
        """The best."""
        return self.order[0]


@dataclass(frozen=True)
class Policy:
    """Rules, asked in order: the first that tells two copies apart decides.

    Attributes:
        rules: the rules. `chosen` stands before all of them.
        action: `hide` or `trash`: what becomes of the others.
        tiers: how sure a copy must be to be resolved when a person asks.
        automatic_tiers: the same for what happens after each run without asking.
    """

    rules: tuple[Rule, ...]
    action: str = "hide"
    tiers: tuple[Tier, ...] = (Tier.BYTES, Tier.PIXELS, Tier.PICTURE)
    automatic_tiers: tuple[Tier, ...] = (Tier.BYTES, Tier.PIXELS)

    @classmethod
    def parse(cls, text: str) -> Policy:
        """The policy that a text describes; an empty one is the default.

        Raises:
            BadInput: no TOML, or an unknown rule, key or value; the message names line and rule.
        """
        wanted = read(text if text.strip() else DEFAULT_TEXT)
        return cls((Chosen(), *wanted.rules), wanted.action, wanted.tiers, wanted.automatic_tiers)

    @classmethod
    def default(cls) -> Policy:
        """What was not edited, quality, then what is known of the picture; leaves what is too close to call."""
        return cls.parse(DEFAULT_TEXT)

    def protected(self, candidate: Candidate) -> str | None:
        """The reference folder for whose sake this copy is never proposed for removal."""
        found = (rule.folder(candidate) for rule in self.rules if isinstance(rule, Reference))
        return next((folder for folder in found if folder is not None), None)

    def order(
        self, candidates: Iterable[Candidate], parts: Collection[Part] = (), nodes: Mapping[int, int] | None = None
    ) -> Ranking:
        """All copies of one picture, best first; the same in whatever order they are given.

        A part never comes before the whole that it was cut from, unless a person chose it. To be asked per group or
        connected set of copies: about 5 microseconds per copy and rule.

        Args:
            candidates: at least one, each image once.
            parts: pairs of images of which the first shows a part of the second; others than the candidates are
                ignored. What holds for one image holds for all that are identical to it.
            nodes: image -> what is the same for identical ones (tiers bytes and pixels); each is on its own where
                nothing is said. Between identical images there is nothing to lose: they are never too close to call.

        Raises:
            ValueError: no candidates.
        """
        return _Contest(self, candidates, parts, nodes or {}).ranking()

    @cached_property
    def asks_for_original(self) -> bool:
        """Whether a rule wants to know who differs from most others (`Candidate.stray`)."""
        return any(isinstance(rule, Original) for rule in self.rules)

    @cached_property
    def quality_at(self) -> int:
        """Place of the first rule that asks for quality; past the end where none does."""
        return next((at for at, rule in enumerate(self.rules) if isinstance(rule, Quality)), len(self.rules))

    @cached_property
    def margin(self) -> float:
        """Points of quality that make a difference; 0 where no rule asks for quality."""
        rule = self.rules[self.quality_at] if self.quality_at < len(self.rules) else None
        return rule.margin if isinstance(rule, Quality) else 0.0


class _Contest:
    """One use of a policy on one set of copies."""

    def __init__(
        self, policy: Policy, candidates: Iterable[Candidate], parts: Collection[Part], nodes: Mapping[int, int]
    ) -> None:
        self.policy = policy
        self.by_id = {each.image_id: each for each in candidates}
        if not self.by_id:
            raise ValueError("There is nothing to choose from.")
        # an image of its own must not be taken for another's node of the same number
        self.nodes = {i: (i, False) if (node := nodes.get(i)) is None else (node, True) for i in self.by_id}
        self.keys: dict[int, list[int]] = {image_id: [] for image_id in self.by_id}
        self.wholes: defaultdict[_Node, set[_Node]] = defaultdict(set)
        for part, whole in parts:
            if part in self.nodes and whole in self.nodes and self.nodes[part] != self.nodes[whole]:
                self.wholes[self.nodes[part]].add(self.nodes[whole])

    def ranking(self) -> Ranking:
        order = self._wholes_first(self._by_rules())
        first, others = order[0], order[1:]
        loose = frozenset(other for other in others if not self._is_firm(first, other))
        return Ranking(
            tuple(order),
            {other: self._reasons(first, other, other in loose) for other in others},
            self._margin(first, others),
            not loose,
            loose,
        )

    def _by_rules(self) -> list[int]:
        """Classes of equal copies, parted further by each rule; what is left equal goes by path and id."""
        classes: Classes = [sorted(self.by_id.values(), key=lambda each: (each.path, each.image_id))]
        for rule in self.policy.rules:
            if len(classes) == len(self.by_id):
                break  # all are told apart
            classes = [part for members in classes for part in self._parted(rule, members)]
        return [candidate.image_id for members in classes for candidate in members]

    def _parted(self, rule: Rule, members: list[Candidate]) -> Classes:
        parted = rule.split(members) if len(members) > 1 else [members]
        for place, part in enumerate(parted):
            for candidate in part:
                self.keys[candidate.image_id].append(place)
        return parted

    def _wholes_first(self, order: Sequence[int]) -> list[int]:
        """The best whose wholes have all been named is next; pairs that contradict each other are ignored."""
        if not self.wholes:
            return list(order)
        place = {image_id: at for at, image_id in enumerate(order)}
        members = _gathered(order, self.nodes)
        parts_of = _turned(self.wholes)
        waiting = {node: len(wholes) for node, wholes in self.wholes.items()}
        ready = [place[each] for each in order if not self._waits(each)]
        blocked = [place[each] for each in order if self._waits(each)]
        done: dict[int, None] = {}
        left = {node: len(images) for node, images in members.items()}
        while len(done) < len(order):
            chosen = order[heapq.heappop(ready or blocked)]
            if chosen in done:
                continue
            done[chosen] = None
            left[self.nodes[chosen]] -= 1
            for node in parts_of.get(self.nodes[chosen], ()) if left[self.nodes[chosen]] == 0 else ():
                waiting[node] -= 1
                for image_id in members[node] if waiting[node] == 0 else ():
                    heapq.heappush(ready, place[image_id])
        return list(done)

    def _waits(self, image_id: int) -> bool:
        return self.nodes[image_id] in self.wholes and not self.by_id[image_id].chosen

    def _is_firm(self, first: int, other: int) -> bool:
        """True where the first is better beyond doubt."""
        if self._identical(first, other) or self._shows_more(first, other):
            return True
        rule = self._deciding(first, other)
        if rule is None or self.keys[first] > self.keys[other]:
            return False
        if rule < self.policy.quality_at or self.policy.margin == 0:
            return True
        left, right = self.by_id[first].score, self.by_id[other].score
        return left is not None and right is not None and left - right >= self.policy.margin

    def _deciding(self, first: int, other: int) -> int | None:
        pairs = enumerate(zip(self.keys[first], self.keys[other], strict=True))
        return next((at for at, (left, right) in pairs if left != right), None)

    def _reasons(self, first: int, other: int, loose: bool) -> tuple[str, ...]:
        """What decided first, then whatever else speaks for the first."""
        left, right = self.by_id[first], self.by_id[other]
        deciding = self._deciding(first, other)
        found = [rule.reason(left, right) for rule in self.policy.rules]
        if deciding is not None:
            found.insert(0, found[deciding])
        if self._shows_more(first, other):
            found.insert(0, WHOLE)
        words = list(dict.fromkeys(word for word in found if word)) or [OPEN]
        return (CLOSE, *words) if loose else tuple(words)

    def _margin(self, first: int, others: Sequence[int]) -> float:
        rival = next((other for other in others if not self._identical(first, other)), None)
        left, right = self.by_id[first].score, None if rival is None else self.by_id[rival].score
        return 0.0 if left is None or right is None else left - right

    def _identical(self, first: int, other: int) -> bool:
        return self.nodes[first] == self.nodes[other]

    def _shows_more(self, first: int, other: int) -> bool:
        return self.nodes[first] in self.wholes.get(self.nodes[other], ())


def _gathered(order: Sequence[int], nodes: Mapping[int, _Node]) -> Mapping[_Node, list[int]]:
    """Node -> its images."""
    members: defaultdict[_Node, list[int]] = defaultdict(list)
    for image_id in order:
        members[nodes[image_id]].append(image_id)
    return members


def _turned(wholes: Mapping[_Node, set[_Node]]) -> Mapping[_Node, list[_Node]]:
    """Whole -> its parts."""
    parts: defaultdict[_Node, list[_Node]] = defaultdict(list)
    for part, found in wholes.items():
        for whole in found:
            parts[whole].append(part)
    return parts

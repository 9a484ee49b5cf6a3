import { expect, test } from "vitest";
import type { DuplicateGroup, GroupMember, ImageCard, Plan } from "~/api/types";
import { matchesView } from "./act";
import { asQuery, readView } from "./search";
import { evidence, folder, inOrder, share } from "./words";

const card = (id: number) => ({ id, name: `${id}.jpg`, relative: `a/b/${id}.jpg` }) as ImageCard;
const member = (id: number, more: Partial<GroupMember> = {}): GroupMember => ({
  image: card(id),
  tier: "picture",
  distance: 3,
  similarity: 0.9996,
  relation: "same",
  score: 70,
  score_parts: null,
  reasons: [],
  verified: true,
  ...more,
});
const group = { id: 7, keeper: 2, members: [member(1), member(2), member(3)] } as DuplicateGroup;

function plan(steps: [number, number][], more: Partial<Plan> = {}): Plan {
  const actions = steps.map(([image, keeper]) => ({ group: 7, image: card(image), keeper: card(keeper) }));
  return { left_off: 0, refused: [], actions, ...more } as unknown as Plan;
}

test("one group is resolved without asking only where just what is shown would happen", () => {
  const whole: [number, number][] = [
    [1, 2],
    [3, 2],
  ];
  expect(matchesView(plan(whole), group)).toBe(true);
  expect(matchesView(plan(whole.slice(1)), group)).toBe(false);
  expect(matchesView(plan([...whole, [4, 2]]), group)).toBe(false);
  expect(
    matchesView(
      plan([
        [2, 1],
        [3, 1],
      ]),
      group,
    ),
  ).toBe(false);
  expect(matchesView(plan(whole, { left_off: 1 }), group)).toBe(false);
  expect(matchesView(plan(whole, { refused: [{ group: 7, image: 3, reason: "" }] }), group)).toBe(false);
});

test("the kept one comes first, the others stay in order", () => {
  expect(inOrder(group).map(({ image }) => image.id)).toEqual([2, 1, 3]);
});

test("evidence is said in words, and never more of it than there is", () => {
  expect(share(0.9996)).toBe("99.9 %");
  expect(share(1)).toBe("100 %");
  expect(evidence(member(1))).toBe("99.9 % alike, 3 of 64 bits apart");
  expect(evidence(member(1, { relation: "crop", distance: 0 }))).toContain("shows a part of the kept one");
  expect(evidence(member(1, { tier: "bytes" }))).toBe("");
  expect(evidence(member(1, { verified: false }))).toBe("Not compared with the kept one directly");
  expect(folder(card(1))).toBe("a/b");
});

test("an address keeps what has the right shape, and the API is not told what is looked at", () => {
  const view = readView({ tier: "pixels", decided: "maybe", sort: "images", group: "12", other: "x" });
  expect(view).toEqual({ tier: "pixels", sort: "images", group: "12" });
  expect(asQuery(view)).toBe("?tier=pixels&sort=images");
});

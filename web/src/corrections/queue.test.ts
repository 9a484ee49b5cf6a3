import { describe, expect, it } from "vitest";
import type { Correction } from "~/api/taxonomy";
import { answered, answersOf, back, EMPTY, filled, paused, skippedOf, unskipped } from "./queue";

const question = (node: number, id: number) => ({ node, image: { id } }) as Correction;
const [a, b, c] = [question(1, 1), question(1, 2), question(2, 1)];

describe("queue", () => {
  it("asks each question once, whatever comes again", () => {
    const first = filled(EMPTY, [a, b]);
    const after = answered(first, a, [7]);
    expect(filled(after, [a, b, c]).waiting).toEqual([b, c]);
    expect(filled(after, [b])).toBe(after);
  });

  it("counts answers and not what was skipped, and asks again what is taken back", () => {
    const said = answered(answered(filled(EMPTY, [a, b, c]), a, [7]), b, [], true);
    expect([answersOf(said, 1), answersOf(said, 2)]).toEqual([1, 0]);
    expect(back(said).waiting).toEqual([b, c]);
    expect(answersOf(back(back(said)), 1)).toBe(0);
    expect(back(EMPTY)).toBe(EMPTY);
  });

  it("counts what somebody had said before as answered, and asks what was skipped once more", () => {
    const said = answered(answered(filled(EMPTY, [a, b, c]), a, []), b, [], true);
    expect([answersOf(said, 1), skippedOf(said)]).toEqual([1, 1]);
    const again = unskipped(said);
    expect([again.waiting, answersOf(again, 1), skippedOf(again)]).toEqual([[c, b], 1, 0]);
    expect(filled(again, [a, b, c])).toBe(again);
    expect(filled(paused(said), [a, b, c])).toEqual(said);
  });
});

import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { begun, unitsOf, valueOf, without, withValue, written } from "./pieces";
import { contains, drawn, LEAST, moved, opposite, readRegion, resized, writeRegion } from "./region";
import { readSearch, viewKey } from "./view";

const fraction = fc.double({ min: 0, max: 1, noNaN: true });
const anywhere = fc.record({
  x: fc.double({ min: -2, max: 3, noNaN: true }),
  y: fc.double({ min: -2, max: 3, noNaN: true }),
});
const region = fc
  .tuple(fraction, fraction, fraction, fraction)
  .map(([x, y, to, down]) => drawn({ x, y }, { x: to, y: down }));

/** Whether a query can be read: the rules of docs/search.md, without the filters' values. */
function reads(text: string): boolean {
  const all = text.match(/[()]|-(?=\()|-?[a-z]+:"[^"]*"|-?"[^"]*"|[^\s()]+/gi) ?? [];
  let at = 0;
  const either = (): boolean => {
    if (!both()) return false;
    while (all[at] === "OR") {
      at++;
      if (!both()) return false;
    }
    return true;
  };
  const both = (): boolean => {
    if (!one()) return false;
    while (at < all.length && all[at] !== "OR" && all[at] !== ")") {
      if (all[at] === "AND") at++;
      if (!one()) return false;
    }
    return true;
  };
  const one = (): boolean => {
    while (all[at] === "NOT" || all[at] === "-") at++;
    const token = all[at++];
    if (token !== "(") return token !== undefined && !["AND", "OR", ")"].includes(token);
    return either() && all[at++] === ")";
  };
  return all.length === 0 || (either() && at === all.length);
}

const LEAF = /-?[a-z]+:"[^"]*"|"[^"]*"|[^\s()"-][^\s()]*/g;
const { query } = fc.letrec<{ query: string; part: string }>((tie) => ({
  query: fc
    .array(tie("part"), { minLength: 1, maxLength: 4 })
    .chain((parts) =>
      fc
        .array(fc.constantFrom(" ", " OR ", " AND "), { minLength: 3, maxLength: 3 })
        .map((joins) => parts.map((part, i) => (i === 0 ? part : joins[i - 1]! + part)).join("")),
    ),
  part: fc.oneof(
    { maxDepth: 3 },
    fc.constantFrom("cat", '"red truck"', "camera:nikon", 'place:"new york"', "-has:gps"),
    tie("query").map((inner) => `(${inner})`),
    tie("query").map((inner) => `NOT (${inner})`),
    tie("query").map((inner) => `-(${inner})`),
  ),
}));

describe("queries that are changed by buttons", () => {
  it("can still be read, whatever is taken out of them", () => {
    fc.assert(
      fc.property(query, fc.nat(), (text, n) => {
        fc.pre(reads(text));
        const leaves = [...text.matchAll(LEAF)].filter(({ 0: leaf }) => !/^(AND|OR|NOT)$/.test(leaf));
        const leaf = leaves[n % leaves.length]!;
        const rest = without(text, leaf.index, leaf.index + leaf[0].length);
        expect(reads(rest)).toBe(true);
        expect([...rest.matchAll(LEAF)].filter(({ 0: one }) => !/^(AND|OR|NOT)$/.test(one))).toHaveLength(
          leaves.length - 1,
        );
      }),
    );
  });

  it("have the value that was set, and it holds for all of them", () => {
    fc.assert(
      fc.property(query, fc.constantFrom("fuji", "canon eos r6"), (text, value) => {
        fc.pre(reads(text));
        const set = withValue(text, "camera", value);
        expect(reads(set)).toBe(true);
        expect(valueOf(set, "camera")).toBe(value);
        expect(valueOf(withValue(set, "camera", null), "camera")).toBeNull();
      }),
    );
    expect(withValue("cat OR dog", "rating", ">=4")).toBe("(cat OR dog) rating:>=4");
  });

  it.each([
    ["truck camera:nikon 2019", "camera", "canon eos", 'truck camera:"canon eos" 2019'],
    ["truck", "place", "paris", "truck place:paris"],
    ['place:"new york"', "place", null, ""],
    ["-camera:nikon", "camera", "fuji", "-camera:nikon camera:fuji"],
  ])("%j with %s = %j is %j", (text, field, value, wanted) =>
    expect(withValue(text, field, value)).toBe(wanted),
  );

  it.each([
    ["red tru", "red tru*"],
    ["(cat OR tr", "(cat OR tr*"],
    ["t", null],
    ["truck ", null],
    ["cat OR", null],
    ["camera:nik", null],
    ["tru*", null],
  ])("%j, still being typed, is looked for as %j", (text, wanted) => expect(begun(text)).toBe(wanted));

  it("are counted in characters by the server", () => {
    expect("🚒 cmera:x".slice(unitsOf("🚒 cmera:x", 2))).toBe("cmera:x");
    expect(written("tag", 'fire "engine"')).toBe('tag:"fire  engine"');
  });
});

describe("regions", () => {
  it("stay within the picture and large enough, whatever is done to them", () => {
    fc.assert(
      fc.property(region, anywhere, anywhere, (one, a, b) => {
        for (const { x, y, w, h } of [one, drawn(a, b), moved(one, a), resized(one, a)]) {
          expect(Math.min(x, y)).toBeGreaterThanOrEqual(0);
          expect(Math.max(x + w, y + h)).toBeLessThanOrEqual(1 + 1e-9);
          expect(Math.min(w, h)).toBeGreaterThanOrEqual(LEAST - 1e-9);
        }
        expect(moved(one, a)).toMatchObject({ w: one.w, h: one.h });
      }),
    );
  });

  it("are the same read back, and drawn anew from a corner", () => {
    fc.assert(
      fc.property(region, fc.constantFrom("nw", "ne", "sw", "se"), (one, corner) => {
        const back = readRegion(writeRegion(one))!;
        expect(Math.abs(back.x - one.x) + Math.abs(back.h - one.h)).toBeLessThan(0.001);
        const far = opposite(one, corner);
        expect(contains(one, far)).toBe(true);
      }),
    );
  });

  it.each(["", "1,2,3", "a,b,c,d", "0,0,0,1", "1,0,0.5,0.5", "0,0,-1,1"])("%j is none", (text) =>
    expect(readRegion(text)).toBeNull(),
  );
});

describe("addresses of searches", () => {
  it("keep what makes sense together", () => {
    expect(readSearch({ q: "  ", region: "0.1,0.1,0.5,0.5", image: "x" })).toEqual({});
    expect(readSearch({ q: "a", image: "7", upload: "u1", region: "0,0,0.5,0.5" })).toEqual({
      q: "a",
      image: "7",
      region: "0,0,0.5,0.5",
    });
    expect(viewKey({ q: "a " })).toBe(viewKey({ q: "a" }));
  });
});

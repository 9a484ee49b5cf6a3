import { describe, expect, it } from "vitest";
import fc from "fast-check";
import type { TaxonomyNode } from "~/api/taxonomy";
import { countBelow, find, isWithin, pathText, rowsOf, shownIds, treeOf, typeAhead } from "./tree";

function node(id: number, name: string, path: number[], more: Partial<TaxonomyNode> = {}): TaxonomyNode {
  const parent = path.at(-1) ?? null;
  const rest = {
    kind: "concept",
    origin: "lumina",
    names: [],
    threshold: null,
    children: 0,
    own: 0,
  } as const;
  return { ...rest, sample: [], images: 0, id, name, parent, path: [...path, id], names: [], ...more };
}

const tree = treeOf([
  node(1, "Animal", [], { images: 3 }),
  node(2, "Dog", [1], { images: 3, names: [{ language: "de", name: "Hund" }] }),
  node(3, "Cat", [1]),
  node(4, "Pug", [1, 2], { names: [{ language: "", name: "mops dog" }] }),
  node(5, "Zoey", [1, 2], { origin: "person" }),
  node(6, "Café", []),
]);
const all = shownIds(tree, true);
const names = (rows: ReturnType<typeof rowsOf>) => rows.map(({ node: { name } }) => name);

describe("tree", () => {
  it("shows what is open, by name, with places among siblings", () => {
    expect(names(rowsOf(tree, all, new Set()))).toEqual(["Animal", "Café"]);
    const rows = rowsOf(tree, all, new Set([1, 2]));
    expect(names(rows)).toEqual(["Animal", "Cat", "Dog", "Pug", "Zoey", "Café"]);
    expect(rows[2]).toMatchObject({ depth: 1, place: 2, siblings: 2, open: true });
    expect(rows[1]!.open).toBeNull();
  });

  it("hides what neither images nor people have, and keeps the way to what they have", () => {
    expect(names(rowsOf(tree, shownIds(tree, false), new Set([1, 2])))).toEqual(["Animal", "Dog", "Zoey"]);
  });

  it("finds by any name, whole names first, without accents", () => {
    expect(find(tree, "dog").map(({ id }) => id)).toEqual([2, 4]);
    expect(find(tree, "HUND").map(({ id }) => id)).toEqual([2]);
    expect(find(tree, "cafe").map(({ id }) => id)).toEqual([6]);
    expect(find(tree, " ")).toEqual([]);
  });

  it("names paths and what is below", () => {
    expect(pathText(tree, 5)).toBe("Animal / Dog / Zoey");
    expect(pathText(tree, 5, true)).toBe("Animal / Dog");
    expect(countBelow(tree, 1)).toBe(4);
    expect([isWithin(tree, 5, 1), isWithin(tree, 1, 5), isWithin(tree, 2, 2)]).toEqual([true, false, true]);
  });

  it("leads to the next row of a letter, around the end, and stays while more letters fit", () => {
    const rows = rowsOf(tree, all, new Set([1, 2]));
    expect(typeAhead(rows, 1, "c")).toBe(5);
    expect(typeAhead(rows, 5, "c")).toBe(1);
    expect(typeAhead(rows, 5, "ca")).toBe(5);
    expect(typeAhead(rows, 0, "x")).toBe(-1);
  });

  it("shows every node once where all is open, each after what is above it", () => {
    const parents = fc.array(fc.nat(), { maxLength: 60 });
    fc.assert(
      fc.property(parents, (seeds) => {
        const made: TaxonomyNode[] = [];
        seeds.forEach((seed, i) =>
          made.push(node(i + 1, `n${seed}`, i === 0 ? [] : (made[seed % i]?.path ?? []))),
        );
        const whole = treeOf(made);
        const ids = rowsOf(whole, shownIds(whole, true), new Set(made.map(({ id }) => id))).map(
          (r) => r.node.id,
        );
        expect([...ids].sort((a, b) => a - b)).toEqual(made.map(({ id }) => id));
        for (const { id, parent } of made)
          if (parent !== null) expect(ids.indexOf(parent)).toBeLessThan(ids.indexOf(id));
      }),
      { numRuns: 40 },
    );
  });
});

import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  chips,
  countFilters,
  filterKey,
  type Filters,
  parseSearch,
  readFilters,
  stringifySearch,
  without,
} from "./filters";

const word = fc
  .string({ minLength: 1, maxLength: 12, unit: "grapheme" })
  .filter((text) => text.trim() === text);
const filters: fc.Arbitrary<Filters> = fc
  .record(
    {
      catalog: word,
      camera: fc.uniqueArray(word, { minLength: 1, maxLength: 3 }),
      format: fc.uniqueArray(word, { minLength: 1, maxLength: 3 }),
      kind: fc.constantFrom("photo", "video"),
      from: fc.constant("2019-07-14"),
      has_gps: fc.constantFrom("true", "false"),
      stage: word,
      stage_state: fc.constantFrom("missing", "done", "failed", "stale", "waiting"),
      q: word,
    },
    { requiredKeys: [] },
  )
  .map((raw) => readFilters(raw));

describe("filters", () => {
  it("survive the way through the URL", () => {
    fc.assert(
      fc.property(filters, (given) => {
        expect(readFilters(parseSearch(stringifySearch({ ...given })))).toEqual(given);
      }),
    );
  });

  it("that are equal are equal text, in whatever order they came", () => {
    expect(filterKey(readFilters({ q: "a", camera: ["z", "b"] }))).toBe(
      filterKey(readFilters({ camera: ["b", "z", "b"], q: "a" })),
    );
  });

  it("leave out what the server would refuse", () => {
    expect(
      readFilters({ folder: "a", stage_state: "failed", code: "x", place: "not a geohash", source: "-1" }),
    ).toEqual({});
    expect(readFilters({ folder: "a", source: "3" })).toEqual({ folder: "a", source: "3" });
  });

  it("ignore what makes no sense", () => {
    expect(
      readFilters({
        from: "yesterday",
        kind: "hologram",
        stage_state: "odd",
        nonsense: "x",
        has_gps: "maybe",
      }),
    ).toEqual({});
  });

  it("show one chip each, and lose exactly the one that is removed", () => {
    fc.assert(
      fc.property(filters, (given) => {
        for (const chip of chips(given)) {
          const rest = chips(without(given, chip));
          expect(rest).not.toContainEqual(chip);
          const gone = chip.name === "stage" ? ["stage", "stage_state", "code"] : [chip.name]; // nothing without its stage
          const others = chips(given).filter(
            (other) => !(gone.includes(other.name) && (chip.name === "stage" || other.value === chip.value)),
          );
          expect(rest).toEqual(others);
        }
      }),
    );
  });

  it("count without the catalog", () => {
    expect(countFilters({ catalog: "x", q: "y" })).toBe(1);
  });
});

import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Bucket } from "./buckets";
import { joinedDays, joinSparse, MOST } from "./merge";

function month(key: string, count: number): Bucket {
  return { key, start: `${key}-03T08:00:00`, end: `${key}-20T08:00:00`, count, undated: false };
}

const months = fc
  .uniqueArray(fc.integer({ min: 2000 * 12, max: 2012 * 12 }), { maxLength: 90 })
  .chain((numbers) =>
    fc
      .array(fc.integer({ min: 1, max: 90 }), { minLength: numbers.length, maxLength: numbers.length })
      .map((counts) =>
        numbers
          .sort((a, b) => b - a)
          .map((number, i) =>
            month(`${Math.floor(number / 12)}-${String((number % 12) + 1).padStart(2, "0")}`, counts[i]!),
          ),
      ),
  );

describe("joined months", () => {
  it("hold the same images in the same order", () => {
    fc.assert(
      fc.property(months, (buckets) => {
        const joined = joinSparse(buckets);
        const sum = (list: Bucket[]) => list.reduce((total, { count }) => total + count, 0);
        expect(sum(joined)).toBe(sum(buckets));
        for (let i = 1; i < joined.length; i++) expect(joined[i - 1]!.start > joined[i]!.end).toBe(true);
      }),
    );
  });

  it("fit on one page, and their days are those of their months alone", () => {
    fc.assert(
      fc.property(months, (buckets) => {
        for (const bucket of joinSparse(buckets)) {
          const days = joinedDays(bucket.key);
          if (!days) continue;
          expect(bucket.count).toBeLessThanOrEqual(MOST);
          const inside = buckets.filter(
            ({ start, end }) => start.slice(0, 10) >= days.from && end.slice(0, 10) <= days.to,
          );
          expect(inside.reduce((sum, { count }) => sum + count, 0)).toBe(bucket.count);
        }
      }),
    );
  });

  it("leave busy months, days and the shelf alone", () => {
    const buckets = [
      month("2020-02", 900),
      month("2020-01-07", 3),
      month("2019-12", 2),
      { ...month("undated.1", 3), undated: true },
    ];
    expect(joinSparse(buckets)).toEqual(buckets);
  });

  it("know the last day of a leap February", () => {
    expect(joinedDays("2019-11~2020-02")).toEqual({ from: "2019-11-01", to: "2020-02-29" });
    expect(joinedDays("2019-11")).toBeNull();
  });
});

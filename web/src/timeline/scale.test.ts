import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Bucket } from "./buckets";
import { bucketAt, dateAt, Scale, withinOf } from "./scale";
import { densityBars, doneShares, dragSpeed, perMonth, spacedMarks } from "./strip";

function month(number: number, count: number): Bucket {
  const key = `${Math.floor(number / 12)}-${String((number % 12) + 1).padStart(2, "0")}`;
  return { key, start: `${key}-02T08:00:00`, end: `${key}-27T20:00:00`, count, undated: false };
}

const undated: Bucket = { key: "undated.1", start: "", end: "", count: 30, undated: true };

const lists = fc
  .record({
    months: fc.uniqueArray(fc.integer({ min: 1970 * 12, max: 2030 * 12 }), { minLength: 1, maxLength: 80 }),
    counts: fc.array(fc.integer({ min: 1, max: 100_000 }), { minLength: 80, maxLength: 80 }),
    shelf: fc.boolean(),
  })
  .map(({ months, counts, shelf }) => {
    const dated = months.sort((a, b) => b - a).map((number, i) => month(number, counts[i]!));
    return shelf ? [...dated, undated] : dated;
  });

describe("the scrubber's scale", () => {
  it("runs from 0 to 1 without a step back, and gives every bucket room", () => {
    fc.assert(
      fc.property(lists, (buckets) => {
        const { edges } = new Scale(buckets);
        expect(edges[0]).toBe(0);
        expect(edges[buckets.length]).toBe(1);
        for (let i = 0; i < buckets.length; i++) expect(edges[i + 1]!).toBeGreaterThan(edges[i]!);
      }),
    );
  });

  it("finds every place again", () => {
    fc.assert(
      fc.property(
        lists,
        fc.nat(),
        fc.double({ min: 0.001, max: 0.999, noNaN: true }),
        (buckets, n, within) => {
          const scale = new Scale(buckets);
          const place = { bucket: n % buckets.length, within };
          const found = scale.place(scale.fraction(place));
          expect(found.bucket).toBe(place.bucket);
          expect(found.within).toBeCloseTo(within, 5);
        },
      ),
    );
  });

  it("reaches the first and the last image", () => {
    fc.assert(
      fc.property(lists, (buckets) => {
        const scale = new Scale(buckets);
        expect(scale.place(0)).toEqual({ bucket: 0, within: 0 });
        expect(scale.place(1)).toEqual({ bucket: buckets.length - 1, within: 1 });
      }),
    );
  });

  it("leaves every month a pixel beside a day of 100,000", () => {
    const parts = Array.from({ length: 50 }, (_, i) => ({
      ...month(2015 * 12 + 5, 2000),
      key: `2015-06-20.${i + 1}`,
    }));
    const others = Array.from({ length: 240 }, (_, i) => month(2014 * 12 - i, 300));
    const buckets = [...parts, ...others];
    const { edges } = new Scale(buckets);
    for (let i = 50; i < buckets.length; i++) expect((edges[i + 1]! - edges[i]!) * 800).toBeGreaterThan(1);
  });

  it("marks each year once, newest first", () => {
    const scale = new Scale([month(2020 * 12 + 5, 3), month(2020 * 12 + 2, 3), month(2018 * 12, 3), undated]);
    expect(scale.marks.map(({ year }) => year)).toEqual([2020, 2018]);
    expect(spacedMarks(scale, 30, 26)).toHaveLength(1);
  });

  it("answers an empty timeline", () => {
    expect(new Scale([]).place(0.5)).toEqual({ bucket: 0, within: 0 });
  });
});

describe("dates in a bucket", () => {
  it("are found where they stand", () => {
    fc.assert(
      fc.property(fc.integer({ min: 2, max: 27 }), (day) => {
        const bucket = month(2019 * 12 + 6, 10);
        const date = `2019-07-${String(day).padStart(2, "0")}`;
        expect(dateAt(bucket, withinOf(bucket, date))).toBe(date);
      }),
    );
  });

  it.each([
    ["2019", 0],
    ["2019-07-14", 0],
    ["2018-12", 1],
    ["2016", 2],
    ["1950", 2],
    ["2040", 0],
  ])("%s leads to bucket %i", (date, index) => {
    const buckets = [month(2019 * 12 + 6, 1), month(2018 * 12, 1), month(2015 * 12, 1), undated];
    expect(bucketAt(buckets, date)).toBe(index);
  });
});

describe("the strip", () => {
  it("draws a bar wherever there are images, none longer than the strip", () => {
    fc.assert(
      fc.property(lists, (buckets) => {
        const bars = densityBars(buckets, new Scale(buckets), 400);
        expect(Math.max(...bars)).toBeCloseTo(1, 5);
        expect(Math.min(...bars)).toBeGreaterThan(0);
      }),
    );
  });

  it("says how much of each month is done", () => {
    const buckets = [month(2019 * 12, 100), month(2018 * 12, 100)];
    const done = perMonth([month(2019 * 12, 100), month(2018 * 12, 25)]);
    const shares = doneShares(buckets, done, new Scale(buckets), 100);
    expect(shares[10]).toBeCloseTo(1, 5);
    expect(shares[90]).toBeCloseTo(0.25, 5);
  });

  it("drags slower the further the pointer is away, and never stops", () => {
    fc.assert(
      fc.property(fc.integer({ min: -50, max: 3000 }), (distance) => {
        expect(dragSpeed(distance)).toBeGreaterThan(0);
        expect(dragSpeed(distance)).toBeLessThanOrEqual(1);
        expect(dragSpeed(distance + 100)).toBeLessThanOrEqual(dragSpeed(distance));
      }),
    );
    expect(dragSpeed(20)).toBe(1);
  });
});

import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  estimateHeight,
  firstBelow,
  justify,
  type Layout,
  type LayoutInput,
  type LayoutOptions,
  usableRatio,
} from "./layout";

const options: LayoutOptions = {
  width: 1200,
  rowHeight: 200,
  gap: 4,
  heading: 46,
  dayGap: 20,
  minDay: 130,
  dayEnd: 18,
};

function input(days: number[][]): LayoutInput {
  const starts: number[] = [];
  let sum = 0;
  for (const day of days) {
    starts.push(sum);
    sum += day.length;
  }
  return { ratio: Float32Array.from(days.flat()), dayStart: Int32Array.from(starts) };
}

const ratio = fc.oneof(
  { weight: 8, arbitrary: fc.double({ min: 0.2, max: 6, noNaN: true }) },
  fc.constantFrom(0, Number.NaN, 1e9, -1),
);
const days = fc.array(fc.array(ratio, { minLength: 1, maxLength: 60 }), { minLength: 1, maxLength: 12 });
const width = fc.integer({ min: 300, max: 3000 });
const rowHeight = fc.integer({ min: 80, max: 400 });
const anyCase = fc.record({ days, width, rowHeight }).map(({ days, width, rowHeight }) => ({
  given: input(days),
  options: { ...options, width, rowHeight },
}));

function dayOf(given: LayoutInput, item: number): number {
  return given.dayStart.findLastIndex((start) => start <= item);
}

function boxes(layout: Layout) {
  return Array.from(layout.x, (x, i) => ({ x, y: layout.y[i]!, w: layout.w[i]!, h: layout.h[i]! }));
}

describe("justify", () => {
  it("keeps every image inside the page and its day, on whole pixels", () => {
    fc.assert(
      fc.property(anyCase, ({ given, options }) => {
        const layout = justify(given, options);
        boxes(layout).forEach(({ x, y, w, h }, i) => {
          for (const value of [x, y, w, h]) expect(Number.isInteger(value)).toBe(true);
          expect(x).toBeGreaterThanOrEqual(0);
          expect(x + w).toBeLessThanOrEqual(options.width + 1);
          const [dx, dy, dw, dh] = layout.days.subarray(dayOf(given, i) * 4) as unknown as [
            number,
            number,
            number,
            number,
          ];
          expect(x).toBeGreaterThanOrEqual(dx - 1);
          expect(x + w).toBeLessThanOrEqual(dx + dw + 1);
          expect(y).toBe(Math.max(y, dy + options.heading));
          expect(y + h).toBeLessThanOrEqual(dy + dh);
        });
        expect(layout.height).toBeGreaterThan(0);
      }),
    );
  });

  it("never lets two images overlap", () => {
    fc.assert(
      fc.property(anyCase, ({ given, options }) => {
        const all = boxes(justify(given, options));
        for (let i = 1; i < all.length; i++) {
          const [a, b] = [all[i - 1]!, all[i]!];
          const apart = b.x >= a.x + a.w || b.y >= a.y + a.h;
          expect(apart).toBe(true);
        }
      }),
    );
  });

  it("keeps reading order: tops never decrease, rows run from left to right", () => {
    fc.assert(
      fc.property(anyCase, ({ given, options }) => {
        const all = boxes(justify(given, options));
        for (let i = 1; i < all.length; i++) {
          const [a, b] = [all[i - 1]!, all[i]!];
          expect(b.y > a.y || (b.y === a.y && b.x > a.x)).toBe(true);
        }
      }),
    );
  });

  it("fills every row but a day's last, at a height near the wanted one", () => {
    fc.assert(
      fc.property(
        fc.array(fc.double({ min: 0.5, max: 2, noNaN: true }), { minLength: 30, maxLength: 120 }),
        width,
        (ratios, width) => {
          const layout = justify(input([ratios]), { ...options, width });
          const rows = new Map<number, ReturnType<typeof boxes>>();
          for (const box of boxes(layout)) rows.set(box.y, [...(rows.get(box.y) ?? []), box]);
          const full = [...rows.values()].slice(0, -1);
          for (const row of full) {
            expect(row.at(-1)!.x + row.at(-1)!.w).toBe(width);
            const height = row[0]!.h;
            expect(height).toBeGreaterThan(200 * 0.3);
            expect(height).toBeLessThan(200 * 3.4);
          }
        },
      ),
    );
  });

  it("keeps the shape of images in full rows", () => {
    const ratios = Array.from({ length: 40 }, (_, i) => [1.5, 0.75, 1.33, 1][i % 4]!);
    const layout = justify(input([ratios]), options);
    boxes(layout).forEach(({ w, h }, i) => expect(Math.abs(w / h - ratios[i]!)).toBeLessThan(0.03));
  });

  it("puts short days side by side", () => {
    const layout = justify(input([[1.5], [1.5], [1.5]]), options);
    expect(new Set(layout.y).size).toBe(1);
    expect([...layout.x]).toEqual([...layout.x].sort((a, b) => a - b));
  });

  it("gives a long day rows of its own", () => {
    const layout = justify(input([[1.5], Array<number>(20).fill(1.5), [1.5]]), options);
    expect(layout.y[1]).toBeGreaterThan(layout.y[0]!);
    expect(layout.y[21]).toBeGreaterThan(layout.y[20]!);
  });

  it("answers an empty bucket with no height", () => {
    expect(justify(input([]), options).height).toBe(0);
  });

  it("lays out 2,000 images in a few milliseconds", () => {
    const given = input([Array.from({ length: 2000 }, (_, i) => 0.6 + (i % 7) * 0.2)]);
    justify(given, options);
    const began = performance.now();
    for (let i = 0; i < 20; i++) justify(given, options);
    expect((performance.now() - began) / 20).toBeLessThan(20);
  });
});

describe("usableRatio", () => {
  it("is always one that can be laid out", () => {
    fc.assert(
      fc.property(fc.double(), (ratio) => {
        expect(usableRatio(ratio)).toBeGreaterThanOrEqual(0.3);
        expect(usableRatio(ratio)).toBeLessThanOrEqual(4);
      }),
    );
  });
});

describe("firstBelow", () => {
  it("finds the same image as looking at each", () => {
    fc.assert(
      fc.property(anyCase, fc.integer({ min: -100, max: 20_000 }), ({ given, options }, y) => {
        const layout = justify(given, options);
        const all = boxes(layout);
        const found = firstBelow(layout, y);
        // Rows of one band may differ in height by nothing, so bottoms are ordered like tops.
        const plain = all.findIndex((box) => box.y + box.h > y);
        expect(found).toBe(plain < 0 ? all.length : plain);
      }),
    );
  });
});

describe("estimateHeight", () => {
  const own = (width: number) => ({ ...options, width, rowHeight: Math.min(200, Math.round(width / 4)) });

  it("is never wildly off", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 8, max: 30 }),
        fc.integer({ min: 1, max: 80 }),
        width,
        (count, perDay, width) => {
          const given = input(Array.from({ length: count }, () => Array<number>(perDay).fill(1.4)));
          const real = justify(given, own(width)).height;
          const guess = estimateHeight(count * perDay, count, 1.4, own(width));
          expect(guess).toBeGreaterThan(real * 0.45);
          expect(guess).toBeLessThan(real * 2.2);
        },
      ),
    );
  });

  it.each([390, 1200, 2400])("is right on the whole for a mixed year at %i pixels", (width) => {
    let [real, guess] = [0, 0];
    for (let month = 1; month <= 12; month++) {
      const days = Array.from({ length: 3 + month * 2 }, (_, day) =>
        Array.from({ length: 1 + ((day * month * 7) % 23) }, (_, i) => [1.5, 1.5, 0.75, 1.33][i % 4]!),
      );
      const given = input(days);
      real += justify(given, own(width)).height;
      guess += estimateHeight(given.ratio.length, days.length, 1.3, own(width));
    }
    expect(Math.abs(guess / real - 1)).toBeLessThan(0.35);
  });

  it("is nothing for nothing", () => {
    expect(estimateHeight(0, 3, 1.4, options)).toBe(0);
  });
});

import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { elementHeight, frameAt, HARD_MARGIN, lastTop, rebase, WINDOW } from "./window";

const extent = fc.record({
  total: fc.integer({ min: 0, max: 60_000_000 }),
  viewport: fc.integer({ min: 300, max: 3000 }),
});
const frame = fc.record({
  base: fc.integer({ min: -5_000_000, max: 60_000_000 }),
  scroll: fc.integer({ min: 0, max: WINDOW }),
});

describe("the scroll window", () => {
  it("is never taller than it may be, and never smaller than the page", () => {
    fc.assert(
      fc.property(fc.integer({ min: -1000, max: 60_000_000 }), extent, (base, extent) => {
        const height = elementHeight(base, extent);
        expect(height).toBeLessThanOrEqual(Math.max(WINDOW, extent.viewport));
        expect(height).toBeGreaterThanOrEqual(extent.viewport);
      }),
    );
  });

  it("stays far below what browsers draw at 2x", () => {
    expect(WINDOW * 2).toBeLessThan(16_000_000);
  });

  it("shows what was asked for, clipped to what there is", () => {
    fc.assert(
      fc.property(fc.integer({ min: -1000, max: 70_000_000 }), extent, (y, extent) => {
        const { base, scroll } = frameAt(y, extent);
        expect(base + scroll).toBe(Math.min(Math.max(0, y), lastTop(extent)));
        expect(base).toBeGreaterThanOrEqual(0);
        expect(scroll).toBeGreaterThanOrEqual(0);
        expect(scroll).toBeLessThanOrEqual(elementHeight(base, extent) - extent.viewport);
      }),
    );
  });

  it("moves without moving what is seen", () => {
    fc.assert(
      fc.property(frame, extent, fc.boolean(), (frame, extent, idle) => {
        const moved = rebase(frame, extent, idle);
        const y = frame.base + frame.scroll;
        expect(moved.base + moved.scroll).toBe(Math.min(Math.max(0, y), lastTop(extent)));
      }),
    );
  });

  it("leaves room on both sides, or the real end of the timeline", () => {
    fc.assert(
      fc.property(frame, extent, fc.boolean(), (frame, extent, idle) => {
        const { base, scroll } = rebase(frame, extent, idle);
        const height = elementHeight(base, extent);
        const atStart = base === 0;
        const atEnd = base + height >= extent.total;
        expect(atStart || scroll >= HARD_MARGIN).toBe(true);
        expect(atEnd || scroll + extent.viewport <= height - HARD_MARGIN).toBe(true);
      }),
    );
  });

  it("keeps still once it has settled", () => {
    fc.assert(
      fc.property(frame, extent, fc.boolean(), (frame, extent, idle) => {
        const once = rebase(frame, extent, idle);
        expect(rebase(once, extent, idle)).toBe(once);
      }),
    );
  });
});

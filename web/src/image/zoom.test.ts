import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { actualScale, clampPose, FIT, fitted, zoomAt } from "./zoom";

const size = fc.record({
  width: fc.integer({ min: 200, max: 4000 }),
  height: fc.integer({ min: 200, max: 4000 }),
});
const point = fc.record({
  x: fc.integer({ min: -2000, max: 2000 }),
  y: fc.integer({ min: -2000, max: 2000 }),
});

describe("zooming", () => {
  it("fits the picture into the frame in its own shape", () => {
    fc.assert(
      fc.property(size, size, (picture, frame) => {
        const { width, height } = fitted(picture, frame);
        expect(width).toBeLessThanOrEqual(frame.width + 1e-6);
        expect(height).toBeLessThanOrEqual(frame.height + 1e-6);
        expect(width / height).toBeCloseTo(picture.width / picture.height, 6);
      }),
    );
  });

  it("keeps the point under the pointer where no edge would come in", () => {
    fc.assert(
      fc.property(point, fc.double({ min: 1.5, max: 8, noNaN: true }), (at, factor) => {
        const frame = { width: 1000, height: 1000 };
        fc.pre(Math.abs(at.x) <= 500 && Math.abs(at.y) <= 500);
        const before = zoomAt(FIT, 3, { x: 0, y: 0 }, frame, frame);
        const after = zoomAt(before, factor, at, frame, frame);
        expect((at.x - after.x) / after.scale).toBeCloseTo((at.x - before.x) / before.scale, 6);
      }),
    );
  });

  it("never shows emptiness beside a picture larger than the frame", () => {
    fc.assert(
      fc.property(
        size,
        size,
        point,
        fc.double({ min: 0.1, max: 60, noNaN: true }),
        (content, frame, at, scale) => {
          const pose = clampPose({ ...at, scale }, content, frame);
          for (const [offset, inside, outside] of [
            [pose.x, content.width, frame.width],
            [pose.y, content.height, frame.height],
          ] as const) {
            expect(Math.abs(offset)).toBeLessThanOrEqual(
              Math.max(0, (inside * pose.scale - outside) / 2) + 1e-6,
            );
          }
          expect(pose.scale).toBeGreaterThanOrEqual(1);
        },
      ),
    );
  });

  it("comes back to the whole picture", () => {
    const frame = { width: 800, height: 600 };
    const back = zoomAt(zoomAt(FIT, 5, { x: 100, y: 50 }, frame, frame), 0.01, { x: 3, y: 4 }, frame, frame);
    expect(back.scale).toBe(1);
    expect(Math.abs(back.x) + Math.abs(back.y)).toBe(0);
  });

  it("shows one pixel for one, at least twice the size", () => {
    expect(actualScale({ width: 6000, height: 4000 }, { width: 1000, height: 667 }, 2)).toBe(3);
    expect(actualScale({ width: 800, height: 600 }, { width: 800, height: 600 }, 1)).toBe(2);
  });
});

import fc from "fast-check";
import { expect, test } from "vitest";
import { filled, held, WHOLE, zoomedAt } from "./linked";

const side = fc.integer({ min: 40, max: 4000 });
const size = fc.record({ width: side, height: side });
const pose = fc.record({
  x: fc.double({ min: -3, max: 3, noNaN: true }),
  y: fc.double({ min: -3, max: 3, noNaN: true }),
  scale: fc.double({ min: 0.1, max: 60, noNaN: true }),
});

test("a picture fills its frame in one direction and leaves it in none", () => {
  fc.assert(
    fc.property(size, size, (picture, frame) => {
      const { width, height } = filled(picture, frame);
      expect(Math.max(width / frame.width, height / frame.height)).toBeCloseTo(1, 9);
      expect(width / height).toBeCloseTo(picture.width / picture.height, 6);
    }),
  );
});

test("no pose shows empty space where the picture could be", () => {
  fc.assert(
    fc.property(size, size, pose, (picture, frame, wished) => {
      const content = filled(picture, frame);
      const { x, scale } = held(wished, content, frame);
      const edge = (content.width * scale) / 2 - Math.abs(x * content.width);
      expect(edge).toBeGreaterThanOrEqual(Math.min(frame.width, content.width * scale) / 2 - 1e-6);
    }),
  );
});

test("pictures of one shape and different sizes show the same spot", () => {
  const frame = { width: 700, height: 500 };
  const [large, small] = [
    { width: 6000, height: 4000 },
    { width: 600, height: 400 },
  ].map((picture) => filled(picture, frame));
  const at = { x: 120, y: -60 };
  expect(zoomedAt(WHOLE, 3, at, large!, frame)).toEqual(zoomedAt(WHOLE, 3, at, small!, frame));
});

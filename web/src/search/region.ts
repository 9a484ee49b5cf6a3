/** A box on a picture: left, top, width and height as fractions of it, always within it. */
export interface Region {
  x: number;
  y: number;
  w: number;
  h: number;
}

export interface Point {
  x: number;
  y: number;
}

export type Corner = "nw" | "ne" | "sw" | "se";

/** Smallest side. */
export const LEAST = 0.03;
export const MIDDLE: Region = { x: 0.25, y: 0.25, w: 0.5, h: 0.5 };
const DIGITS = 4;

const within = (value: number, low: number, high: number) => Math.min(high, Math.max(low, value));

/** The box between two corners. */
export function drawn(from: Point, to: Point): Region {
  const [a, b] = [cut(from), cut(to)];
  return grown({
    x: Math.min(a.x, b.x),
    y: Math.min(a.y, b.y),
    w: Math.abs(a.x - b.x),
    h: Math.abs(a.y - b.y),
  });
}

/** The box elsewhere, as large as before. */
export function moved({ x, y, w, h }: Region, by: Point): Region {
  return { x: within(x + by.x, 0, 1 - w), y: within(y + by.y, 0, 1 - h), w, h };
}

/** The box with its right and lower edges elsewhere. */
export function resized({ x, y, w, h }: Region, by: Point): Region {
  return grown({ x, y, w: within(w + by.x, 0, 1 - x), h: within(h + by.y, 0, 1 - y) });
}

/** The corner opposite to one: where it is drawn from anew. */
export function opposite({ x, y, w, h }: Region, corner: Corner): Point {
  return { x: corner.endsWith("w") ? x + w : x, y: corner.startsWith("n") ? y + h : y };
}

export function contains({ x, y, w, h }: Region, point: Point): boolean {
  return point.x >= x && point.x <= x + w && point.y >= y && point.y <= y + h;
}

/** At least as large as can be looked at, and still within the picture. */
function grown({ x, y, w, h }: Region): Region {
  const [width, height] = [Math.max(w, LEAST), Math.max(h, LEAST)];
  return { x: within(x, 0, 1 - width), y: within(y, 0, 1 - height), w: width, h: height };
}

function cut({ x, y }: Point): Point {
  return { x: within(x, 0, 1), y: within(y, 0, 1) };
}

/** As the address and the server have it. */
export function writeRegion({ x, y, w, h }: Region): string {
  return [x, y, w, h].map((value) => String(Number(value.toFixed(DIGITS)))).join();
}

/** The inverse of `writeRegion`; null where the text is none. */
export function readRegion(text: string | undefined): Region | null {
  const parts = text ? text.split(",").map(Number) : [];
  const [x, y, w, h] = parts as [number, number, number, number];
  if (parts.length !== 4 || !parts.every(Number.isFinite)) return null;
  if (w <= 0 || h <= 0 || x < 0 || y < 0 || x >= 1 || y >= 1) return null;
  return grown({ x, y, w: Math.min(w, 1 - x), h: Math.min(h, 1 - y) });
}

/** "30 % from the left, 12 % from the top, 50 % wide, 40 % high". */
export function sayRegion({ x, y, w, h }: Region): string {
  const part = (value: number) => `${Math.round(value * 100)} %`;
  return `${part(x)} from the left, ${part(y)} from the top, ${part(w)} wide, ${part(h)} high`;
}

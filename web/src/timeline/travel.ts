/** Where the keys lead: the next day, month, year; the image beside, above, below. */
import type { Bucket } from "./buckets";
import type { Timeline } from "./engine";
import type { Layout } from "./layout";
import { bucketAt } from "./scale";

export type Unit = "day" | "month" | "year";
const LETTERS: Record<Unit, number> = { day: 10, month: 7, year: 4 };

/** An image by its bucket and its place in it. */
export interface Spot {
  key: string;
  item: number;
}

/**
 * Shows the start of the next older (`step` 1) or newer (-1) day, month or year that has images. Going back first
 * returns to the start of the present one, unless that is where the reader is.
 */
export function travel(timeline: Timeline, unit: Unit, step: 1 | -1): string | null {
  const { buckets } = timeline.geometry;
  const letters = LETTERS[unit];
  const here = timeline.dateHere();
  const target = step === 1 ? older(timeline, here, letters) : newer(timeline, here, letters);
  if (target === null) return null;
  if (target === "") timeline.show(timeline.geometry.top(buckets.findIndex((bucket) => bucket.undated)));
  else timeline.showDay(indexOfDay(buckets, target), target);
  return target;
}

/** First bucket, from the newest, that may hold a day. */
function indexOfDay(buckets: readonly Bucket[], day: string): number {
  return bucketAt(buckets, day);
}

/** Newest day of the next older unit; "" for the undated shelf, null where there is none. */
function older(timeline: Timeline, here: string, letters: number): string | null {
  if (here === "") return null;
  const now = here.slice(0, letters);
  for (const bucket of timeline.geometry.buckets) {
    if (bucket.undated) return "";
    if (bucket.start.slice(0, letters) >= now) continue;
    const day = daysOf(timeline, bucket).find((one) => one.slice(0, letters) < now);
    return day ?? bucket.end.slice(0, 10);
  }
  return null;
}

/** Newest day of the present unit, or of the next newer one where the reader already is at that day's top. */
function newer(timeline: Timeline, here: string, letters: number): string | null {
  const { buckets } = timeline.geometry;
  const dated = buckets.filter((bucket) => !bucket.undated);
  const last = dated.at(-1);
  if (!last) return null;
  const newest = (unit: string): string | null => {
    const bucket = dated.find((one) => one.start.slice(0, letters) <= unit);
    const found = bucket && daysOf(timeline, bucket).find((day) => day.slice(0, letters) === unit);
    return found ?? (bucket ? bucket.end.slice(0, 10) : null);
  };
  if (here === "") return newest(last.start.slice(0, letters));
  const top = newest(here.slice(0, letters));
  if (top !== null && !atTop(timeline, top)) return top;
  const unit = nextNewerUnit(timeline, dated, here.slice(0, letters), letters);
  return unit === null ? null : newest(unit);
}

function atTop(timeline: Timeline, day: string): boolean {
  const index = indexOfDay(timeline.geometry.buckets, day);
  const bucket = timeline.geometry.buckets[index];
  const top = bucket ? timeline.geometry.dayTop(bucket.key, day) : null;
  const y = timeline.geometry.top(index) + (top ?? 0);
  return timeline.y <= y + 4;
}

function nextNewerUnit(timeline: Timeline, dated: Bucket[], now: string, letters: number): string | null {
  for (let i = dated.length - 1; i >= 0; i--) {
    const bucket = dated[i]!;
    if (bucket.end.slice(0, letters) <= now) continue;
    const units = daysOf(timeline, bucket).map((day) => day.slice(0, letters));
    return units.findLast((unit) => unit > now) ?? bucket.end.slice(0, letters);
  }
  return null;
}

/** Days of a bucket, newest first; only its ends while it isn't loaded. */
function daysOf(timeline: Timeline, bucket: Bucket): string[] {
  const laid = timeline.geometry.laid.get(bucket.key);
  return laid ? laid.images.days : [bucket.end.slice(0, 10), bucket.start.slice(0, 10)];
}

export type Direction = "left" | "right" | "up" | "down";

/** The image beside, above or below another; null at the ends, or where the neighbour isn't loaded. */
export function neighbour(timeline: Timeline, spot: Spot, direction: Direction): Spot | null {
  const laid = timeline.geometry.laid.get(spot.key);
  if (!laid) return null;
  const step = direction === "left" || direction === "up" ? -1 : 1;
  if (direction === "up" || direction === "down") return inRowBeside(timeline, laid.layout, spot, step);
  const item = spot.item + step;
  return item >= 0 && item < laid.layout.x.length ? { ...spot, item } : edge(timeline, spot.key, step);
}

function inRowBeside(timeline: Timeline, layout: Layout, spot: Spot, step: 1 | -1): Spot | null {
  const middle = layout.x[spot.item]! + layout.w[spot.item]! / 2;
  const found = rowBeside(layout, spot.item, middle, step);
  if (found >= 0) return { ...spot, item: found };
  const next = edge(timeline, spot.key, step);
  const other = next && timeline.geometry.laid.get(next.key)?.layout;
  return next && other ? { key: next.key, item: nearestInRow(other, next.item, middle) } : next;
}

function edge(timeline: Timeline, key: string, step: 1 | -1): Spot | null {
  const bucket = timeline.geometry.buckets[timeline.geometry.indexOf(key) + step];
  const laid = bucket && timeline.geometry.laid.get(bucket.key);
  if (!laid || laid.layout.x.length === 0) return null;
  return { key: bucket.key, item: step === 1 ? 0 : laid.layout.x.length - 1 };
}

function rowBeside(layout: Layout, item: number, middle: number, step: 1 | -1): number {
  let i = item;
  while (i >= 0 && i < layout.y.length && layout.y[i] === layout.y[item]) i += step;
  return i < 0 || i >= layout.y.length ? -1 : nearestInRow(layout, i, middle);
}

/** The image of `item`'s row whose middle is nearest to `middle`. */
function nearestInRow(layout: Layout, item: number, middle: number): number {
  let best = item;
  const distance = (i: number) => Math.abs(layout.x[i]! + layout.w[i]! / 2 - middle);
  for (const step of [-1, 1]) {
    for (let i = item; i >= 0 && i < layout.y.length && layout.y[i] === layout.y[item]; i += step)
      if (distance(i) < distance(best)) best = i;
  }
  return best;
}

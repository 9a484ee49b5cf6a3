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
 * Shows the start of the next older (`step` 1) or newer (-1) day, month or year that has images, and returns that day;
 * "" for the undated shelf, null where there is none. Going back first returns to the start of the present one, unless
 * that is where the reader is.
 */
export async function travel(timeline: Timeline, unit: Unit, step: 1 | -1): Promise<string | null> {
  const { buckets } = timeline.geometry;
  const letters = LETTERS[unit];
  const here = timeline.dateHere();
  const target = step === 1 ? await older(timeline, here, letters) : await newer(timeline, here, letters);
  if (target === "") timeline.show(timeline.geometry.top(buckets.findIndex((bucket) => bucket.undated)));
  else if (target !== null) timeline.showDay(bucketAt(timeline.geometry.buckets, target), target);
  return target;
}

async function older(timeline: Timeline, here: string, letters: number): Promise<string | null> {
  if (here === "") return null;
  const now = here.slice(0, letters);
  const bucket = timeline.geometry.buckets.find((one) => one.undated || one.start.slice(0, letters) < now);
  if (!bucket || bucket.undated) return bucket ? "" : null;
  if (bucket.end.slice(0, letters) < now) return bucket.end.slice(0, 10);
  const days = await timeline.daysOf(bucket); // the bucket holds both this unit and older ones
  return days.find((day) => day.slice(0, letters) < now) ?? null;
}

async function newer(timeline: Timeline, here: string, letters: number): Promise<string | null> {
  const dated = timeline.geometry.buckets.filter((bucket) => !bucket.undated);
  const last = dated.at(-1);
  if (!last) return null;
  if (here === "") return newestOf(timeline, dated, last.start.slice(0, letters), letters);
  const top = await newestOf(timeline, dated, here.slice(0, letters), letters);
  if (top !== null && !atTop(timeline, top)) return top;
  const unit = await nextNewer(timeline, dated, here.slice(0, letters), letters);
  return unit === null ? null : newestOf(timeline, dated, unit, letters);
}

/** Newest day of a unit that has images. */
async function newestOf(
  timeline: Timeline,
  dated: Bucket[],
  unit: string,
  letters: number,
): Promise<string | null> {
  const bucket = dated.find((one) => one.start.slice(0, letters) <= unit);
  if (!bucket || bucket.end.slice(0, letters) === unit) return bucket?.end.slice(0, 10) ?? null;
  const days = await timeline.daysOf(bucket);
  return days.find((day) => day.slice(0, letters) === unit) ?? null;
}

/** The oldest unit after `now` that has images. */
async function nextNewer(
  timeline: Timeline,
  dated: Bucket[],
  now: string,
  letters: number,
): Promise<string | null> {
  const bucket = dated.findLast((one) => one.end.slice(0, letters) > now);
  if (!bucket) return null;
  if (bucket.start.slice(0, letters) > now) return bucket.start.slice(0, letters);
  const days = await timeline.daysOf(bucket);
  return days.findLast((day) => day.slice(0, letters) > now)?.slice(0, letters) ?? null;
}

function atTop(timeline: Timeline, day: string): boolean {
  const { geometry } = timeline;
  const index = bucketAt(geometry.buckets, day);
  const bucket = geometry.buckets[index];
  const within = bucket ? geometry.dayTop(bucket.key, day) : null;
  return timeline.y <= geometry.top(index) + (within ?? 0) + 4;
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

/** The image of the next row (`step` 1) or the one before whose middle is nearest to `middle`; -1 where there is none. */
export function rowBeside(layout: Layout, item: number, middle: number, step: 1 | -1): number {
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

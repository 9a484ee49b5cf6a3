/** What the scrubber's strip draws: how many images stand behind each pixel, and how many of them are done. */
import type { Bucket } from "./buckets";
import type { Scale } from "./scale";

/** Share of rows whose bars may be cut off, so that one busy day doesn't flatten the rest. */
const PEAKS = 0.03;

/** Length of each bar, 0-1, one per pixel row from the top. */
export function densityBars(buckets: readonly Bucket[], scale: Scale, rows: number): Float32Array {
  const sums = perRow(buckets, scale, rows, (bucket) => bucket.count);
  const held = sums.filter((sum) => sum > 0).sort();
  const top = held[Math.floor((held.length - 1) * (1 - PEAKS))] ?? 1;
  return sums.map((sum) => (sum > 0 ? Math.min(1, Math.max(0.06, (sum / top) ** 0.7)) : 0));
}

/** Share of done images, 0-1, per pixel row; -1 where there are none. */
export function doneShares(
  buckets: readonly Bucket[],
  done: ReadonlyMap<string, number>,
  scale: Scale,
  rows: number,
): Float32Array {
  const totals = new Map<string, number>();
  for (const bucket of buckets)
    totals.set(monthOf(bucket), (totals.get(monthOf(bucket)) ?? 0) + bucket.count);
  const all = perRow(buckets, scale, rows, (bucket) => bucket.count);
  const ready = perRow(
    buckets,
    scale,
    rows,
    (bucket) => (bucket.count * (done.get(monthOf(bucket)) ?? 0)) / (totals.get(monthOf(bucket)) || 1),
  );
  return all.map((sum, i) => (sum > 0 ? Math.min(1, ready[i]! / sum) : -1));
}

/** Images per month (`YYYY-MM`, "" for the undated). */
export function perMonth(buckets: readonly Bucket[]): Map<string, number> {
  const sums = new Map<string, number>();
  for (const bucket of buckets) sums.set(monthOf(bucket), (sums.get(monthOf(bucket)) ?? 0) + bucket.count);
  return sums;
}

function monthOf(bucket: Bucket): string {
  return bucket.end.slice(0, 7);
}

function perRow(
  buckets: readonly Bucket[],
  scale: Scale,
  rows: number,
  amount: (bucket: Bucket) => number,
): Float32Array {
  const sums = new Float32Array(rows);
  buckets.forEach((bucket, i) => {
    const from = scale.edges[i]! * rows;
    const to = Math.max(from + 1e-6, scale.edges[i + 1]! * rows);
    for (let row = Math.floor(from); row < Math.min(rows, to); row++) {
      const share = (Math.min(to, row + 1) - Math.max(from, row)) / (to - from);
      sums[row] = sums[row]! + amount(bucket) * share;
    }
  });
  return sums;
}

/** Year labels that don't touch: the newest of each crowd stays. */
export function spacedMarks(scale: Scale, height: number, apart: number): Scale["marks"] {
  let last = Number.NEGATIVE_INFINITY;
  return scale.marks.filter(({ at }) => {
    const room = at * height - last >= apart && at * height < height - apart / 2;
    if (room) last = at * height;
    return room;
  });
}

/** How far a drag moves: slower the further the pointer is from the strip, for one date among many. */
export function dragSpeed(distance: number): number {
  return distance <= 60 ? 1 : Math.max(0.04, 1 / (1 + (distance - 60) / 55));
}

/**
 * The scrubber's scale. Neither time alone (a camera set to 1970 would take half of the strip) nor images alone (a day
 * of 100,000 would) reaches every date, so each month weighs by the logarithm of its images and gaps in time weigh a
 * little. Within a month the weight is shared by the square root of what each bucket holds.
 */
import type { Bucket } from "./buckets";

export interface Place {
  /** Index of the bucket. */
  bucket: number;
  /** 0 at the bucket's top (newest), 1 at its bottom. */
  within: number;
}

export interface Mark {
  /** 0-1 from the top. */
  at: number;
  year: number;
}

/** Share of the strip that the undated shelf gets. */
const SHELF = 0.035;
const GAP_WEIGHT = 0.25;
const LARGEST_GAP = 3;

export class Scale {
  /** Start of each bucket, 0-1, and the end of the last. */
  readonly edges: Float64Array;
  readonly marks: Mark[] = [];

  constructor(private readonly buckets: readonly Bucket[]) {
    this.edges = new Float64Array(buckets.length + 1);
    const dated = buckets.filter((bucket) => !bucket.undated).length;
    const end = dated < buckets.length ? (dated > 0 ? 1 - SHELF : 0) : 1;
    this.fill(0, dated, 0, end, datedWeights(buckets, dated));
    this.fill(dated, buckets.length, end, 1, shelfWeights(buckets, dated));
    this.markYears(dated);
  }

  /** Where a place stands on the strip, 0-1. */
  fraction(place: Place): number {
    const start = this.edges[place.bucket] ?? 0;
    const end = this.edges[place.bucket + 1] ?? start;
    return start + (end - start) * Math.min(1, Math.max(0, place.within));
  }

  /** The place at 0-1 of the strip. */
  place(fraction: number): Place {
    const last = this.buckets.length - 1;
    if (last < 0) return { bucket: 0, within: 0 };
    let [low, high] = [0, last];
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if (this.edges[middle]! <= fraction) low = middle;
      else high = middle - 1;
    }
    const span = this.edges[low + 1]! - this.edges[low]!;
    const within = span > 0 ? (fraction - this.edges[low]!) / span : 0;
    return { bucket: low, within: Math.min(1, Math.max(0, within)) };
  }

  private fill(from: number, to: number, start: number, end: number, weights: Float64Array): void {
    let total = 0;
    for (const weight of weights) total += weight;
    let sum = 0;
    for (let i = from; i < to; i++) {
      this.edges[i] = start + ((end - start) * sum) / (total || 1);
      sum += weights[i - from]!;
    }
    this.edges[to] = end;
  }

  private markYears(dated: number): void {
    let year = Number.NaN;
    for (let i = 0; i < dated; i++) {
      const own = Number(this.buckets[i]!.end.slice(0, 4));
      if (own === year) continue;
      year = own;
      this.marks.push({ at: this.edges[i]!, year });
    }
  }
}

/** Months since year 0 of a bucket's newest image. */
export function monthNumber(bucket: Bucket): number {
  return Number(bucket.end.slice(0, 4)) * 12 + Number(bucket.end.slice(5, 7)) - 1;
}

function datedWeights(buckets: readonly Bucket[], dated: number): Float64Array {
  const weights = new Float64Array(dated);
  let previous = Number.NaN;
  for (let from = 0; from < dated;) {
    const month = monthNumber(buckets[from]!);
    let to = from;
    let images = 0;
    let roots = 0;
    for (; to < dated && monthNumber(buckets[to]!) === month; to++) {
      images += buckets[to]!.count;
      roots += Math.sqrt(buckets[to]!.count);
    }
    const gap = Number.isNaN(previous) ? 0 : Math.max(0, previous - month - 1);
    const weight = 1 + Math.log2(1 + images) / 2 + Math.min(LARGEST_GAP, gap * GAP_WEIGHT);
    for (let i = from; i < to; i++)
      weights[i] = roots > 0 ? (weight * Math.sqrt(buckets[i]!.count)) / roots : weight / (to - from);
    previous = month;
    from = to;
  }
  return weights;
}

function shelfWeights(buckets: readonly Bucket[], dated: number): Float64Array {
  return Float64Array.from(buckets.slice(dated), (bucket) => Math.max(1, bucket.count));
}

/** The date, `YYYY-MM-DD`, that a place in a bucket stands for. */
export function dateAt(bucket: Bucket, within: number): string {
  const start = Date.parse(`${bucket.start.slice(0, 10)}T00:00:00Z`);
  const end = Date.parse(`${bucket.end.slice(0, 10)}T00:00:00Z`);
  return new Date(end - (end - start) * within).toISOString().slice(0, 10);
}

/** The inverse of `dateAt`: about where in a bucket a day stands, 0-1. */
export function withinOf(bucket: Bucket, day: string): number {
  const time = (text: string) => Date.parse(`${text.slice(0, 10)}T00:00:00Z`);
  const [start, end] = [time(bucket.start), time(bucket.end)];
  return end > start ? Math.min(1, Math.max(0, (end - time(day)) / (end - start))) : 0;
}

/** Index of the bucket that holds `date` (`YYYY`, `YYYY-MM` or `YYYY-MM-DD`), or the nearest older one. */
export function bucketAt(buckets: readonly Bucket[], date: string): number {
  const latest = (date + "9999-99-99".slice(date.length)).slice(0, 10);
  const found = buckets.findIndex((bucket) => bucket.undated || bucket.start.slice(0, 10) <= latest);
  if (found < 0) return Math.max(0, buckets.length - 1);
  return buckets[found]!.undated && found > 0 ? found - 1 : found;
}

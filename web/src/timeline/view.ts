/** What of the timeline is drawn: the buckets near the viewport, and of each the images near it. */
import type { Bucket } from "./buckets";
import type { Geometry, Laid } from "./geometry";
import { firstBelow } from "./layout";

export interface BucketView {
  bucket: Bucket;
  /** Pixels from the scrolled element's top. */
  top: number;
  height: number;
  laid?: Laid;
  /** Images to draw: [first, end). */
  first: number;
  end: number;
  problem?: unknown;
}

export interface View {
  /** Height of the scrolled element. */
  height: number;
  buckets: BucketView[];
  /** True while the reader flies past: nothing is worth loading. */
  fast: boolean;
  /** Changes where the page must scroll to `Timeline.scrollTop`. */
  scrollToken: number;
}

/** The buckets between two timeline positions, in an element whose top is at `base`. */
export function bucketsBetween(
  geometry: Geometry,
  from: number,
  to: number,
  base: number,
  problemOf: (key: string) => unknown,
): BucketView[] {
  const shown: BucketView[] = [];
  for (let i = geometry.at(from); i < geometry.buckets.length && geometry.top(i) < to; i++) {
    const bucket = geometry.buckets[i]!;
    const laid = geometry.laid.get(bucket.key);
    const place = { bucket, top: geometry.top(i) - base, height: geometry.height(i) };
    if (!laid) shown.push({ ...place, first: 0, end: 0, problem: problemOf(bucket.key) });
    else shown.push({ ...place, laid, ...itemsBetween(laid, from - geometry.top(i), to - geometry.top(i)) });
  }
  return shown;
}

function itemsBetween({ layout }: Laid, from: number, to: number): { first: number; end: number } {
  const first = firstBelow(layout, from);
  let end = first;
  while (end < layout.y.length && layout.y[end]! < to) end++;
  return { first, end };
}

/** Images in view that have no thumbnail yet, at most `limit`. */
export function waitingImages(view: View, limit: number): number[] {
  const found: number[] = [];
  for (const { laid, first, end } of view.buckets) {
    for (let i = first; laid && i < end && found.length < limit; i++) {
      if (laid.images.columns.state[i] === "missing") found.push(laid.images.columns.id[i]!);
    }
  }
  return found;
}

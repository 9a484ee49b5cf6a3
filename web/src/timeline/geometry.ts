/** Heights and positions of all buckets, known and estimated, and the anchor that corrections hold on to. */
import { type Bucket, type BucketImages, daysIn } from "./buckets";
import { estimateHeight, firstBelow, type Layout, type LayoutOptions } from "./layout";
import { bucketAt } from "./scale";

export interface Laid {
  images: BucketImages;
  layout: Layout;
}

/** What the reader looks at: it stays where it is on the screen, whatever is learnt about the rest. */
export interface Anchor {
  key: string;
  /** Newest date of the bucket, to find its place when the bucket is gone. */
  date: string;
  /** First visible image, where the bucket is laid out. */
  image?: number;
  /** Its index in the bucket, should the image be gone. */
  index: number;
  /** Pixels from the image's top to the reader's, where there is an image. */
  offset: number;
  /** Share of the bucket above the reader, otherwise. */
  within: number;
}

export class Geometry {
  buckets: readonly Bucket[] = [];
  readonly laid = new Map<string, Laid>();
  private heights = new Float64Array(0);
  private tops = new Float64Array(1);
  private byKey = new Map<string, number>();

  constructor(
    public options: LayoutOptions,
    /** Mean width / height, learnt from what was loaded. */
    public ratio = 1.4,
  ) {}

  get total(): number {
    return this.tops[this.buckets.length]!;
  }

  top(index: number): number {
    return this.tops[index]!;
  }

  height(index: number): number {
    return this.heights[index]!;
  }

  indexOf(key: string): number {
    return this.byKey.get(key) ?? -1;
  }

  /** Takes a new list; what was known about buckets of the same key and count is kept. */
  setBuckets(buckets: readonly Bucket[]): void {
    const heights = new Float64Array(buckets.length);
    buckets.forEach((bucket, i) => {
      const old = this.indexOf(bucket.key);
      const same = old >= 0 && this.buckets[old]!.count === bucket.count;
      heights[i] =
        this.laid.get(bucket.key)?.layout.height ?? (same ? this.heights[old]! : this.estimate(bucket));
    });
    this.buckets = buckets;
    this.heights = heights;
    this.byKey = new Map(buckets.map((bucket, i) => [bucket.key, i]));
    this.addUp();
  }

  /** Takes a layout that has been computed. */
  setLaid(key: string, laid: Laid): void {
    this.laid.set(key, laid);
    const index = this.indexOf(key);
    if (index < 0) return;
    this.heights[index] = laid.layout.height;
    this.addUp();
  }

  /** Forgets one layout; its height stays. */
  drop(key: string): void {
    this.laid.delete(key);
  }

  /** Takes new options; what is laid out keeps its height until it is laid out again. */
  setOptions(options: LayoutOptions): void {
    this.options = options;
    this.buckets.forEach((bucket, i) => {
      if (!this.laid.has(bucket.key)) this.heights[i] = this.estimate(bucket);
    });
    this.addUp();
  }

  /** Index of the bucket at timeline position `y`. */
  at(y: number): number {
    let [low, high] = [0, Math.max(0, this.buckets.length - 1)];
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if (this.tops[middle]! <= y) low = middle;
      else high = middle - 1;
    }
    return low;
  }

  /** What to hold on to for a reader whose view starts at `y`. */
  anchor(y: number): Anchor | null {
    const index = this.at(y);
    const bucket = this.buckets[index];
    if (!bucket) return null;
    const local = y - this.top(index);
    const anchor: Anchor = {
      key: bucket.key,
      date: bucket.end.slice(0, 10),
      index: 0,
      offset: 0,
      within: local / (this.height(index) || 1),
    };
    const laid = this.laid.get(bucket.key);
    if (!laid || laid.images.columns.id.length === 0) return anchor;
    const item = Math.min(firstBelow(laid.layout, local), laid.images.columns.id.length - 1);
    anchor.image = laid.images.columns.id[item];
    anchor.index = item;
    anchor.offset = local - laid.layout.y[item]!;
    return anchor;
  }

  /** Where an anchor is now. */
  locate(anchor: Anchor): number {
    const image = anchor.image === undefined ? null : this.find(anchor.image, anchor.key);
    if (image) return this.top(image.index) + image.top + Math.min(anchor.offset, image.height - 1);
    let index = this.indexOf(anchor.key);
    if (index < 0)
      index = anchor.date ? bucketAt(this.buckets, anchor.date) : Math.max(0, this.buckets.length - 1);
    const bucket = this.buckets[index];
    if (!bucket) return 0;
    const laid = this.laid.get(bucket.key);
    if (!laid || anchor.image === undefined)
      return this.top(index) + Math.round(anchor.within * this.height(index));
    const item = Math.min(anchor.index, laid.images.columns.id.length - 1);
    return this.top(index) + (laid.layout.y[item] ?? 0) + anchor.offset;
  }

  /** Pixels from a bucket's top to a day's heading, or null where it isn't known. */
  dayTop(key: string, day: string): number | null {
    const laid = this.laid.get(key);
    const index = laid?.images.days.indexOf(day) ?? -1;
    return laid && index >= 0 ? laid.layout.days[index * 4 + 1]! : null;
  }

  /** Where an image is laid out, in the likely bucket or in any other. */
  private find(image: number, likely: string): { index: number; top: number; height: number } | null {
    for (const key of [likely, ...this.laid.keys()]) {
      const laid = this.laid.get(key);
      const item = laid?.images.columns.id.indexOf(image) ?? -1;
      if (laid && item >= 0 && this.byKey.has(key))
        return { index: this.indexOf(key), top: laid.layout.y[item]!, height: laid.layout.h[item]! };
    }
    return null;
  }

  private estimate(bucket: Bucket): number {
    return estimateHeight(bucket.count, daysIn(bucket), this.ratio, this.options);
  }

  private addUp(): void {
    this.tops = new Float64Array(this.buckets.length + 1);
    for (let i = 0; i < this.buckets.length; i++) this.tops[i + 1] = this.tops[i]! + this.heights[i]!;
  }
}

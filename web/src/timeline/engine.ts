/**
 * The timeline without a screen: which buckets there are, which are loaded, where everything stands, and what of it is
 * in view. The page only draws `view` and reports scrolling and size.
 */
import type { BucketColumns } from "~/api/types";
import { type Bucket, type BucketImages, splitDays } from "./buckets";
import { type Anchor, Geometry, type Laid } from "./geometry";
import { firstBelow, type Layout, type LayoutInput, type LayoutOptions } from "./layout";
import { Loader } from "./loader";
import { dateAt, type Place, Scale, withinOf } from "./scale";
import { bucketsBetween, type View } from "./view";
import { elementHeight, type Extent, type Frame, frameAt, rebase } from "./window";

export interface Ports {
  load(key: string, signal: AbortSignal): Promise<BucketColumns>;
  layout(input: LayoutInput, options: LayoutOptions): Promise<Layout>;
}

/** Where to land once a bucket is loaded. */
interface Aim {
  key: string;
  day?: string;
  image?: number;
}

const KEPT = 48;
const MOST_SUCCESSORS = 40;
const SETTLE_MS = 140;
const FAST_VIEWPORTS_PER_SECOND = 9;

export class Timeline {
  readonly geometry: Geometry;
  scale = new Scale([]);
  view: View = { height: 0, buckets: [], fast: false, scrollToken: 0 };
  /** Reads of images in flight or failed; public for the page's "try again". */
  readonly loader: Loader<Laid>;
  private frame: Frame = { base: 0, scroll: 0 };
  private viewport = 0;
  private stale = new Set<string>();
  private aim: Aim | null = null;
  private listed: readonly Bucket[] = [];
  private awaited: { image: number; takenAt: string | null } | null = null;
  /** What the reader's place is held by, and the place; rows that fill up anew may put another image first there. */
  private held: { anchor: Anchor; y: number } | null = null;
  private drawnAt = Number.NaN;
  private lastMove = { y: 0, time: 0 };
  private settling: ReturnType<typeof setTimeout> | undefined;
  private readonly viewListeners = new Set<() => void>();
  private readonly moveListeners = new Set<() => void>();

  constructor(
    private readonly ports: Ports,
    options: LayoutOptions,
  ) {
    this.geometry = new Geometry(options);
    this.loader = new Loader(
      (key, signal) => this.fetch(key, signal),
      (key, laid) => this.take(key, laid),
      () => this.draw(),
    );
  }

  subscribe = (listener: () => void): (() => void) => {
    this.viewListeners.add(listener);
    return () => this.viewListeners.delete(listener);
  };

  /** Like `subscribe`, for each scrolled frame. */
  onMove = (listener: () => void): (() => void) => {
    this.moveListeners.add(listener);
    return () => this.moveListeners.delete(listener);
  };

  getView = (): View => this.view;

  /** Timeline position of the viewport's top. */
  get y(): number {
    return this.frame.base + this.frame.scroll;
  }

  /** Where the scrolled element belongs now. */
  get scrollTop(): number {
    return this.frame.scroll;
  }

  get place(): Place {
    const bucket = this.geometry.at(this.y);
    const height = this.geometry.height(bucket) || 1;
    return { bucket, within: Math.min(1, (this.y - this.geometry.top(bucket)) / height) };
  }

  get viewportHeight(): number {
    return this.viewport;
  }

  /** A new list of buckets; whoever reads keeps their place, and changed buckets are read again quietly. */
  setBuckets(buckets: readonly Bucket[]): void {
    this.listed = buckets;
    const successors = this.successors(buckets);
    if (successors.length === 0) this.replace(buckets, []);
    else void this.replaceWhenLoaded(buckets, successors);
  }

  /** New buckets in the place of drawn ones that the new list lacks: a month that was split, months that were joined. */
  private successors(buckets: readonly Bucket[]): string[] {
    const keys = new Set(buckets.map(({ key }) => key));
    const gone = this.view.buckets.filter(
      ({ bucket, laid }) => laid && !bucket.undated && !keys.has(bucket.key),
    );
    const overlaps = (bucket: Bucket) =>
      gone.some(({ bucket: old }) => !bucket.undated && bucket.start <= old.end && bucket.end >= old.start);
    const found = buckets
      .filter((bucket) => overlaps(bucket) && !this.geometry.laid.has(bucket.key))
      .map(({ key }) => key);
    return found.length <= MOST_SUCCESSORS ? found : [];
  }

  /** Loads the successors first, so that the reader's image is in them and stays where it is. */
  private async replaceWhenLoaded(buckets: readonly Bucket[], keys: string[]): Promise<void> {
    const never = new AbortController().signal;
    const laid = await Promise.all(keys.map((key) => this.fetch(key, never).catch(() => null)));
    if (this.listed !== buckets) return;
    this.replace(
      buckets,
      keys.flatMap((key, i) => (laid[i] ? [[key, laid[i]] as const] : [])),
    );
  }

  private replace(buckets: readonly Bucket[], loaded: (readonly [string, Laid])[]): void {
    const old = new Map(this.geometry.buckets.map((bucket) => [bucket.key, bucket.count]));
    const counts = new Map(buckets.map((bucket) => [bucket.key, bucket.count]));
    for (const key of this.geometry.laid.keys()) if (old.get(key) !== counts.get(key)) this.stale.add(key);
    this.holding(() => {
      for (const [key, laid] of loaded) this.geometry.setLaid(key, laid);
      for (const key of [...this.geometry.laid.keys()]) if (!counts.has(key)) this.geometry.drop(key);
      this.geometry.setBuckets(buckets);
    });
    this.scale = new Scale(buckets);
    this.draw();
    if (this.awaited && buckets.length > 0) this.revealImage(this.awaited.image, this.awaited.takenAt);
    this.ensure();
  }

  /** New size of the page or of the rows. */
  resize(options: LayoutOptions, viewport: number): void {
    const width = this.geometry.options;
    const same = width.width === options.width && width.rowHeight === options.rowHeight;
    if (same && viewport === this.viewport) return;
    this.viewport = viewport;
    if (!same) this.holding(() => this.geometry.setOptions(options));
    else this.settle(false);
    this.draw();
    if (same) this.ensure();
    else void this.layOutAgain();
  }

  /** The element was scrolled to `scroll`. */
  scrolled(scroll: number): void {
    if (Math.abs(scroll - this.frame.scroll) < 0.5) return;
    this.aim = null;
    this.frame = { base: this.frame.base, scroll };
    this.settle(false);
    this.moved();
  }

  /** Shows timeline position `y` at the viewport's top. */
  show(y: number, aim: Aim | null = null): void {
    this.aim = aim;
    this.frame = frameAt(y, this.extent);
    this.view = { ...this.view, scrollToken: this.view.scrollToken + 1 };
    this.moved(true);
  }

  /** Shows a place of the scrubber. */
  showPlace(place: Place): void {
    this.show(this.geometry.top(place.bucket) + place.within * this.geometry.height(place.bucket));
  }

  /** Shows a day's heading; where it isn't known yet, its neighbourhood first. */
  showDay(index: number, day: string): void {
    const bucket = this.geometry.buckets[index];
    if (!bucket) return;
    const known = this.geometry.dayTop(bucket.key, day);
    if (known !== null) this.show(this.geometry.top(index) + known);
    else
      this.show(this.geometry.top(index) + withinOf(bucket, day) * this.geometry.height(index), {
        key: bucket.key,
        day,
      });
  }

  /** Scrolls as little as possible so that an image is in view. */
  reveal(key: string, item: number): void {
    const index = this.geometry.indexOf(key);
    const layout = this.geometry.laid.get(key)?.layout;
    if (index < 0 || !layout) return;
    const { heading } = this.geometry.options;
    const top = this.geometry.top(index) + layout.y[item]! - heading - 8;
    const bottom = this.geometry.top(index) + layout.y[item]! + layout.h[item]! + 8;
    if (top < this.y) this.show(top);
    else if (bottom > this.y + this.viewport) this.show(bottom - this.viewport);
  }

  /** Shows an image that may not be loaded: when it was taken is where it stands. Returns its bucket's key. */
  revealImage(image: number, takenAt: string | null): string | null {
    this.awaited = null;
    for (const [key, { images }] of this.geometry.laid) {
      const item = images.columns.id.indexOf(image);
      if (item < 0) continue;
      this.reveal(key, item);
      return key;
    }
    const { buckets } = this.geometry;
    const index = buckets.findIndex((bucket) =>
      takenAt ? !bucket.undated && bucket.start <= takenAt : bucket.undated,
    );
    const bucket = buckets[index];
    if (!bucket) this.awaited = buckets.length === 0 ? { image, takenAt } : null;
    else this.show(this.geometry.top(index), { key: bucket.key, image });
    return bucket?.key ?? null;
  }

  /** The date at the viewport's top, `YYYY-MM-DD`; "" on the undated shelf. */
  dateHere(): string {
    if (this.aim?.day !== undefined) return this.aim.day; // on its way there
    const { bucket, within } = this.place;
    const here = this.geometry.buckets[bucket];
    if (!here || here.undated) return "";
    const laid = this.geometry.laid.get(here.key);
    if (!laid) return dateAt(here, within);
    const local = this.y - this.geometry.top(bucket);
    const item = Math.min(firstBelow(laid.layout, local + 4), laid.images.columns.id.length - 1);
    return laid.images.columns.taken_at[item]?.slice(0, 10) ?? "";
  }

  /** Days of a bucket, newest first; loads it where it isn't. Of one that can't be read, its ends are known. */
  async daysOf({ key, start, end }: Bucket): Promise<string[]> {
    const loaded = await this.laidOf(key).catch(() => null);
    if (loaded && !this.geometry.laid.has(key)) this.take(key, loaded);
    return loaded?.images.days ?? [end.slice(0, 10), start.slice(0, 10)];
  }

  /** A bucket laid out; loads it where it isn't. */
  async laidOf(key: string): Promise<Laid> {
    return this.geometry.laid.get(key) ?? this.fetch(key, new AbortController().signal);
  }

  /** Reads again what is in view. */
  refresh(): void {
    for (const { bucket, laid } of this.view.buckets) if (laid) this.stale.add(bucket.key);
    this.ensure();
  }

  stop(): void {
    clearTimeout(this.settling);
    this.loader.stop();
  }

  private get extent(): Extent {
    return { total: this.geometry.total, viewport: this.viewport };
  }

  /** Changes heights while what the reader came to stays where it is; at the very top, the top stays. */
  private holding(change: () => void): void {
    const before = this.y;
    const held = this.held?.y === before ? this.held.anchor : this.geometry.anchor(before);
    const anchor = before > 0 ? held : null;
    change();
    if (anchor) this.frame = { ...this.frame, base: this.frame.base + this.geometry.locate(anchor) - before };
    this.settle(false);
    this.held = anchor?.image === undefined ? null : { anchor, y: this.y };
  }

  /** Moves the window where it must; tells the page to scroll along. */
  private settle(idle: boolean): void {
    const frame = rebase(this.frame, this.extent, idle);
    if (frame === this.frame) return;
    if (frame.scroll !== this.frame.scroll)
      this.view = { ...this.view, scrollToken: this.view.scrollToken + 1 };
    this.frame = frame;
    this.drawnAt = Number.NaN;
  }

  private moved(drawNow = false): void {
    const now = performance.now();
    const rested = now - this.lastMove.time > 200;
    const speed = Math.abs(this.y - this.lastMove.y) / Math.max(8, now - this.lastMove.time);
    this.lastMove = { y: this.y, time: now };
    const fast = !rested && speed * 1000 > FAST_VIEWPORTS_PER_SECOND * this.viewport;
    const far = !(Math.abs(this.y - this.drawnAt) < this.viewport * 0.25);
    if (drawNow || far || fast !== this.view.fast) this.draw(fast);
    for (const listener of this.moveListeners) listener();
    clearTimeout(this.settling);
    this.settling = setTimeout(() => this.rest(), SETTLE_MS);
    if (!fast) this.ensure();
  }

  private rest(): void {
    this.settle(true);
    this.draw(false);
    this.ensure();
  }

  /** Wants what is in view, then its neighbours. */
  private ensure(): void {
    if (this.viewport === 0) return;
    const { buckets } = this.geometry;
    const from = Math.max(0, this.geometry.at(this.y - this.viewport) - 1);
    const to = Math.min(buckets.length - 1, this.geometry.at(this.y + this.viewport * 2) + 1);
    const here = this.geometry.at(this.y);
    const order = buckets
      .slice(from, to + 1)
      .map((bucket, i) => ({ bucket, distance: from + i >= here ? from + i - here : here - from - i + 0.5 }));
    order.sort((a, b) => a.distance - b.distance);
    const keys = order.map(({ bucket }) => bucket.key);
    this.loader.want(keys.filter((key) => this.stale.has(key) || !this.geometry.laid.has(key)));
    this.forget(new Set(keys));
  }

  private forget(near: Set<string>): void {
    for (const key of this.geometry.laid.keys()) {
      if (this.geometry.laid.size <= KEPT) return;
      if (!near.has(key)) this.geometry.drop(key);
    }
  }

  private async fetch(key: string, signal: AbortSignal): Promise<Laid> {
    const images = splitDays(await this.ports.load(key, signal));
    return this.layOut(images);
  }

  /** Lays out for the present width, again if it changed meanwhile. */
  private async layOut(images: BucketImages): Promise<Laid> {
    for (;;) {
      const { options } = this.geometry;
      const layout = await this.ports.layout({ ratio: images.ratio, dayStart: images.dayStart }, options);
      if (options === this.geometry.options) return { images, layout };
    }
  }

  private async layOutAgain(): Promise<void> {
    const { options } = this.geometry;
    const shown = new Set(this.view.buckets.map(({ bucket }) => bucket.key));
    const all = [...this.geometry.laid].filter(([key]) => shown.has(key));
    const done = await Promise.all(
      all.map(async ([key, laid]) => [key, await this.layOut(laid.images)] as const),
    );
    if (options !== this.geometry.options) return;
    this.holding(() => {
      for (const key of [...this.geometry.laid.keys()]) if (!shown.has(key)) this.geometry.drop(key);
      for (const [key, laid] of done) this.geometry.setLaid(key, laid);
    });
    this.draw();
    this.ensure();
  }

  private take(key: string, laid: Laid): void {
    this.stale.delete(key);
    this.learnRatio(laid.images.ratio);
    this.holding(() => this.geometry.setLaid(key, laid));
    if (this.aim?.key === key) this.land(this.aim, laid);
    this.draw();
    for (const listener of this.moveListeners) listener();
  }

  private land(aim: Aim, laid: Laid): void {
    const index = this.geometry.indexOf(aim.key);
    const item = aim.image === undefined ? -1 : laid.images.columns.id.indexOf(aim.image);
    if (item >= 0) this.reveal(aim.key, item);
    else if (aim.day !== undefined)
      this.show(this.geometry.top(index) + (this.geometry.dayTop(aim.key, aim.day) ?? 0));
    this.aim = null;
  }

  private learnRatio(ratio: Float32Array): void {
    let sum = 0;
    for (const one of ratio) sum += one > 0 ? Math.min(4, one) : 1.5;
    if (ratio.length > 20) this.geometry.ratio = this.geometry.ratio * 0.7 + (sum / ratio.length) * 0.3;
  }

  /** Draws what is in view anew. */
  draw(fast = this.view.fast): void {
    const over = this.viewport * 0.75;
    const [from, to] = [this.y - over, this.y + this.viewport + over];
    const buckets = bucketsBetween(this.geometry, from, to, this.frame.base, (key) => this.loader.error(key));
    this.drawnAt = this.y;
    this.view = { ...this.view, height: elementHeight(this.frame.base, this.extent), buckets, fast };
    for (const listener of this.viewListeners) listener();
  }
}

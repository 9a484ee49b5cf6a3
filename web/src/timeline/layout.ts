/**
 * Justified layout of one bucket: rows of equal height under a heading per day.
 *
 * Works on typed arrays alone, so that it runs in a worker and its results travel without being copied. Days that
 * fill less than a row stand side by side in a band, so that a quiet year does not become a staircase.
 * Every coordinate is a whole number of CSS pixels: heights that add up exactly are what makes corrections invisible.
 */

export interface LayoutOptions {
  /** Pixels available from edge to edge. */
  width: number;
  /** Wanted height of a row, pixels. */
  rowHeight: number;
  /** Between images, both ways, pixels. */
  gap: number;
  /** Height of a day's heading, pixels. */
  heading: number;
  /** Between two days of one band, pixels. */
  dayGap: number;
  /** Narrowest a day may be, so that its heading can be read, pixels. */
  minDay: number;
  /** Below the last row of a day, pixels. */
  dayEnd: number;
}

export interface LayoutInput {
  /** Width / height of each image, newest first. */
  ratio: Float32Array;
  /** Index of the first image of each day, ascending; the first is 0. */
  dayStart: Int32Array;
}

export interface Layout {
  x: Float32Array;
  y: Float32Array;
  w: Float32Array;
  h: Float32Array;
  /** One rectangle per day, heading included: x, y, w, h in turn. */
  days: Float32Array;
  /** Pixels of the whole bucket. */
  height: number;
}

const NARROWEST = 0.3;
const WIDEST = 4;
const LARGEST_STRETCH = 1.3;
const SMALLEST_FILL = 0.72;

/** A ratio that can be laid out: unknown ones count as 3:2, extreme ones are cropped. */
export function usableRatio(ratio: number): number {
  if (!(ratio > 0) || !Number.isFinite(ratio)) return 1.5;
  return Math.min(WIDEST, Math.max(NARROWEST, ratio));
}

/** Lays out one bucket; `height` is 0 where there is no image. */
export function justify(input: LayoutInput, options: LayoutOptions): Layout {
  return new Justifier(input, options).run();
}

class Justifier {
  private readonly out: Layout;
  private readonly count: number;
  private top = 0;
  private band: number[] = [];
  private bandWidth = 0;

  constructor(
    private readonly input: LayoutInput,
    private readonly options: LayoutOptions,
  ) {
    this.count = input.ratio.length;
    this.out = {
      x: new Float32Array(this.count),
      y: new Float32Array(this.count),
      w: new Float32Array(this.count),
      h: new Float32Array(this.count),
      days: new Float32Array(input.dayStart.length * 4),
      height: 0,
    };
  }

  run(): Layout {
    if (this.count > 0) {
      for (let day = 0; day < this.input.dayStart.length; day++) this.place(day);
      this.closeBand();
    }
    this.out.height = this.top;
    return this.out;
  }

  private first(day: number): number {
    return this.input.dayStart[day]!;
  }

  private end(day: number): number {
    return day + 1 < this.input.dayStart.length ? this.input.dayStart[day + 1]! : this.count;
  }

  /** Pixels that a day's images fill in one row at `rowHeight` times `stretch`. */
  private natural(day: number, stretch = 1): number {
    const { rowHeight, gap } = this.options;
    let sum = -gap;
    for (let i = this.first(day); i < this.end(day); i++) {
      sum += usableRatio(this.input.ratio[i]!) * rowHeight * stretch + gap;
      if (sum > 1e6) break;
    }
    return sum;
  }

  private slot(day: number, stretch = 1): number {
    return Math.min(this.options.width, Math.max(this.options.minDay, this.natural(day, stretch)));
  }

  private place(day: number): void {
    if (this.natural(day) >= this.options.width) {
      this.closeBand();
      this.placeRows(day);
      return;
    }
    const slot = this.slot(day);
    if (this.band.length > 0 && this.bandWidth + this.options.dayGap + slot > this.options.width)
      this.closeBand();
    this.bandWidth += slot + (this.band.length > 0 ? this.options.dayGap : 0);
    this.band.push(day);
  }

  /** Several short days side by side, enlarged a little where that fills the width. */
  private closeBand(): void {
    if (this.band.length === 0) return;
    const { width, dayGap, heading, rowHeight, dayEnd } = this.options;
    const stretch = this.bandStretch();
    const height = Math.round(rowHeight * stretch);
    let left = 0;
    for (const day of this.band) {
      const right = Math.min(width, left + this.slot(day, stretch));
      this.setDay(day, left, this.top, right - left, heading + height);
      this.setRow(
        this.first(day),
        this.end(day),
        this.top + heading,
        height,
        left,
        Math.min(right, left + this.natural(day, stretch)),
      );
      left = Math.round(right + dayGap);
    }
    this.top += heading + height + dayEnd;
    this.band = [];
    this.bandWidth = 0;
  }

  private bandStretch(): number {
    const { width, dayGap } = this.options;
    if (this.bandWidth < width * SMALLEST_FILL) return 1;
    let [low, high] = [1, LARGEST_STRETCH];
    for (let i = 0; i < 14; i++) {
      const middle = (low + high) / 2;
      const filled = this.band.reduce(
        (sum, day) => sum + Math.max(this.options.minDay, this.natural(day, middle)) + dayGap + 1,
        0,
      );
      if (filled - dayGap <= width) low = middle;
      else high = middle;
    }
    return low;
  }

  /** A day of several rows: each as wide as the page, the last one as it comes. */
  private placeRows(day: number): void {
    const { width, gap, heading, dayEnd } = this.options;
    const dayTop = this.top;
    let y = this.top + heading;
    let from = this.first(day);
    const end = this.end(day);
    while (from < end) {
      const row = this.nextRow(from, end);
      this.setRow(from, row.end, y, row.height, 0, row.full ? width : row.width);
      y += row.height + gap;
      from = row.end;
    }
    this.setDay(day, 0, dayTop, width, y - gap - dayTop);
    this.top = y - gap + dayEnd;
  }

  /** The images of one row: broken before or after the one that overflows, whichever is nearer to the wanted height. */
  private nextRow(from: number, end: number): { end: number; height: number; width: number; full: boolean } {
    const { width, rowHeight, gap } = this.options;
    let sum = 0;
    for (let i = from; i < end; i++) {
      const before = sum;
      sum += usableRatio(this.input.ratio[i]!);
      const inner = width - gap * (i - from);
      if (sum * rowHeight < inner) continue;
      const tight = inner / sum;
      const loose = before > 0 ? (inner + gap) / before : Number.POSITIVE_INFINITY;
      if (i > from && loose / rowHeight < rowHeight / tight)
        return { end: i, height: Math.round(loose), width, full: true };
      return { end: i + 1, height: Math.max(1, Math.round(tight)), width, full: true };
    }
    return {
      end,
      height: Math.round(rowHeight),
      width: sum * rowHeight + gap * (end - from - 1),
      full: false,
    };
  }

  /** Sets images [from, end) from `left` to `right`; each edge is rounded, so that no gap drifts. */
  private setRow(from: number, end: number, y: number, height: number, left: number, right: number): void {
    const { gap } = this.options;
    const { x, y: ys, w, h } = this.out;
    let sum = 0;
    for (let i = from; i < end; i++) sum += usableRatio(this.input.ratio[i]!);
    const inner = right - left - gap * (end - from - 1);
    let before = 0;
    for (let i = from; i < end; i++) {
      const start = Math.round(left + (before / sum) * inner + gap * (i - from));
      before += usableRatio(this.input.ratio[i]!);
      const stop = Math.round(left + (before / sum) * inner + gap * (i - from));
      x[i] = start;
      ys[i] = y;
      w[i] = Math.max(1, stop - start);
      h[i] = height;
    }
  }

  private setDay(day: number, x: number, y: number, w: number, h: number): void {
    this.out.days.set([Math.round(x), y, Math.round(w), h], day * 4);
  }
}

/**
 * Height of a bucket that is not loaded, pixels: `count` images over `days` days of mean ratio `ratio`.
 * It only has to be near: what is wrong about it is corrected without a jump once the bucket is there.
 */
export function estimateHeight(count: number, days: number, ratio: number, options: LayoutOptions): number {
  if (count <= 0) return 0;
  const { width, rowHeight, gap, heading, dayGap, minDay, dayEnd } = options;
  const spread = Math.max(1, Math.min(days, count));
  const natural = (count / spread) * (usableRatio(ratio) * rowHeight + gap) - gap;
  if (natural >= width) {
    const rows = Math.ceil(natural / width);
    return Math.round(spread * (heading + rows * (rowHeight + gap) + dayEnd));
  }
  const perBand = Math.max(1, Math.floor((width + dayGap) / (Math.max(minDay, natural) + dayGap)));
  return Math.round(Math.ceil(spread / perBand) * (heading + rowHeight * 1.08 + dayEnd));
}

/** First index whose image ends below `y`; images are in order of their tops. */
export function firstBelow(layout: Layout, y: number): number {
  let [low, high] = [0, layout.y.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (layout.y[middle]! + layout.h[middle]! > y) high = middle;
    else low = middle + 1;
  }
  return low;
}

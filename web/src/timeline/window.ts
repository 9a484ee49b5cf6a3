/**
 * The scroll window: a million images are taller than any element may be, so the scrolled element shows a window of
 * the timeline. `base` is the timeline's position at the element's top. Moving `base` and the scroll position together
 * by the same amount is invisible; moving `base` alone absorbs height corrections above the reader.
 */

/** Tallest scrolled element, CSS pixels: far below Chrome's 16.8 million at 2x and Firefox's 17.8 million. */
export const WINDOW = 3_000_000;
/** Distance to an end of the window at which it moves at once, even in mid-scroll, pixels. */
export const HARD_MARGIN = 60_000;
/** The same while nothing moves. */
export const SOFT_MARGIN = 700_000;

export interface Frame {
  /** Timeline position of the scrolled element's top; negative for a moment after corrections near the start. */
  base: number;
  /** The element's scroll position. */
  scroll: number;
}

export interface Extent {
  /** Height of the whole timeline. */
  total: number;
  viewport: number;
}

/** Height of the scrolled element. */
export function elementHeight(base: number, extent: Extent): number {
  return Math.max(extent.viewport, Math.min(WINDOW, extent.total - base));
}

/** Largest position that the viewport's top can have. */
export function lastTop(extent: Extent): number {
  return Math.max(0, extent.total - extent.viewport);
}

/** The frame that shows timeline position `y` with as much room as there is on both sides. */
export function frameAt(y: number, extent: Extent): Frame {
  const top = Math.min(Math.max(0, Math.round(y)), lastTop(extent));
  const room = Math.max(0, extent.total - WINDOW);
  const base = Math.min(room, Math.max(0, Math.round(top - (WINDOW - extent.viewport) / 2)));
  return { base, scroll: top - base };
}

/** The same view in a window with room on both sides; the same object where the present one will do. */
export function rebase(frame: Frame, extent: Extent, idle: boolean): Frame {
  const margin = idle ? SOFT_MARGIN : HARD_MARGIN;
  const height = elementHeight(frame.base, extent);
  const nearStart = frame.base !== 0 && frame.scroll < margin + Math.max(0, -frame.base);
  const nearEnd = frame.base + height < extent.total && frame.scroll + extent.viewport > height - margin;
  const beyond = frame.base + frame.scroll > lastTop(extent) || frame.base + frame.scroll < 0;
  if (!nearStart && !nearEnd && !beyond) return frame;
  const moved = frameAt(frame.base + frame.scroll, extent);
  return moved.base === frame.base && moved.scroll === frame.scroll ? frame : moved;
}

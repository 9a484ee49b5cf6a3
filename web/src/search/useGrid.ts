/** The results as rows of pictures: where each stands, which are in view, and the keyboard's way through them. */
import { type RefObject, useEffect, useLayoutEffect, useMemo, useRef, useState } from "react";
import type { SearchResult } from "~/api/types";
import { firstBelow, justify, type Layout } from "~/timeline/layout";
import { DEFAULT_OPTIONS } from "~/timeline/sources";
import { type Direction, rowBeside } from "~/timeline/travel";
import { leave, placeIn } from "./trail";
import type { SearchView } from "./view";

/** Drawn above and below the view, pixels. */
const OVER = 600;
/** Results are asked for before the reader has come to them: so many views ahead. */
const AHEAD = 2;

interface Window {
  width: number;
  top: number;
  height: number;
}

export function useGrid(
  scroller: RefObject<HTMLDivElement | null>,
  view: SearchView,
  items: SearchResult[],
  want: (end: number) => void,
) {
  const [window, setWindow] = useState<Window>({ width: 0, top: 0, height: 0 });
  const layout = useMemo(() => layOut(items, window.width), [items, window.width]);
  const [start] = useState(() => placeIn(view));
  const [cursor, setCursor] = useState<number | null>(start.image);
  const wantsFocus = useRef(start.image !== null);
  useMeasured(scroller, setWindow);
  useReturn(scroller, layout.height > 0, start.top);
  const first = firstBelow(layout, window.top - OVER);
  let end = first;
  while (end < items.length && layout.y[end]! < window.top + window.height + OVER) end++;
  useEffect(() => {
    if (window.width === 0) return;
    const reached = firstBelow(layout, window.top + window.height * (1 + AHEAD));
    want(reached + 1);
  }, [layout, window, want]);
  useEffect(() => {
    if (!wantsFocus.current || cursor === null) return;
    const tile = scroller.current?.querySelector<HTMLElement>(`[data-id="${cursor}"]`);
    if (!tile) return;
    tile.focus({ preventScroll: true });
    wantsFocus.current = false;
  });
  const at = items.findIndex(({ image }) => image.id === cursor);
  const put = (index: number) => {
    const image = items[index]?.image.id;
    if (image === undefined) return;
    wantsFocus.current = true;
    setCursor(image);
    leave(view, { image });
    reveal(scroller.current, layout, index);
  };
  const inView = (index: number) =>
    index >= 0 &&
    layout.y[index]! + layout.h[index]! > window.top &&
    layout.y[index]! < window.top + window.height;
  return {
    layout,
    first,
    end,
    cursor: at < 0 ? null : cursor,
    /** Index of the tile that the Tab key reaches. */
    reachable: inView(at) ? at : Math.min(firstBelow(layout, window.top), items.length - 1),
    put,
    /** The image beside the focused one; the first in view where none is. */
    next: (direction: Direction): number => {
      if (!inView(at)) return firstBelow(layout, window.top);
      if (direction === "left" || direction === "right") return at + (direction === "left" ? -1 : 1);
      return rowBeside(layout, at, layout.x[at]! + layout.w[at]! / 2, direction === "up" ? -1 : 1);
    },
    page: (step: 1 | -1) => scroller.current?.scrollBy({ top: step * window.height * 0.9 }),
    to: (top: number) => scroller.current?.scrollTo({ top }),
  };
}

function layOut(items: SearchResult[], width: number): Layout {
  const ratio = Float32Array.from(items, ({ image: { width: w, height: h } }) => (w && h ? w / h : 0));
  const narrow = width < 640;
  return justify(
    { ratio: width > 0 ? ratio : new Float32Array(), dayStart: Int32Array.of(0) },
    {
      ...DEFAULT_OPTIONS,
      width,
      rowHeight: narrow ? 118 : width > 1900 ? 250 : 210,
      gap: narrow ? 3 : 4,
      heading: 0,
      minDay: 0,
      dayEnd: 0,
    },
  );
}

/** Keeps the size of the view and how far it is scrolled. */
function useMeasured(scroller: RefObject<HTMLDivElement | null>, set: (window: Window) => void): void {
  useLayoutEffect(() => {
    const element = scroller.current!;
    let told = "";
    const measure = () => {
      const style = getComputedStyle(element);
      const width = element.clientWidth - parseFloat(style.paddingLeft) - parseFloat(style.paddingRight);
      const now = { width: Math.floor(width), top: element.scrollTop, height: element.clientHeight };
      if (told === (told = Object.values(now).join())) return;
      set(now);
    };
    measure();
    const observer = new ResizeObserver(measure);
    observer.observe(element);
    element.addEventListener("scroll", measure, { passive: true });
    return () => {
      observer.disconnect();
      element.removeEventListener("scroll", measure);
    };
  }, [scroller, set]);
}

/** Goes back to where the reader was, once there is something to scroll. */
function useReturn(scroller: RefObject<HTMLDivElement | null>, ready: boolean, top: number): void {
  const back = useRef(top);
  useLayoutEffect(() => {
    if (!ready || back.current === 0 || !scroller.current) return;
    scroller.current.scrollTo({ top: back.current });
    back.current = 0;
  }, [scroller, ready]);
}

function reveal(element: HTMLElement | null, { y, h }: Layout, index: number): void {
  if (!element) return;
  const room = 12;
  const [top, bottom] = [y[index]! - room, y[index]! + h[index]! + room];
  if (top < element.scrollTop) element.scrollTo({ top });
  else if (bottom > element.scrollTop + element.clientHeight)
    element.scrollTo({ top: bottom - element.clientHeight });
}

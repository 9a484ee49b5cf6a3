/** The height of the timeline's rows: as wide as the page, as large as the reader wants it. */
import { type RefObject, useCallback, useLayoutEffect, useState } from "react";
import type { Timeline } from "./engine";
import type { LayoutOptions } from "./layout";
import { DEFAULT_OPTIONS } from "./sources";

const ROWS = "lumina-row-height";
const STEPS = [90, 120, 150, 180, 210, 250, 300, 360, 430];

/** Keeps the layout's options in step with the element's size and the wanted row height. */
export function useRowHeight(scroller: RefObject<HTMLDivElement | null>, timeline: Timeline) {
  const [wanted, setWanted] = useState<number | null>(() => Number(localStorage.getItem(ROWS)) || null);
  useLayoutEffect(() => {
    const element = scroller.current;
    if (!element) return;
    const measure = () => {
      const style = getComputedStyle(element);
      const width = element.clientWidth - parseFloat(style.paddingLeft) - parseFloat(style.paddingRight);
      if (width > 0) timeline.resize(optionsFor(Math.floor(width), wanted), element.clientHeight);
    };
    measure();
    const observer = new ResizeObserver(measure);
    observer.observe(element);
    return () => observer.disconnect();
  }, [scroller, timeline, wanted]);
  const enlarge = useCallback(
    (step: 1 | -1) => {
      const now = wanted ?? timeline.geometry.options.rowHeight;
      const nearest = STEPS.reduce(
        (best, one, i) => (Math.abs(one - now) < Math.abs(STEPS[best]! - now) ? i : best),
        0,
      );
      const next = STEPS[Math.min(STEPS.length - 1, Math.max(0, nearest + step))]!;
      localStorage.setItem(ROWS, String(next));
      setWanted(next);
    },
    [timeline, wanted],
  );
  return [enlarge] as const;
}

function optionsFor(width: number, wanted: number | null): LayoutOptions {
  const narrow = width < 640;
  const rowHeight = Math.min(
    wanted ?? (narrow ? 118 : width > 1900 ? 250 : 210),
    Math.max(90, Math.round(width / 1.6)),
  );
  return {
    ...DEFAULT_OPTIONS,
    width,
    rowHeight,
    gap: narrow ? 3 : 4,
    dayGap: narrow ? 12 : 22,
    minDay: narrow ? 96 : 132,
  };
}

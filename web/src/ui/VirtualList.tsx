import { type ReactNode, useEffect, useRef, useState } from "react";
import styles from "./VirtualList.module.css";

interface ListProps {
  label: string;
  total: number;
  rowHeight: number;
  row: (index: number) => ReactNode;
  /** Told which rows are in view, or nearly so: [first, end). */
  onRange?: (first: number, end: number) => void;
  /** Row that is kept in view as it changes. */
  current?: number;
}

/** Rows drawn beyond the view, so that scrolling doesn't outrun them. */
const OVER = 6;
/** Browsers cut elements that are higher, in pixels of the device; what is beyond comes up as rows above go. */
const HIGHEST = 8_000_000;

/** Rows of one height, of which only those in view are drawn. */
export function VirtualList({ label, total, rowHeight, row, onRange, current }: ListProps) {
  const scroller = useRef<HTMLDivElement>(null);
  const [range, setRange] = useState<[number, number]>([0, 20]);
  const shown = Math.min(total, Math.floor(HIGHEST / rowHeight / (window.devicePixelRatio || 1)));
  const [first, end] = [Math.min(range[0], shown), Math.min(range[1], shown)];
  useEffect(() => {
    const element = scroller.current!;
    const measure = () => {
      const from = Math.max(0, Math.floor(element.scrollTop / rowHeight) - OVER);
      const to = Math.ceil((element.scrollTop + element.clientHeight) / rowHeight) + OVER;
      setRange((now) => (now[0] === from && now[1] === to ? now : [from, to]));
    };
    measure();
    const observer = new ResizeObserver(measure);
    observer.observe(element);
    element.addEventListener("scroll", measure, { passive: true });
    return () => {
      observer.disconnect();
      element.removeEventListener("scroll", measure);
    };
  }, [rowHeight]);
  useEffect(() => onRange?.(first, end), [onRange, first, end]);
  useEffect(() => {
    const element = scroller.current;
    if (!element || current === undefined || current < 0) return;
    const [top, bottom] = [current * rowHeight, (current + 1) * rowHeight];
    if (top < element.scrollTop) element.scrollTop = top;
    else if (bottom > element.scrollTop + element.clientHeight)
      element.scrollTop = bottom - element.clientHeight;
  }, [current, rowHeight]);
  const rows = [];
  for (let index = first; index < end; index++)
    rows.push(
      <li
        key={index}
        className={styles.row}
        style={{ top: index * rowHeight, height: rowHeight }}
        aria-posinset={index + 1}
        aria-setsize={total}
      >
        {row(index)}
      </li>,
    );
  return (
    <div ref={scroller} className={styles.scroller} data-testid="list">
      <ul className={styles.list} style={{ height: shown * rowHeight }} aria-label={label}>
        {rows}
      </ul>
    </div>
  );
}

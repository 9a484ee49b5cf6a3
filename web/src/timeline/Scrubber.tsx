import { Tooltip } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { IconChartBar, IconProgressCheck } from "@tabler/icons-react";
import { type KeyboardEvent, type PointerEvent, useEffect, useLayoutEffect, useRef, useState } from "react";
import type { Filters } from "~/lib/filters";
import { plainDay } from "~/lib/format";
import { toBuckets } from "./buckets";
import type { Timeline } from "./engine";
import { dateAt, type Place } from "./scale";
import { bucketsQuery } from "./sources";
import { densityBars, doneShares, dragSpeed, perMonth, spacedMarks } from "./strip";
import { travel } from "./travel";
import styles from "./Scrubber.module.css";

type Strip = "density" | "coverage";

/** The whole timeline as one strip: reaches any date in one drag; to the left of it the drag gets finer. */
export function Scrubber({ timeline, filters }: { timeline: Timeline; filters: Filters }) {
  const rail = useRef<HTMLDivElement>(null);
  const [height, setHeight] = useState(0);
  const [strip, setStrip] = useState<Strip>("density");
  const [drag, setDrag] = useState<{ at: number; y: number } | null>(null);
  const [hover, setHover] = useState<number | null>(null);
  const here = useHere(timeline);
  useLayoutEffect(() => {
    const element = rail.current;
    if (!element) return;
    const observer = new ResizeObserver(() => setHeight(element.clientHeight));
    observer.observe(element);
    return () => observer.disconnect();
  }, []);

  const fractionAt = (event: PointerEvent) => {
    const box = rail.current!.getBoundingClientRect();
    return Math.min(1, Math.max(0, (event.clientY - box.top) / box.height));
  };
  const go = (at: number, y: number) => {
    setDrag({ at, y });
    timeline.showPlace(timeline.scale.place(at));
  };
  const down = (event: PointerEvent<HTMLDivElement>) => {
    if (event.button !== 0) return;
    event.currentTarget.setPointerCapture(event.pointerId);
    go(fractionAt(event), event.clientY);
  };
  const move = (event: PointerEvent<HTMLDivElement>) => {
    if (!drag) return setHover(fractionAt(event));
    const box = event.currentTarget.getBoundingClientRect();
    const speed = dragSpeed(box.left - event.clientX);
    const at =
      speed === 1
        ? fractionAt(event)
        : Math.min(1, Math.max(0, drag.at + ((event.clientY - drag.y) / box.height) * speed));
    go(at, event.clientY);
  };
  const up = () => setDrag(null);
  const at = drag?.at ?? here.at;
  const bubble = drag ? drag.at : hover;
  return (
    <div className={styles.scrubber} data-dragging={drag ? "" : undefined}>
      <div
        ref={rail}
        className={styles.rail}
        role="slider"
        tabIndex={0}
        aria-label="Date"
        aria-orientation="vertical"
        aria-valuemin={0}
        aria-valuemax={1000}
        aria-valuenow={Math.round(at * 1000)}
        aria-valuetext={wordsAt(timeline, timeline.scale.place(at))}
        onPointerDown={down}
        onPointerMove={move}
        onPointerUp={up}
        onPointerCancel={up}
        onPointerLeave={() => setHover(null)}
        onKeyDown={(event) => pressed(event, timeline)}
        data-testid="scrubber"
      >
        <StripCanvas
          timeline={timeline}
          filters={filters}
          strip={strip}
          height={height}
          buckets={here.list}
        />
        <div className={styles.marks} aria-hidden>
          {spacedMarks(timeline.scale, height, 26).map(({ at: top, year }) => (
            <span key={year} style={{ top: `${top * 100}%` }}>
              {year}
            </span>
          ))}
        </div>
        <div className={styles.thumb} style={{ top: `${at * 100}%` }} aria-hidden />
        {bubble !== null && (
          <div className={styles.bubble} style={{ top: `${bubble * 100}%` }} aria-hidden>
            {wordsAt(timeline, timeline.scale.place(bubble))}
          </div>
        )}
      </div>
      <StripToggle strip={strip} onChange={setStrip} disabled={filters.stage !== undefined} />
    </div>
  );
}

function StripToggle({
  strip,
  onChange,
  disabled,
}: {
  strip: Strip;
  onChange: (strip: Strip) => void;
  disabled: boolean;
}) {
  const other = strip === "density" ? "coverage" : "density";
  const label = other === "coverage" ? "Show what has a thumbnail" : "Show how many images";
  const Icon = strip === "density" ? IconChartBar : IconProgressCheck;
  if (disabled) return null;
  return (
    <Tooltip label={label} position="left">
      <button type="button" className={styles.toggle} aria-label={label} onClick={() => onChange(other)}>
        <Icon size={17} stroke={1.6} aria-hidden />
      </button>
    </Tooltip>
  );
}

function pressed(event: KeyboardEvent, timeline: Timeline): void {
  const acts: Record<string, () => unknown> = {
    ArrowDown: () => void travel(timeline, "month", 1),
    ArrowRight: () => void travel(timeline, "month", 1),
    ArrowUp: () => void travel(timeline, "month", -1),
    ArrowLeft: () => void travel(timeline, "month", -1),
    PageDown: () => void travel(timeline, "year", 1),
    PageUp: () => void travel(timeline, "year", -1),
    Home: () => timeline.show(0),
    End: () => timeline.show(timeline.geometry.total),
  };
  const act = acts[event.key];
  if (!act) return;
  event.preventDefault();
  act();
}

function wordsAt(timeline: Timeline, place: Place): string {
  const bucket = timeline.geometry.buckets[place.bucket];
  if (!bucket) return "";
  return bucket.undated ? "Without a date" : plainDay(dateAt(bucket, place.within));
}

/** The reader's place on the strip and the present list, at most once per frame. */
function useHere(timeline: Timeline) {
  const read = () => ({ at: timeline.scale.fraction(timeline.place), list: timeline.geometry.buckets });
  const [here, setHere] = useState(read);
  useEffect(() => {
    let frame = 0;
    const soon = () => {
      frame ||= requestAnimationFrame(() => {
        frame = 0;
        setHere(read);
      });
    };
    soon();
    const stops = [timeline.onMove(soon), timeline.subscribe(soon)];
    return () => {
      cancelAnimationFrame(frame);
      for (const stop of stops) stop();
    };
    // `read` only closes over `timeline`.
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, [timeline]);
  return here;
}

interface CanvasProps {
  timeline: Timeline;
  filters: Filters;
  strip: Strip;
  height: number;
  buckets: Timeline["geometry"]["buckets"];
}

function StripCanvas({ timeline, filters, strip, height, buckets }: CanvasProps) {
  const canvas = useRef<HTMLCanvasElement>(null);
  const covered = useQuery({
    ...bucketsQuery({ ...filters, stage: "thumbnail", stage_state: "done" }),
    enabled: strip === "coverage",
    refetchInterval: 15_000,
  });
  const done = strip === "coverage" ? covered.data : undefined;
  useEffect(() => {
    const element = canvas.current;
    if (!element || height === 0) return;
    const paint = () => paintStrip(element, timeline, height, done ? perMonth(toBuckets(done)) : null);
    paint();
    const scheme = new MutationObserver(paint);
    scheme.observe(document.documentElement, { attributeFilter: ["data-mantine-color-scheme"] });
    return () => scheme.disconnect();
  }, [timeline, buckets, height, done]);
  return <canvas ref={canvas} className={styles.canvas} aria-hidden />;
}

function paintStrip(
  element: HTMLCanvasElement,
  timeline: Timeline,
  height: number,
  done: Map<string, number> | null,
): void {
  const scale = window.devicePixelRatio || 1;
  const width = element.clientWidth;
  element.width = Math.round(width * scale);
  element.height = Math.round(height * scale);
  const pen = element.getContext("2d");
  if (!pen) return;
  const style = getComputedStyle(element);
  const rows = Math.floor(height / 2);
  const bars = densityBars(timeline.geometry.buckets, timeline.scale, rows);
  const shares = done && doneShares(timeline.geometry.buckets, done, timeline.scale, rows);
  pen.scale(scale, scale);
  bars.forEach((bar, row) => {
    if (bar === 0) return;
    const length = Math.max(2, bar * width);
    pen.fillStyle = style.getPropertyValue(shares ? "--bad" : "--control");
    pen.fillRect(width - length, row * 2, length, 1.4);
    if (!shares) return;
    pen.fillStyle = style.getPropertyValue("--good");
    pen.fillRect(width - length, row * 2, length * Math.max(0, shares[row]!), 1.4);
  });
}

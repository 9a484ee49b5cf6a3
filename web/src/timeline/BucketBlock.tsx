import { memo } from "react";
import type { Selection } from "~/curation/selection";
import { clock, compactDay, count, images, longDay, monthYear, shortDay } from "~/lib/format";
import { ProblemNote } from "~/ui/States";
import { type Bucket, marksAt } from "./buckets";
import type { Laid } from "./geometry";
import { Tile } from "./Tile";
import type { BucketView } from "./view";
import styles from "./Timeline.module.css";

interface BlockProps {
  view: BucketView;
  fast: boolean;
  /** Id of the tile that the Tab key reaches, where it is in this bucket. */
  focusable: number | null;
  selected: Selection;
  onRetry: () => void;
}

/** One bucket: its days, or a sketch of them while it loads. */
export const BucketBlock = memo(function BucketBlock({
  view,
  fast,
  focusable,
  selected,
  onRetry,
}: BlockProps) {
  const { bucket, top, height, laid, problem } = view;
  return (
    <div
      className={styles.bucket}
      style={{ top, height }}
      data-key={bucket.key}
      data-shelf={bucket.key === "undated.1" ? "" : undefined}
      data-loaded={laid ? "" : undefined}
    >
      {laid ? (
        daysInView(view, laid).map((day) => (
          <Day
            key={laid.images.days[day]}
            bucket={bucket}
            laid={laid}
            day={day}
            view={view}
            fast={fast}
            focusable={focusable}
            selected={selected}
          />
        ))
      ) : (
        <div className={styles.sketch}>
          <div className={styles.sketchTitle}>
            {problem ? (
              <ProblemNote error={problem} doing={`read ${bucketTitle(bucket)}`} onRetry={onRetry} />
            ) : (
              <span>
                {bucketTitle(bucket)} · {images(bucket.count)}
              </span>
            )}
          </div>
        </div>
      )}
    </div>
  );
}, same);

function same(a: BlockProps, b: BlockProps): boolean {
  if (a.fast !== b.fast || a.focusable !== b.focusable || a.selected !== b.selected) return false;
  const [x, y] = [a.view, b.view];
  return (
    x.bucket === y.bucket &&
    x.top === y.top &&
    x.height === y.height &&
    x.laid === y.laid &&
    x.first === y.first &&
    x.end === y.end &&
    x.problem === y.problem
  );
}

function bucketTitle(bucket: Bucket): string {
  return bucket.undated ? "Without a date" : monthYear(bucket.end);
}

function daysInView({ first, end }: BucketView, { images: { dayStart } }: Laid): number[] {
  const shown: number[] = [];
  for (let day = 0; day < dayStart.length; day++) {
    const stop = dayStart[day + 1] ?? Number.POSITIVE_INFINITY;
    if (dayStart[day]! < end && stop > first) shown.push(day);
  }
  return shown;
}

interface DayProps {
  bucket: Bucket;
  laid: Laid;
  day: number;
  view: BucketView;
  fast: boolean;
  focusable: number | null;
  selected: Selection;
}

function Day({ bucket, laid, day, view, fast, focusable, selected }: DayProps) {
  const { layout, images: known } = laid;
  const { columns } = known;
  const [left, top, width, height] = layout.days.subarray(day * 4, day * 4 + 4) as unknown as [
    number,
    number,
    number,
    number,
  ];
  const start = known.dayStart[day]!;
  const stop = known.dayStart[day + 1] ?? columns.id.length;
  const tiles = [];
  for (let i = Math.max(start, view.first); i < Math.min(stop, view.end); i++) {
    tiles.push(
      <Tile
        key={columns.id[i]}
        id={columns.id[i]!}
        bucket={bucket.key}
        x={layout.x[i]! - left}
        y={layout.y[i]! - top}
        w={layout.w[i]!}
        h={layout.h[i]!}
        name={columns.name[i] ?? ""}
        takenAt={columns.taken_at[i] ?? null}
        video={columns.kind[i] === "video"}
        duration={columns.duration[i] ?? null}
        state={columns.state[i] ?? "missing"}
        placeholder={columns.placeholder[i] ?? null}
        thumbnail={columns.thumbnail[i] ?? null}
        load={!fast}
        focusable={columns.id[i] === focusable}
        selected={selected.everything || selected.ids.has(columns.id[i]!)}
        marks={marksAt(columns, i)}
      />,
    );
  }
  return (
    <section
      className={styles.day}
      style={{ left, top, width, height }}
      data-undated={bucket.undated || undefined}
    >
      <DayHeading bucket={bucket} laid={laid} day={day} width={width} start={start} stop={stop} />
      {tiles}
    </section>
  );
}

function DayHeading({
  bucket,
  laid,
  day,
  width,
  start,
  stop,
}: {
  bucket: Bucket;
  laid: Laid;
  day: number;
  width: number;
  start: number;
  stop: number;
}) {
  const date = laid.images.days[day] ?? "";
  const isPart = bucket.key.includes(".");
  const name = bucket.undated
    ? "Without a date"
    : width < 190
      ? compactDay(date)
      : width < 300
        ? shortDay(date)
        : longDay(date);
  const times = laid.images.columns.taken_at;
  const range =
    isPart && !bucket.undated ? `${clock(times[start] ?? "")} – ${clock(times[stop - 1] ?? "")}` : "";
  return (
    <h2 className={styles.heading} title={name}>
      <span className={styles.dayName}>{name}</span>
      {range && <span className={styles.dayNote}>{range}</span>}
      {width > 220 && stop - start > 1 && <span className={styles.dayNote}>{count(stop - start)}</span>}
    </h2>
  );
}

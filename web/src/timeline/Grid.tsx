import { useNavigate } from "@tanstack/react-router";
import {
  type MouseEvent,
  type Ref,
  useCallback,
  useEffect,
  useImperativeHandle,
  useLayoutEffect,
  useMemo,
  useRef,
  useState,
  useSyncExternalStore,
} from "react";
import { choose, isEmpty, selection } from "~/curation/selection";
import type { Filters } from "~/lib/filters";
import { useStore } from "~/lib/store";
import { BucketBlock } from "./BucketBlock";
import { spotOfTile, useChoosing } from "./choosing";
import type { Timeline } from "./engine";
import { LoadingRows } from "./LoadingRows";
import { Peek } from "./Peek";
import { useRowHeight } from "./rows";
import { type Direction, neighbour, type Spot } from "./travel";
import type { BucketView } from "./view";
import styles from "./Timeline.module.css";

/** An image that holds the keyboard's focus; known by id, so that it survives a refresh. */
export interface Cursor {
  key: string;
  id: number;
}

export interface GridHandle {
  move(direction: Direction): void;
  peek(): void;
  open(): void;
  enlarge(step: 1 | -1): void;
  /** Chooses the focused image, or leaves it out. */
  choose(): void;
  /** Moves on and chooses everything on the way. */
  extend(direction: Direction): void;
  /** Chooses the bucket that the focused image, or else the top of the view, is in. */
  chooseBucket(): void;
  /** The focused image. */
  here(): number | null;
}

interface GridProps {
  timeline: Timeline;
  filters: Filters;
  loading: boolean;
  ref: Ref<GridHandle>;
}

/** Where the keyboard was, by timeline; coming back from an image goes on there. */
const cursors = new WeakMap<Timeline, Cursor>();

export function setCursorOf(timeline: Timeline, cursor: Cursor): void {
  cursors.set(timeline, cursor);
}

export function Grid({ timeline, filters, loading, ref }: GridProps) {
  const scroller = useRef<HTMLDivElement>(null);
  const view = useSyncExternalStore(timeline.subscribe, timeline.getView);
  const navigate = useNavigate();
  const [cursor, setCursor] = useState<Cursor | null>(() => cursors.get(timeline) ?? null);
  const [peeking, setPeeking] = useState(false);
  const [enlarge] = useRowHeight(scroller, timeline);
  const wantsFocus = useRef(cursor !== null);
  const choosing = useChoosing(timeline);
  const selected = useStore(selection);

  useLayoutEffect(() => {
    if (scroller.current) scroller.current.scrollTop = timeline.scrollTop;
  }, [timeline, view.scrollToken]);

  useEffect(() => {
    if (!wantsFocus.current || !cursor) return;
    const tile = scroller.current?.querySelector<HTMLElement>(`[data-id="${cursor.id}"]`);
    if (!tile) return;
    tile.focus({ preventScroll: true });
    wantsFocus.current = false;
  });

  const put = useCallback(
    (spot: Spot) => {
      const id = timeline.geometry.laid.get(spot.key)?.images.columns.id[spot.item];
      if (id === undefined) return;
      wantsFocus.current = true;
      setCursorOf(timeline, { key: spot.key, id });
      setCursor({ key: spot.key, id });
      timeline.reveal(spot.key, spot.item);
    },
    [timeline],
  );
  const open = useCallback(
    (id: number) => void navigate({ to: "/image/$id", params: { id: String(id) }, search: filters }),
    [navigate, filters],
  );
  useImperativeHandle(ref, () => {
    const here = () => spotOf(timeline, cursor) ?? firstSpot(timeline, view.buckets);
    return {
      move(direction) {
        const from = spotOf(timeline, cursor);
        const to =
          from && isInView(timeline, from)
            ? neighbour(timeline, from, direction)
            : firstSpot(timeline, view.buckets);
        if (to) put(to);
      },
      peek() {
        const spot = here();
        if (spot) put(spot);
        setPeeking((on) => !on && spot !== null);
      },
      open() {
        const spot = here();
        const id = spot && timeline.geometry.laid.get(spot.key)?.images.columns.id[spot.item];
        if (id !== undefined && id !== null) open(id);
      },
      enlarge,
      choose() {
        const spot = here();
        const id = spot && idAt(timeline, spot);
        if (!spot || id === null) return;
        choosing.one(spot, id);
        put(spot);
      },
      extend(direction) {
        const from = here();
        if (!from) return;
        if (isEmpty(selection.get())) choosing.range(from);
        const to = neighbour(timeline, from, direction);
        if (!to) return;
        choosing.range(to);
        put(to);
      },
      chooseBucket() {
        const key = here()?.key;
        if (key)
          void timeline.laidOf(key).then(
            ({ images }) => choose(images.columns.id),
            () => undefined,
          );
      },
      here: () => (spotOf(timeline, cursor) ? (cursor?.id ?? null) : null),
    };
  }, [timeline, cursor, view, put, open, enlarge, choosing]);

  const onClick = (event: MouseEvent) => {
    const tile = (event.target as Element).closest<HTMLElement>("a[data-id]");
    if (!tile || event.button !== 0) return;
    const id = Number(tile.dataset.id);
    const spot = spotOfTile(timeline, tile);
    if (spot && choosing.clicked(event, spot, id)) {
      event.preventDefault();
      put(spot);
      return;
    }
    if (event.metaKey || event.ctrlKey || event.shiftKey) return;
    event.preventDefault();
    setCursorOf(timeline, { key: tile.dataset.bucket ?? "", id });
    open(id);
  };
  const focusable = useMemo(() => reachable(timeline, view.buckets, cursor), [timeline, view, cursor]);
  return (
    <div
      className={styles.scroller}
      ref={scroller}
      onScroll={(event) => timeline.scrolled(event.currentTarget.scrollTop)}
      data-testid="timeline"
      data-choosing={isEmpty(selected) ? undefined : ""}
    >
      {loading && <LoadingRows />}
      {/* A click anywhere on a tile is the link's own; here it only stays within the page. */}
      {/* eslint-disable-next-line jsx-a11y/click-events-have-key-events, jsx-a11y/no-static-element-interactions */}
      <div
        className={styles.canvas}
        style={{ height: view.height }}
        onClick={onClick}
        onContextMenu={(event) => matchMedia("(hover: none)").matches && event.preventDefault()}
        {...choosing.press}
        data-testid="canvas"
      >
        {view.buckets.map((bucket) => (
          <BucketBlock
            key={bucket.bucket.key}
            view={bucket}
            fast={view.fast}
            focusable={focusable?.key === bucket.bucket.key ? focusable.id : null}
            selected={selected}
            onRetry={() => timeline.loader.retry()}
          />
        ))}
      </div>
      {peeking && cursor && (
        <Peek timeline={timeline} cursor={cursor} onClose={() => setPeeking(false)} onOpen={open} />
      )}
    </div>
  );
}

/** The one tile that the Tab key reaches: the cursor while it is drawn, else the first one in view. */
function reachable(timeline: Timeline, buckets: BucketView[], cursor: Cursor | null): Cursor | null {
  const drawn = buckets.find(({ bucket }) => bucket.key === cursor?.key);
  if (cursor && drawn?.laid) {
    const item = drawn.laid.images.columns.id.indexOf(cursor.id);
    if (item >= drawn.first && item < drawn.end) return cursor;
  }
  const spot = firstSpot(timeline, buckets);
  const id = spot && timeline.geometry.laid.get(spot.key)?.images.columns.id[spot.item];
  return spot && id !== undefined && id !== null ? { key: spot.key, id } : null;
}

function idAt(timeline: Timeline, spot: Spot): number | null {
  return timeline.geometry.laid.get(spot.key)?.images.columns.id[spot.item] ?? null;
}

function spotOf(timeline: Timeline, cursor: Cursor | null): Spot | null {
  if (!cursor) return null;
  const item = timeline.geometry.laid.get(cursor.key)?.images.columns.id.indexOf(cursor.id) ?? -1;
  return item >= 0 ? { key: cursor.key, item } : null;
}

function isInView(timeline: Timeline, spot: Spot): boolean {
  const layout = timeline.geometry.laid.get(spot.key)?.layout;
  if (!layout) return false;
  const top = timeline.geometry.top(timeline.geometry.indexOf(spot.key)) + layout.y[spot.item]!;
  return top + layout.h[spot.item]! > timeline.y && top < timeline.y + timeline.viewportHeight;
}

function firstSpot(timeline: Timeline, buckets: BucketView[]): Spot | null {
  for (const { bucket, first, end } of buckets) {
    for (let item = first; item < end; item++)
      if (isInView(timeline, { key: bucket.key, item })) return { key: bucket.key, item };
  }
  return null;
}

import { useQuery } from "@tanstack/react-query";
import { useNavigate, useSearch } from "@tanstack/react-router";
import { useEffect, useMemo, useRef, useState } from "react";
import { api } from "~/api/client";
import { onChange } from "~/api/events";
import { asProblem, Problem } from "~/api/problem";
import { clearSelection } from "~/curation/selection";
import { useActions } from "~/lib/actions";
import { usePageCommand } from "~/lib/commands";
import { countFilters, filterKey, readFilters } from "~/lib/filters";
import { listCommand } from "~/lib/cli";
import { useTitle } from "~/lib/title";
import { ProblemNote } from "~/ui/States";
import { toBuckets } from "./buckets";
import { Culling } from "./Culling";
import { EmptyTimeline } from "./EmptyTimeline";
import type { Timeline } from "./engine";
import { GoToDate } from "./GoToDate";
import { Grid, type GridHandle } from "./Grid";
import { ScanBar } from "./ScanBar";
import { bucketAt } from "./scale";
import { Scrubber } from "./Scrubber";
import { bucketsQuery, timelineFor } from "./sources";
import { TimelineHeader } from "./TimelineHeader";
import { travel, type Unit } from "./travel";
import { waitingImages } from "./view";
import styles from "./Timeline.module.css";

const REFRESH_MS = 1500;
/** What this page has changed itself is to be seen at once. */
const OWN_MS = 60;
const ATTENTION_MS = 1200;

export function TimelinePage() {
  const search = useSearch({ from: "/" });
  const key = filterKey(search);
  // The same filters in a new object are the same view.
  // eslint-disable-next-line react-hooks/exhaustive-deps
  const filters = useMemo(() => readFilters({ ...search }), [key]);
  const timeline = useMemo(() => timelineFor(filters), [filters]);
  const { data, error, refetch } = useQuery(bucketsQuery(filters));
  const [asking, setAsking] = useState(false);
  const grid = useRef<GridHandle>(null);
  useTitle("Timeline");
  useEffect(() => {
    const timer = setTimeout(() => void import("~/image/ImagePage"), 1500); // the likely next page
    return () => clearTimeout(timer);
  }, []);
  usePageCommand(listCommand(filters), `/api/images${key ? `?${key}` : ""}`);
  useFreshness(timeline, refetch);
  useAttention(timeline);
  useEffect(() => {
    if (data) timeline.setBuckets(toBuckets(data));
  }, [timeline, data]);
  useTimelineKeys(timeline, grid, () => setAsking(true));
  const goTo = (date: string) => timeline.showDay(bucketAt(timeline.geometry.buckets, date), date);
  return (
    <main id="main" className={styles.page}>
      <TimelineHeader timeline={timeline} filters={filters} list={data} onGoTo={() => setAsking(true)} />
      <ScanBar />
      {error && <Trouble error={error} hasData={data !== undefined} onRetry={() => void refetch()} />}
      {data?.total === 0 ? (
        <EmptyTimeline filtered={countFilters(filters) > 0} shelf={filters.shelf} />
      ) : (
        <div className={styles.body}>
          <Grid key={key} ref={grid} timeline={timeline} filters={filters} loading={!data && !error} />
          {data && <Scrubber timeline={timeline} filters={filters} />}
          <Culling timeline={timeline} filters={filters} grid={grid} total={data?.total ?? 0} />
        </div>
      )}
      {asking && <GoToDate timeline={timeline} onClose={() => setAsking(false)} onGo={goTo} />}
    </main>
  );
}

/** Why the timeline couldn't be read; while the server is away, what was loaded stays and a bar says so. */
function Trouble({ error, hasData, onRetry }: { error: unknown; hasData: boolean; onRetry: () => void }) {
  if (hasData && asProblem(error).offline) return null;
  return (
    <div className={styles.note}>
      <ProblemNote error={error} doing="read the timeline" onRetry={onRetry} />
    </div>
  );
}

/** Reads the list and what is in view again when the server says that something changed. */
function useFreshness(timeline: Timeline, refetch: () => Promise<unknown>): void {
  useEffect(() => {
    let timer: ReturnType<typeof setTimeout> | undefined;
    const stop = onChange((event) => {
      if (event === "published") return;
      const own = event === "own" || event === "undone";
      if (own) timer = void clearTimeout(timer);
      timer ??= setTimeout(
        () => {
          timer = undefined;
          void refetch().then(() => timeline.refresh());
        },
        own ? OWN_MS : REFRESH_MS,
      );
    });
    const gone = timeline.subscribe(() => {
      const lost = timeline.view.buckets.some(
        ({ problem }) => problem instanceof Problem && problem.status === 404,
      );
      if (lost) timer ??= setTimeout(() => ((timer = undefined), void refetch()), REFRESH_MS);
    });
    return () => {
      clearTimeout(timer);
      stop();
      gone();
    };
  }, [timeline, refetch]);
}

/** Tells the server what is being looked at, so that it is processed first. */
function useAttention(timeline: Timeline): void {
  useEffect(() => {
    let timer: ReturnType<typeof setTimeout> | undefined;
    let told = "";
    const tell = () => {
      timer = undefined;
      const waiting = waitingImages(timeline.view, 200);
      if (waiting.length === 0 || waiting.join() === told) return;
      told = waiting.join();
      api.attention(waiting).catch(() => undefined); // a wish, not a need
    };
    const stop = timeline.subscribe(() => (timer ??= setTimeout(tell, ATTENTION_MS)));
    return () => {
      clearTimeout(timer);
      stop();
    };
  }, [timeline]);
}

function useTimelineKeys(
  timeline: Timeline,
  grid: React.RefObject<GridHandle | null>,
  ask: () => void,
): void {
  const go = (unit: Unit, step: 1 | -1) => () => void travel(timeline, unit, step);
  const navigate = useNavigate({ from: "/" });
  const ends = (last: boolean) => () => timeline.show(last ? timeline.geometry.total : 0);
  useActions("Timeline", [
    { label: "Next day", keys: ["D"], run: go("day", 1) },
    { label: "Previous day", keys: ["Shift+D"], run: go("day", -1) },
    { label: "Next month", keys: ["M"], run: go("month", 1) },
    { label: "Previous month", keys: ["Shift+M"], run: go("month", -1) },
    { label: "Next year", keys: ["Y"], run: go("year", 1) },
    { label: "Previous year", keys: ["Shift+Y"], run: go("year", -1) },
    { label: "Go to a date", keys: ["G"], run: ask },
    { label: "Newest images", keys: ["Home"], run: ends(false) },
    { label: "Oldest images", keys: ["End"], run: ends(true) },
    { label: "Image to the left", keys: ["ArrowLeft"], keyOnly: true, run: () => grid.current?.move("left") },
    {
      label: "Image to the right",
      keys: ["ArrowRight"],
      keyOnly: true,
      run: () => grid.current?.move("right"),
    },
    { label: "Image above", keys: ["ArrowUp"], keyOnly: true, run: () => grid.current?.move("up") },
    { label: "Image below", keys: ["ArrowDown"], keyOnly: true, run: () => grid.current?.move("down") },
    {
      label: "Page down",
      keys: ["PageDown"],
      keyOnly: true,
      run: () => timeline.show(timeline.y + timeline.viewportHeight * 0.9),
    },
    {
      label: "Page up",
      keys: ["PageUp"],
      keyOnly: true,
      run: () => timeline.show(timeline.y - timeline.viewportHeight * 0.9),
    },
    { label: "Choose the image", keys: ["S"], run: () => grid.current?.choose() },
    { label: "Choose all of this month", keys: ["$mod+A"], run: () => grid.current?.chooseBucket() },
    {
      label: "Choose on to the right",
      keys: ["Shift+ArrowRight"],
      run: () => grid.current?.extend("right"),
    },
    { label: "Choose on to the left", keys: ["Shift+ArrowLeft"], run: () => grid.current?.extend("left") },
    {
      label: "Choose on below",
      keys: ["Shift+ArrowDown"],
      keyOnly: true,
      run: () => grid.current?.extend("down"),
    },
    {
      label: "Choose on above",
      keys: ["Shift+ArrowUp"],
      keyOnly: true,
      run: () => grid.current?.extend("up"),
    },
    { label: "Choose none", keys: ["Escape"], run: clearSelection },
    { label: "Peek at the image", keys: ["Space"], run: () => grid.current?.peek() },
    { label: "Open the image", keys: ["Enter"], keyOnly: true, run: () => grid.current?.open() },
    { label: "Larger rows", keys: ["+", "Shift++", "="], run: () => grid.current?.enlarge(1) },
    { label: "Smaller rows", keys: ["-"], run: () => grid.current?.enlarge(-1) },
    { label: "Search in file names", run: () => document.getElementById("search")?.focus() },
    { label: "Clear all filters", run: () => void navigate({ search: {} }) },
  ]);
}

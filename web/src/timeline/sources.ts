/** Timelines by their filters: leaving for an image and coming back finds everything where it was. */
import { api } from "~/api/client";
import type { BucketColumns, BucketList } from "~/api/types";
import { queryClient } from "~/app/client";
import { type Filters, filterKey, parseSearch, readFilters } from "~/lib/filters";
import { toBuckets } from "./buckets";
import { Timeline } from "./engine";
import type { LayoutOptions } from "./layout";
import { joinedDays } from "./merge";
import { layOut } from "./work";

const KEPT = 3;
const timelines = new Map<string, Timeline>();
const early = new Map<string, Promise<BucketColumns>>();

export const DEFAULT_OPTIONS: LayoutOptions = {
  width: 1000,
  rowHeight: 210,
  gap: 4,
  heading: 46,
  dayGap: 22,
  minDay: 132,
  dayEnd: 18,
};

/** The timeline of a set of filters. */
export function timelineFor(filters: Filters): Timeline {
  const key = filterKey(filters);
  const known = timelines.get(key);
  const timeline =
    known ??
    new Timeline(
      { load: (bucket, signal) => loadBucket(filters, bucket, signal), layout: layOut },
      DEFAULT_OPTIONS,
    );
  timelines.delete(key);
  timelines.set(key, timeline);
  for (const [old, other] of timelines) {
    if (timelines.size <= KEPT) break;
    other.stop();
    timelines.delete(old);
  }
  return timeline;
}

export function bucketsQuery(filters: Filters) {
  return {
    queryKey: ["buckets", filterKey(filters)],
    queryFn: ({ signal }: { signal: AbortSignal }) => api.buckets(filters, signal),
    staleTime: 5_000,
  };
}

function earlyKey(filters: Filters, bucket: string): string {
  return `${filterKey(filters)}|${bucket}`;
}

function readBucket(bucket: string, filters: Filters, signal?: AbortSignal): Promise<BucketColumns> {
  const days = joinedDays(bucket);
  return days ? api.bucketOfDays(days, filters, signal) : api.bucket(bucket, filters, signal);
}

function loadBucket(filters: Filters, bucket: string, signal: AbortSignal): Promise<BucketColumns> {
  const key = earlyKey(filters, bucket);
  const begun = early.get(key);
  early.delete(key);
  return begun ?? readBucket(bucket, filters, signal);
}

/** Asks for the newest bucket before the page has been drawn. */
export function prefetchTimeline(): void {
  const filters = readFilters(parseSearch(location.search));
  void queryClient.fetchQuery(bucketsQuery(filters)).then(
    (list: BucketList) => {
      const first = toBuckets(list)[0]?.key;
      if (first === undefined || timelineFor(filters).geometry.laid.has(first)) return;
      const loading = readBucket(first, filters);
      loading.catch(() => undefined);
      early.set(earlyKey(filters, first), loading);
    },
    () => undefined, // the page shows why
  );
}

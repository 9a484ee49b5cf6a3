/** Buckets of the timeline and what is known about the images in one. */
import type { BucketColumns, BucketList } from "~/api/types";
import type { Marks } from "~/curation/marks";
import { joinSparse } from "./merge";

/** At most 2,000 images of one month, one day, one part of a day, several sparse months; or a part of the undated shelf. */
export interface Bucket {
  key: string;
  /** Local time of the oldest image, ISO without zone; "" on the undated shelf. */
  start: string;
  /** Local time of the newest. */
  end: string;
  count: number;
  undated: boolean;
}

/** The server's columns as rows, newest first, sparse months joined, the undated shelf last. */
export function toBuckets(list: BucketList): Bucket[] {
  const { buckets, undated_buckets: shelf } = list;
  const dated = buckets.key.map((key, i) => ({
    key,
    start: buckets.start[i]!,
    end: buckets.end[i]!,
    count: buckets.count[i]!,
    undated: false,
  }));
  const undated = shelf.key.map((key, i) => ({
    key,
    start: "",
    end: "",
    count: shelf.count[i]!,
    undated: true,
  }));
  return [...joinSparse(dated), ...undated];
}

/** Days that a bucket may spread over, at least 1. */
export function daysIn(bucket: Bucket): number {
  if (bucket.undated) return 1;
  const from = Date.parse(`${bucket.start.slice(0, 10)}T00:00:00Z`);
  const to = Date.parse(`${bucket.end.slice(0, 10)}T00:00:00Z`);
  return Number.isNaN(from) || Number.isNaN(to) ? 1 : Math.max(1, Math.round((to - from) / 86_400_000) + 1);
}

/** The images of one bucket, split into days. */
export interface BucketImages {
  columns: BucketColumns;
  ratio: Float32Array;
  dayStart: Int32Array;
  /** `YYYY-MM-DD` of each day, "" on the undated shelf. */
  days: string[];
}

/** What has been decided about one image of a bucket. */
export function marksAt(columns: BucketColumns, i: number): Marks {
  return {
    rating: columns.rating[i] ?? 0,
    flag: columns.flag[i] ?? null,
    label: columns.label[i] ?? null,
    favourite: columns.favourite[i] ?? false,
  };
}

/** The columns after a change of the marks of some images; the same ones where none of them is here. */
export function withMarks(
  columns: BucketColumns,
  images: ReadonlySet<number>,
  changes: Partial<Marks>,
): BucketColumns {
  if (!columns.id.some((id) => images.has(id))) return columns;
  const changed = <T>(column: T[], value: T | undefined) =>
    value === undefined ? column : columns.id.map((id, i) => (images.has(id) ? value : column[i]!));
  return {
    ...columns,
    rating: changed(columns.rating, changes.rating),
    flag: changed(columns.flag, changes.flag),
    label: changed(columns.label, changes.label),
    favourite: changed(columns.favourite, changes.favourite),
  };
}

/** Finds the days in a bucket's columns. */
export function splitDays(columns: BucketColumns): BucketImages {
  const starts: number[] = [];
  const days: string[] = [];
  let current: string | undefined;
  for (let i = 0; i < columns.id.length; i++) {
    const day = columns.taken_at[i]?.slice(0, 10) ?? "";
    if (day === current) continue;
    current = day;
    starts.push(i);
    days.push(day);
  }
  return {
    columns,
    ratio: Float32Array.from(columns.ratio, (ratio) => ratio ?? 0),
    dayStart: Int32Array.from(starts),
    days,
  };
}

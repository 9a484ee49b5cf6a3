/**
 * Sparse months, joined: an archive with three photos a month would otherwise be a staircase of almost empty rows.
 * Joined months are one bucket to the layout, and their days share its rows.
 */
import type { Bucket } from "./buckets";

/** A month with more images stands alone. */
const SPARSE = 48;
/** Most images of a joined bucket; one page of the image list. */
export const MOST = 240;
/** From here on a new year begins a new bucket, so that news in one year leaves the others alone. */
const ENOUGH = 24;
const MONTH = /^\d{4}-\d{2}$/;

/** The same images in fewer buckets; order and totals stay. */
export function joinSparse(buckets: readonly Bucket[]): Bucket[] {
  const joined: Bucket[] = [];
  let open = false;
  for (const bucket of buckets) {
    const sparse = MONTH.test(bucket.key) && bucket.count <= SPARSE;
    const last = joined.at(-1);
    if (last && open && sparse && fits(last, bucket)) {
      const sum = last.count + bucket.count;
      joined[joined.length - 1] = { ...last, key: joinedKey(bucket, last), start: bucket.start, count: sum };
    } else {
      joined.push(bucket);
      open = sparse;
    }
  }
  return joined;
}

function fits(open: Bucket, next: Bucket): boolean {
  const sameYear = open.start.slice(0, 4) === next.end.slice(0, 4);
  return open.count + next.count <= MOST && (sameYear || open.count < ENOUGH);
}

function joinedKey(oldest: Bucket, open: Bucket): string {
  return `${oldest.key}~${open.key.split("~").at(-1)}`;
}

/** The days, both included, that a joined bucket's key stands for; null for keys that the server knows itself. */
export function joinedDays(key: string): { from: string; to: string } | null {
  const [oldest, newest] = key.split("~");
  if (!oldest || !newest) return null;
  const [year, month] = newest.split("-").map(Number) as [number, number];
  const last = new Date(Date.UTC(year, month, 0)).getUTCDate();
  return { from: `${oldest}-01`, to: `${newest}-${String(last).padStart(2, "0")}` };
}

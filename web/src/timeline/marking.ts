/** Marks and ranges of a timeline's images. */
import { type Marks, NO_MARKS } from "~/curation/marks";
import { marksAt, withMarks } from "./buckets";
import type { Timeline } from "./engine";
import type { Spot } from "./travel";

/** Shows a change of marks at once, wherever the images are loaded. */
export function mark(timeline: Timeline, images: ReadonlySet<number>, changes: Partial<Marks>): void {
  const { laid } = timeline.geometry;
  let changed = false;
  for (const [key, bucket] of laid) {
    const columns = withMarks(bucket.images.columns, images, changes);
    if (columns === bucket.images.columns) continue;
    laid.set(key, { ...bucket, images: { ...bucket.images, columns } });
    changed = true;
  }
  if (changed) timeline.draw();
}

/** Marks of images in order; none where one isn't loaded. */
export function marksOf(timeline: Timeline, images: readonly number[]): Marks[] {
  const found = new Map<number, Marks>();
  const wanted = new Set(images);
  for (const { columns } of [...timeline.geometry.laid.values()].map((laid) => laid.images))
    columns.id.forEach((id, i) => wanted.has(id) && found.set(id, marksAt(columns, i)));
  return images.map((id) => found.get(id) ?? NO_MARKS);
}

/** What the marks have in common; the neutral value where they differ. */
export function common(marks: readonly Marks[]): Marks {
  const [first = NO_MARKS, ...rest] = marks;
  const same = <K extends keyof Marks>(name: K) => rest.every((one) => one[name] === first[name]);
  return {
    rating: same("rating") ? first.rating : 0,
    flag: same("flag") ? first.flag : null,
    label: same("label") ? first.label : null,
    favourite: same("favourite") && first.favourite,
  };
}

/** Ids of all images from one to another, both included, in the order of the timeline; loads what isn't. */
export async function idsBetween(timeline: Timeline, one: Spot, other: Spot): Promise<number[]> {
  const { geometry } = timeline;
  const place = (spot: Spot) => geometry.indexOf(spot.key);
  const upright = place(one) < place(other) || (place(one) === place(other) && one.item <= other.item);
  const [from, to] = upright ? [one, other] : [other, one];
  const buckets = geometry.buckets.slice(place(from), place(to) + 1);
  const parts = await Promise.all(buckets.map(({ key }) => timeline.laidOf(key)));
  return parts.flatMap(({ images }, i) =>
    images.columns.id.slice(i === 0 ? from.item : 0, i === parts.length - 1 ? to.item + 1 : undefined),
  );
}

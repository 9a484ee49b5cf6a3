/** What people decide about an image, in words and keys. */
import type { Changes, Flag, ImageCard, Label } from "~/api/types";
import { images } from "~/lib/format";

/** What is shown of an image's curation, on tiles and bars. */
export type Marks = Pick<ImageCard, "rating" | "flag" | "label" | "favourite">;

export const NO_MARKS: Marks = { rating: 0, flag: null, label: null, favourite: false };

export const LABELS: readonly Label[] = ["red", "yellow", "green", "blue", "purple"];
export const LABEL_WORDS: Record<Label, string> = {
  red: "Red",
  yellow: "Yellow",
  green: "Green",
  blue: "Blue",
  purple: "Purple",
};
export const FLAG_WORDS: Record<Flag, string> = { pick: "Picked", reject: "Rejected" };

/** "4 stars, picked, red, favourite"; "" where nothing has been decided. */
export function describeMarks({ rating, flag, label, favourite }: Marks): string {
  const parts = [
    rating > 0 ? stars(rating) : "",
    flag ? FLAG_WORDS[flag].toLowerCase() : "",
    label ? `label ${label}` : "",
    favourite ? "favourite" : "",
  ];
  return parts.filter(Boolean).join(", ");
}

export function stars(rating: number): string {
  return rating === 1 ? "1 star" : `${rating} stars`;
}

type Marked = "rating" | "flag" | "label" | "favourite" | "archived" | "trashed" | "hidden";
type Say = { [K in Marked]: (value: Changes[K] | null, many: string) => string };

const SAY: Say = {
  rating: (value, many) => (value ? `Rated ${many} ${stars(value)}` : `Took the rating from ${many}`),
  flag: (value, many) => (value ? `${FLAG_WORDS[value]} ${many}` : `Cleared the flag of ${many}`),
  label: (value, many) => (value ? `Labelled ${many} ${value}` : `Took the label from ${many}`),
  favourite: (value, many) => (value ? `Made ${many} favourites` : `Took ${many} from the favourites`),
  archived: (value, many) => (value ? `Archived ${many}` : `Took ${many} out of the archive`),
  hidden: (value, many) => (value ? `Hid ${many}` : `Showed ${many} again`),
  trashed: (value, many) => (value ? `Moved ${many} to the trash` : `Took ${many} out of the trash`),
};

/** What a change has done to so many images: "Rated 3 images 4 stars". */
export function describeChange(changes: Changes, total: number): string {
  const [name, value] = Object.entries(changes)[0] ?? [];
  const words = SAY[name as Marked] as ((value: unknown, many: string) => string) | undefined;
  return words?.(value, images(total)) ?? `Changed ${images(total)}`;
}

/** True where every one has it already: then the same key takes it back. */
export function allHave(marks: readonly Marks[], name: keyof Marks, value: unknown): boolean {
  return marks.length > 0 && marks.every((one) => one[name] === value);
}

/** The marks after a change. */
export function applied(marks: Marks, changes: Changes): Marks {
  const { rating, flag, label, favourite } = { ...marks, ...changes };
  return { rating, flag, label, favourite };
}

/** Whether a change takes images out of the view they were in. */
export function moves(changes: Changes): boolean {
  return [changes.archived, changes.trashed, changes.hidden].some((change) => change !== undefined);
}

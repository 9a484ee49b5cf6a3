/** What people decide about an image, in words and keys. */
import type { Changes, Flag, ImageCard, Label } from "~/api/types";

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

/** Listings as people say them. */
import type { ListingResult, ModelOpinion, ModelState } from "~/api/types";
import { count } from "~/lib/format";

const LOCALE =
  typeof navigator !== "undefined" && navigator.language.startsWith("en") ? navigator.language : "en-GB";
const formats = new Map<string, Intl.NumberFormat>();

/** "€12.50"; a currency that nobody knows stands as it is. */
export function sayPrice(price: string | null, currency: string | null): string | null {
  if (price === null) return null;
  const code = currency ?? "";
  let format = formats.get(code);
  if (!format) {
    const style = /^[A-Z]{3}$/.test(code) ? ({ style: "currency", currency: code } as const) : {};
    format = new Intl.NumberFormat(LOCALE, { minimumFractionDigits: 2, maximumFractionDigits: 4, ...style });
    formats.set(code, format);
  }
  return format.format(Number(price));
}

/** "sold_out" -> "Sold out". */
export function sayState(state: string): string {
  const words = state.replaceAll("_", " ");
  return words.charAt(0).toUpperCase() + words.slice(1);
}

/** "2020_2025" -> "2020–2025", "before_2006" -> "Before 2006". */
export function sayWhenMade(value: string): string {
  const span = /^(\d{4})_(\d{4})$/.exec(value);
  return span ? `${span[1]}–${span[2]}` : sayState(value);
}

export function listings(value: number): string {
  return `${count(value)} ${value === 1 ? "listing" : "listings"}`;
}

const KINDS: Record<ModelOpinion["kind"], string> = {
  image: "",
  cutout: "cut-out",
  text: "text",
  words: "",
};

/** A voice's name: a model, and what of the listing it looks at. */
export function sayVoice({ kind }: Pick<ModelOpinion, "kind">, title: string): string {
  return KINDS[kind] ? `${title}, ${KINDS[kind]}` : title;
}

/** Titles of the models of an answer by their names. */
export function titlesOf(models: readonly ModelState[]): ReadonlyMap<string, string> {
  return new Map(models.map(({ name, title }) => [name, title]));
}

/** Who took part: each counts once, whatever it looks at. Words are no model, but have a voice. */
export function voicesOf(models: readonly ModelState[]): ReadonlySet<string> {
  return new Set(models.filter(({ used }) => used).map(({ name }) => name));
}

/** "By 2 models and words": who has answered. */
export function sayAsked(models: readonly ModelState[]): string {
  const voices = voicesOf(models);
  const words = voices.has("words");
  const seen = voices.size - (words ? 1 : 0);
  if (seen === 0) return words ? "By words alone" : "No model could answer";
  return `By ${seen} ${seen === 1 ? "model" : "models"}${words ? " and words" : ""}`;
}

/** "4 of 5 models". */
export function consensus(
  { matched_by }: Pick<ListingResult, "matched_by">,
  voices: ReadonlySet<string>,
): string {
  if (!voices.has("words"))
    return `${matched_by} of ${voices.size} ${voices.size === 1 ? "model" : "models"}`;
  return voices.size === 1 ? "Found by its words" : `${matched_by} of ${voices.size} agree`;
}

/** What one model says, in a sentence. */
export function sayOpinion(opinion: ModelOpinion, title: string): string {
  const { rank, strength } = opinion;
  const sure = strength > 0.5 ? "" : ", which may be chance";
  return `${sayVoice(opinion, title)}: place ${count(rank)}${sure}`;
}

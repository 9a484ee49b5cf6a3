/** Which listings a person takes for a match: kept for each question as long as the window is open. */
import type { ListingCard } from "~/api/types";
import { Store, useStore } from "~/lib/store";
import { keyOf } from "./view";

export type Mark = "match" | "no";

interface Marked {
  mark: Mark;
  title: string;
  url: string | null;
}

/** Question -> listing -> mark. */
type Marks = Readonly<Record<string, Readonly<Record<string, Marked>>>>;

const KEY = "lumina-listing-marks";
const KEPT = 40;
const NONE: Readonly<Record<string, Marked>> = {};

const all = new Store<Marks>(read());

function read(): Marks {
  try {
    return JSON.parse(sessionStorage.getItem(KEY) ?? "{}") as Marks;
  } catch {
    return {};
  }
}

/** Marks a listing, or takes the mark away. */
export function mark(topic: string, listing: ListingCard, wanted: Mark | null): void {
  const others = without(all.get()[topic] ?? NONE, keyOf(listing));
  const { title, url } = listing;
  keep(topic, wanted === null ? others : { ...others, [keyOf(listing)]: { mark: wanted, title, url } });
}

/** Takes all marks of a question away. */
export function clearMarks(topic: string): void {
  keep(topic, NONE);
}

/** The question that was marked last is the last to go. */
function keep(topic: string, marks: Readonly<Record<string, Marked>>): void {
  const others = Object.entries(without(all.get(), topic)).slice(1 - KEPT);
  const next = Object.fromEntries(Object.keys(marks).length > 0 ? [...others, [topic, marks]] : others);
  all.set(next);
  sessionStorage.setItem(KEY, JSON.stringify(next));
}

function without<T>(record: Readonly<Record<string, T>>, key: string): Record<string, T> {
  return Object.fromEntries(Object.entries(record).filter(([name]) => name !== key));
}

export function useMarks(topic: string): Readonly<Record<string, Marked>> {
  return useStore(all)[topic] ?? NONE;
}

export function counted(marks: Readonly<Record<string, Marked>>): Record<Mark, number> {
  const found = { match: 0, no: 0 };
  for (const { mark: one } of Object.values(marks)) found[one]++;
  return found;
}

/** A line for each marked listing: what it is, its number, title and address, for a table. */
export function asLines(marks: Readonly<Record<string, Marked>>): string {
  const lines = Object.entries(marks).map(([key, { mark: one, title, url }]) =>
    [one === "match" ? "match" : "no match", key.split("-")[1], title.replace(/\s+/g, " "), url ?? ""].join(
      "\t",
    ),
  );
  return ["verdict\tlisting\ttitle\turl", ...lines].join("\n");
}

/** The way from a search to its images and back: the order of the results, and where the reader was. */
import type { SearchView } from "./view";
import { viewKey } from "./view";

declare module "@tanstack/react-router" {
  interface HistoryState {
    /** Search from which an image was opened. */
    search?: SearchView;
  }
}

interface Place {
  /** Pixels from the top. */
  top: number;
  /** Image that the keyboard was on. */
  image: number | null;
}

const KEPT = 20;
const places = new Map<string, Place>();
let trail: { key: string; ids: readonly number[] } = { key: "", ids: [] };

/** Remembers where the reader of a search is. */
export function leave(view: SearchView, place: Partial<Place>): void {
  const key = viewKey(view);
  const known = placeIn(view);
  places.delete(key);
  places.set(key, { ...known, ...place });
  for (const old of places.keys()) {
    if (places.size <= KEPT) break;
    places.delete(old);
  }
}

export function placeIn(view: SearchView): Place {
  return places.get(viewKey(view)) ?? { top: 0, image: null };
}

/** Says which images a search has found so far, in their order. */
export function lay(view: SearchView, ids: readonly number[]): void {
  trail = { key: viewKey(view), ids };
}

/** The images before and after one in the results that it was opened from. */
export function beside(view: SearchView, id: number): { previous: number | null; next: number | null } {
  const at = trail.key === viewKey(view) ? trail.ids.indexOf(id) : -1;
  if (at < 0) return { previous: null, next: null };
  return { previous: trail.ids[at - 1] ?? null, next: trail.ids[at + 1] ?? null };
}

/** Ids of the results from one to another, both included. */
export function idsBetween(one: number, other: number): number[] {
  const [a, b] = [trail.ids.indexOf(one), trail.ids.indexOf(other)];
  return a < 0 || b < 0 ? [other] : trail.ids.slice(Math.min(a, b), Math.max(a, b) + 1);
}

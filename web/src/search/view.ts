/** What the page of searching shows, as it stands in its address. */
import type { Search } from "~/lib/filters";
import { readRegion } from "./region";

export interface SearchView {
  /** Words and filters: docs/search.md has their grammar. */
  q?: string;
  catalog?: string;
  /** Image of the catalog that others should look like. */
  image?: string;
  /** Name of a picture that was dropped, pasted or chosen; it lives in the window's memory. */
  upload?: string;
  /** Part of either: x,y,width,height as fractions. */
  region?: string;
}

const SHAPES: Record<keyof SearchView, RegExp> = {
  q: /\S/,
  catalog: /./,
  image: /^[1-9]\d{0,15}$/,
  upload: /^[\w-]{1,40}$/,
  region: /^[\d.,]{7,80}$/,
};

/** The values of a query that have the right shape; a region is one of a picture, and there is one picture. */
export function readSearch(search: Record<string, unknown>): SearchView {
  const view: SearchView = {};
  for (const [name, shape] of Object.entries(SHAPES) as [keyof SearchView, RegExp][]) {
    const value = [(search as Search)[name] ?? []].flat()[0];
    if (value !== undefined && shape.test(String(value))) view[name] = String(value);
  }
  if (view.image) delete view.upload;
  if (!hasPicture(view) || readRegion(view.region) === null) delete view.region;
  return view;
}

export function hasPicture({ image, upload }: SearchView): boolean {
  return image !== undefined || upload !== undefined;
}

/** True where nothing is asked for. */
export function isBlank(view: SearchView): boolean {
  return view.q === undefined && !hasPicture(view);
}

/** Equal views give equal keys. */
export function viewKey({ q, catalog, image, upload, region }: SearchView): string {
  return JSON.stringify([q?.trim(), catalog, image, upload, region]);
}

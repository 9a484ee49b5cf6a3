/** What the page of listings shows, as it stands in its address. */
import type { ListingNarrowing, ListingQuestion } from "~/api/listings";
import { readRegion } from "~/search/region";

export interface ListingsView extends ListingNarrowing {
  /** Words that titles and tags are searched for. */
  q?: string;
  /** Image of the catalog that listings should look like. */
  image?: string;
  /** Name of a picture that was dropped, pasted or chosen; it lives in the window's memory. */
  upload?: string;
  /** Part of either: x,y,width,height as fractions. */
  region?: string;
  /** Which pictures are compared; left out: what the settings say. */
  on?: string;
  /** Left out: the calibrated one. */
  recipe?: string;
  /** Names of models, separated by commas; left out: all that can answer. */
  models?: string;
  /** The listing that is looked at: source-number. */
  open?: string;
}

const DATE = /^\d{4}-\d{2}-\d{2}$/;
const PRICE = /^\d{1,12}(\.\d{1,4})?$/;
const SHAPES: Record<keyof ListingsView, RegExp> = {
  q: /\S/,
  image: /^[1-9]\d{0,15}$/,
  upload: /^[\w-]{1,40}$/,
  region: /^[\d.,]{7,80}$/,
  on: /^(original|cutout|both)$/,
  recipe: /^rrf$/,
  models: /^[\w.:,-]{1,400}$/,
  shop: /^\d{1,18}(,\d{1,18}){0,40}$/,
  price_min: PRICE,
  price_max: PRICE,
  currency: /^[A-Z]{3}$/,
  state: /^[\w,-]{1,200}$/,
  when_made: /^[\w,-]{1,400}$/,
  listed_from: DATE,
  listed_until: DATE,
  catalog: /^[\da-f-]{36}$/,
  open: /^\d{1,18}-\d{1,18}$/,
};
const NARROWING = [
  "shop",
  "price_min",
  "price_max",
  "currency",
  "state",
  "when_made",
  "listed_from",
  "listed_until",
  "catalog",
] as const satisfies readonly (keyof ListingNarrowing)[];

/** The values of a query that have the right shape; a region is one of a picture, and there is one picture. */
export function readListings(search: Record<string, unknown>): ListingsView {
  const view: ListingsView = {};
  for (const [name, shape] of Object.entries(SHAPES) as [keyof ListingsView, RegExp][]) {
    const value = [search[name] ?? []].flat()[0] as unknown;
    if (value !== undefined && shape.test(String(value))) view[name] = String(value);
  }
  if (view.image) delete view.upload;
  if (!byPicture(view) || readRegion(view.region) === null) delete view.region;
  if (Number(view.price_min) > Number(view.price_max)) delete view.price_max;
  if (view.listed_from && view.listed_until && view.listed_from > view.listed_until) delete view.listed_until;
  return view;
}

export function byPicture({ image, upload }: ListingsView): boolean {
  return image !== undefined || upload !== undefined;
}

/** True where listings are only leafed through: nothing is asked for. */
export function isBrowsing(view: ListingsView): boolean {
  return view.q === undefined && !byPicture(view);
}

/** The filters alone. */
export function narrowing(view: ListingsView): ListingNarrowing {
  return Object.fromEntries(NARROWING.flatMap((name) => (view[name] ? [[name, view[name]]] : [])));
}

export function isNarrowed(view: ListingsView): boolean {
  return NARROWING.some((name) => name !== "catalog" && view[name] !== undefined);
}

/** The view without any filter. */
export const UNFILTERED: ListingsView = Object.fromEntries(
  NARROWING.filter((name) => name !== "catalog").map((name) => [name, undefined]),
);

/** What the server is asked, but for the picture's file. */
export function questionOf(view: ListingsView): ListingQuestion {
  const { q, image, region, on, recipe, models } = view;
  const image_id = image ? Number(image) : undefined;
  return { ...narrowing(view), text: q?.trim(), image_id, region, on, recipe, models };
}

/** Equal questions give equal keys: what is open does not count. */
export function questionKey(view: ListingsView): string {
  return JSON.stringify([questionOf(view), view.upload]);
}

/** What is looked for, whatever the filters and models: marks belong to it. */
export function topicKey({ q, image, upload, region }: ListingsView): string {
  return JSON.stringify([q?.trim().toLowerCase(), image, upload, region]);
}

interface Keyed {
  source_id: number;
  listing_id: number;
}

/** A listing's name in addresses. */
export function keyOf({ source_id, listing_id }: Keyed): string {
  return `${source_id}-${listing_id}`;
}

export function readKey(key: string | undefined): [number, number] | null {
  const parts = key?.split("-").map(Number) ?? [];
  return parts.length === 2 && parts.every(Number.isSafeInteger) ? (parts as [number, number]) : null;
}

/** One value of a list more or, where it is in it, less. */
export function toggled(list: string | undefined, value: string): string | undefined {
  const values = list?.split(",") ?? [];
  const next = values.includes(value) ? values.filter((one) => one !== value) : [...values, value];
  return next.length > 0 ? next.join() : undefined;
}

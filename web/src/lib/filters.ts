/** Filters of every view of images; they live in the URL and go to the server under the same names. */

export interface Filters {
  catalog?: string;
  from?: string;
  to?: string;
  undated?: string;
  camera?: string[];
  format?: string[];
  kind?: string;
  place?: string;
  bbox?: string;
  has_gps?: string;
  folder?: string;
  source?: string;
  stage?: string;
  stage_state?: string;
  code?: string;
  missing?: string;
  rating?: string;
  flag?: string[];
  label?: string[];
  favourite?: string;
  album?: string;
  tag?: string;
  shelf?: string;
  q?: string;
}

export type Search = Record<string, string | string[]>;

const LISTS = ["camera", "format", "flag", "label"] as const;
const SINGLES = [
  "catalog",
  "from",
  "to",
  "undated",
  "kind",
  "place",
  "bbox",
  "has_gps",
  "folder",
  "source",
  "stage",
  "stage_state",
  "code",
  "missing",
  "rating",
  "favourite",
  "album",
  "tag",
  "shelf",
  "q",
] as const;

const DATE = /^\d{4}-\d{2}-\d{2}$/;
const SHAPES: Partial<Record<(typeof SINGLES)[number] | (typeof LISTS)[number], RegExp>> = {
  flag: /^(pick|reject|none)$/,
  label: /^(red|yellow|green|blue|purple|none)$/,
  from: DATE,
  to: DATE,
  undated: /^(true|false)$/,
  has_gps: /^(true|false)$/,
  missing: /^(true|false)$/,
  kind: /^(photo|video)$/,
  source: /^[1-9]\d{0,17}$/,
  place: /^[0-9b-hjkmnp-z]{1,12}$/,
  stage_state: /^(missing|done|failed|stale|waiting)$/,
  rating: /^[1-5]$/,
  favourite: /^(true|false)$/,
  album: /^[1-9]\d{0,17}$/,
  tag: /^[1-9]\d{0,17}$/,
  shelf: /^(archive|trash|hidden)$/,
};

/** The filters in a URL's query; what isn't one, or makes no sense, is left out. */
export function readFilters(search: Search): Filters {
  const filters: Filters = {};
  for (const name of SINGLES) {
    const value = [search[name] ?? []].flat()[0];
    if (value && (SHAPES[name]?.test(value) ?? true)) filters[name] = value;
  }
  for (const name of LISTS) {
    const given = [search[name] ?? []].flat().filter((value) => value && (SHAPES[name]?.test(value) ?? true));
    const values = [...new Set(given)].sort();
    if (values.length > 0) filters[name] = values;
  }
  return consistent(filters);
}

/** Without what means nothing by itself: a folder is one of a source, a state one of a stage. */
function consistent(filters: Filters): Filters {
  const { source, stage } = filters;
  if (filters.shelf !== undefined) delete filters.missing;
  if (source === undefined) delete filters.folder;
  if (stage === undefined) {
    delete filters.stage_state;
    delete filters.code;
  }
  return filters;
}

/** As query parameters, in one fixed order, so that equal filters are equal text. */
export function toParams(filters: Filters): URLSearchParams {
  const params = new URLSearchParams();
  for (const name of SINGLES) if (filters[name]) params.set(name, filters[name]);
  for (const name of LISTS) for (const value of filters[name] ?? []) params.append(name, value);
  return params;
}

/** Equal filters give equal keys. */
export function filterKey(filters: Filters): string {
  return toParams(filters).toString();
}

/** How many filters narrow the view; the choice of a catalog isn't one. */
export function countFilters(filters: Filters): number {
  return Object.entries(filters).filter(([name, value]) => name !== "catalog" && value !== undefined).length;
}

/** A URL's query as plain strings; what is repeated becomes a list. */
export function parseSearch(text: string): Search {
  const search: Search = {};
  for (const [name, value] of new URLSearchParams(text)) {
    const known = search[name];
    search[name] = known === undefined ? value : [known, value].flat();
  }
  return search;
}

/** The inverse of `parseSearch`. */
export function stringifySearch(search: Record<string, unknown>): string {
  const params = new URLSearchParams();
  for (const [name, value] of Object.entries(search)) {
    for (const one of [value].flat())
      if (one !== undefined && one !== null && one !== "") params.append(name, String(one));
  }
  const text = params.toString();
  return text ? `?${text}` : "";
}

/** The shelves beside the timeline: what was put away. */
export const SHELF_WORDS: Record<string, string> = {
  archive: "Archive",
  trash: "Trash",
  hidden: "Hidden copies",
};

const WORDS: Record<string, (value: string) => string> = {
  from: (value) => `From ${value}`,
  to: (value) => `Until ${value}`,
  undated: (value) => (value === "true" ? "Without a date" : "With a date"),
  kind: (value) => (value === "video" ? "Videos" : "Photos"),
  place: (value) => `Place ${value}`,
  bbox: () => "Within a region",
  has_gps: (value) => (value === "true" ? "With a place" : "Without a place"),
  folder: (value) => `Folder ${value}`,
  source: (value) => `Source ${value}`,
  stage: (value) => `Stage ${value}`,
  stage_state: (value) => `Is ${value}`,
  code: (value) => `Cause ${value}`,
  missing: (value) => (value === "true" ? "Gone from disk" : "On disk"),
  rating: (value) => (value === "5" ? "5 stars" : `${value} stars or more`),
  flag: (value) => ({ pick: "Picked", reject: "Rejected" })[value] ?? "Neither picked nor rejected",
  label: (value) => (value === "none" ? "Without a label" : `Label ${value}`),
  favourite: (value) => (value === "true" ? "Favourites" : "Not a favourite"),
  album: (value) => `Album ${value}`,
  tag: (value) => `Tag ${value}`,
  shelf: (value) => SHELF_WORDS[value] ?? value,
  q: (value) => `“${value}”`,
};

export interface Chip {
  name: keyof Filters;
  value: string;
  text: string;
}

/** One removable chip per filter. */
export function chips(filters: Filters): Chip[] {
  const found: Chip[] = [];
  for (const [name, value] of toParams(filters)) {
    if (name !== "catalog")
      found.push({ name: name as keyof Filters, value, text: WORDS[name]?.(value) ?? value });
  }
  return found;
}

/** The filters without one chip. */
export function without(filters: Filters, chip: Pick<Chip, "name" | "value">): Filters {
  const list = LISTS.find((name) => name === chip.name);
  const values = list ? filters[list]?.filter((value) => value !== chip.value) : undefined;
  return readFilters({ ...filters, [chip.name]: values } as Search);
}

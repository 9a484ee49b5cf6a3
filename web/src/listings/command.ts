/** A view of listings as a line for a shell and as a call of the API. */
import { curl, quote } from "~/lib/commands";
import { byPicture, isBrowsing, type ListingsView, narrowing, questionOf } from "./view";

/** Options of `lumina market search` that may be repeated, and the part of the view that each value comes from. */
const REPEATED = { shop: "shop", state: "state", "when-made": "when_made", model: "models" } as const;

/**
 * `file`: the picture's path on the server, or the name that the file had. What `lumina market search` has no option
 * for (leafing through, days, a catalog) is asked of the API.
 */
export function listingsCommand(view: ListingsView, file = "picture.jpg", origin = location.origin): string {
  const { q, image, upload, region, on, recipe, currency } = view;
  if (isBrowsing(view)) return curl(listingsPath(view), origin);
  if (view.listed_from ?? view.listed_until ?? view.catalog) return listingsCall(view, file, origin) ?? "";
  const flags: [string, string | undefined][] = [
    ["image-id", image],
    ["region", byPicture(view) ? region : undefined],
    ["text", q?.trim()],
    ["on", on],
    ["recipe", recipe],
    ["price", priceOf(view)],
    ["currency", currency],
    ...Object.entries(REPEATED).flatMap(([option, name]) =>
      (view[name]?.split(",") ?? []).map((value): [string, string] => [option, value]),
    ),
  ];
  const parts = flags.flatMap(([name, value]) => (value ? [`--${name} ${quote(value)}`] : []));
  return ["lumina", "market", "search", ...(upload ? [quote(file)] : []), ...parts].join(" ");
}

function priceOf({ price_min = "", price_max = "" }: ListingsView): string | undefined {
  return price_min || price_max ? `${price_min}..${price_max}` : undefined;
}

/** Path and query of the listings that meet the filters. */
export function listingsPath(view: ListingsView): string {
  const params = new URLSearchParams({ ...narrowing(view), ...(view.q ? { q: view.q } : {}) });
  return `/api/listings${params.size > 0 ? `?${params}` : ""}`;
}

/** A curl line of a search; undefined where nothing is asked for. */
export function listingsCall(view: ListingsView, file = "picture.jpg", origin = location.origin) {
  if (isBrowsing(view)) return undefined;
  const fields = { image: view.upload ? `@${file}` : undefined, ...questionOf(view) };
  const form = Object.entries(fields).flatMap(([name, value]) =>
    value ? [`-F ${quote(`${name}=${value as string | number}`)}`] : [],
  );
  return ["curl -s", ...form, quote(`${origin}/api/listings/search`)].join(" ");
}

/** A view of listings as a line of the command `lumina` and as a call of the API. */
import { quote } from "~/lib/commands";
import { byPicture, isBrowsing, type ListingsView, narrowing, questionOf } from "./view";

/** `file`: the picture's path on the server, or the name that the file had. */
export function listingsCommand(view: ListingsView, file?: string): string {
  const { q, region, on, recipe, models } = view;
  const flags = {
    image: byPicture(view) ? (file ?? "picture.jpg") : undefined,
    region: byPicture(view) ? region : undefined,
    on,
    recipe,
    models,
    ...narrowing(view),
  };
  const parts = Object.entries(flags).flatMap(([name, value]) =>
    value ? [`--${name.replaceAll("_", "-")} ${quote(value)}`] : [],
  );
  return ["lumina", "market", "search", ...(q ? [quote(q.trim())] : []), ...parts].join(" ");
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

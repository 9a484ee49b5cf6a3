/** A search as a line of the command `lumina` and as a call of the API. */
import { quote } from "~/lib/commands";
import type { SearchView } from "./view";

/** `file`: the picture's path on the server, or the name that the file had. */
export function searchCommand({ q, catalog, region }: SearchView, file?: string): string {
  const parts = [
    q ? quote(q.trim()) : "",
    file ? `--image ${quote(file)}` : "",
    file && region ? `--region ${region}` : "",
    catalog ? `--catalog ${quote(catalog)}` : "",
  ];
  return ["lumina", "search", ...parts].filter(Boolean).join(" ");
}

/** Path and query of a search without a picture. */
export function searchPath({ q, catalog }: SearchView): string {
  const params = new URLSearchParams({ q: q ?? "", ...(catalog ? { catalog } : {}) });
  return `/api/search?${params}`;
}

/** A curl line of a search with a picture; null where it has none. */
export function searchCall(
  { q, catalog, image, upload, region }: SearchView,
  file = "picture.jpg",
  origin = location.origin,
): string | null {
  if (!image && !upload) return null;
  const fields = { image: upload ? `@${file}` : "", image_id: image, region, q, catalog };
  const form = Object.entries(fields).flatMap(([name, value]) =>
    value ? [`-F ${quote(`${name}=${value}`)}`] : [],
  );
  return ["curl -s", ...form, quote(`${origin}/api/search`)].join(" ");
}

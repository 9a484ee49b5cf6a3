/** What the page of the taxonomy shows, as it stands in its address. */
import type { Search } from "~/lib/filters";

export interface TaxonomyView {
  /** Node that is looked at. */
  node?: string;
  /** Part of a name. */
  q?: string;
  /** "true": nodes without images as well. */
  empty?: string;
}

export function readTaxonomy(search: Record<string, unknown>): TaxonomyView {
  const { node, q, empty } = search as Search;
  const view: TaxonomyView = {};
  if (/^[1-9]\d{0,15}$/.test(String(node ?? ""))) view.node = String(node);
  if (typeof q === "string" && q) view.q = q;
  if (empty === "true") view.empty = empty;
  return view;
}

/** The catalog that a page about one catalog shows: the chosen one, or the largest. */
import type { Catalog } from "~/api/types";
import { useCatalogs } from "~/timeline/CatalogPicker";

export function useOneCatalog(chosen: string | undefined) {
  const asked = useCatalogs();
  const all = asked.data ?? [];
  const largest = all.reduce<Catalog | undefined>((a, b) => (a && a.images >= b.images ? a : b), undefined);
  return { ...asked, catalog: all.find(({ id }) => id === chosen) ?? largest, several: all.length > 1 };
}

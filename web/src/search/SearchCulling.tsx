import { useEffect } from "react";
import type { Changes, SearchResult } from "~/api/types";
import { BulkBar } from "~/curation/BulkBar";
import { curate } from "~/curation/curate";
import { cullingActions } from "~/curation/keys";
import { type Marks, moves, NO_MARKS } from "~/curation/marks";
import { clearSelection, isEmpty, selection } from "~/curation/selection";
import { useActions } from "~/lib/actions";
import { useStore } from "~/lib/store";
import { useCatalogs } from "~/timeline/CatalogPicker";
import { common } from "~/timeline/marking";
import { say } from "~/ui/messages";
import { viewKey, type SearchView } from "./view";

interface CullingProps {
  view: SearchView;
  items: SearchResult[];
  total: number | null;
  here: () => number | null;
  /** Reads all results and chooses them. */
  onAll: () => void;
}

/** Rating and marking among results: the chosen images, or the one that the keyboard is on. */
export function SearchCulling({ view, items, total, here, onAll }: CullingProps) {
  const targets = () => {
    const { ids } = selection.get();
    const focused = ids.size > 0 ? null : here();
    return focused === null ? [...ids] : [focused];
  };
  const marksOf = (ids: readonly number[]): Marks[] => {
    const known = new Map(items.map(({ image }) => [image.id, image]));
    return ids.map((id) => known.get(id) ?? NO_MARKS);
  };
  const change = (changes: Changes) => {
    const images = targets();
    if (images.length === 0) {
      say({ text: "Choose an image first, with the arrows or S." });
      return;
    }
    if (moves(changes)) clearSelection();
    void curate({ images }, changes, { loud: images.length > 1 });
  };
  useActions("Rate and mark", cullingActions({ marks: () => marksOf(targets()), change }));
  const key = viewKey(view);
  useEffect(() => clearSelection, [key]);
  const chosen = useStore(selection);
  const { data: catalogs } = useCatalogs();
  if (isEmpty(chosen)) return null;
  const only = catalogs?.length === 1 ? catalogs[0]?.id : undefined;
  return (
    <BulkBar
      total={total ?? items.length}
      catalog={view.catalog ?? only}
      shelf={undefined}
      marks={common(marksOf([...chosen.ids]))}
      onChange={change}
      onAll={onAll}
    />
  );
}

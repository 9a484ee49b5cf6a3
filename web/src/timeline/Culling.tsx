import { type RefObject, useEffect, useSyncExternalStore } from "react";
import type { Targets } from "~/api/curation";
import type { Changes } from "~/api/types";
import { BulkBar } from "~/curation/BulkBar";
import { curate, onCurated } from "~/curation/curate";
import { cullingActions } from "~/curation/keys";
import { type Marks, moves } from "~/curation/marks";
import { clearSelection, isEmpty, selection } from "~/curation/selection";
import { useActions } from "~/lib/actions";
import type { Filters } from "~/lib/filters";
import { Tagging } from "~/tags/Tagging";
import { useStore } from "~/lib/store";
import { say } from "~/ui/messages";
import { useCatalogs } from "./CatalogPicker";
import type { Timeline } from "./engine";
import type { GridHandle } from "./Grid";
import { common, mark, marksOf } from "./marking";

/** Of so many chosen images the marks are looked at. */
const LOOKED_AT = 2000;

interface CullingProps {
  timeline: Timeline;
  filters: Filters;
  grid: RefObject<GridHandle | null>;
  total: number;
}

/** Rating and marking on the timeline: the chosen images, or the one that the keyboard is on. */
export function Culling({ timeline, filters, grid, total }: CullingProps) {
  const { shelf } = filters;
  const change = (changes: Changes) => {
    const { everything } = selection.get();
    const images = targets(grid);
    if (!everything && images.length === 0) {
      say({ text: "Choose an image first, with the arrows or S." });
      return;
    }
    const wish: Targets = everything ? { selection: filters } : { images };
    if (moves(changes)) clearSelection();
    void curate(wish, changes, { loud: everything || images.length > 1 });
  };
  const marks = (): Marks[] => marksOf(timeline, targets(grid));
  useActions("Rate and mark", cullingActions({ marks, change, shelf }));
  useEffect(() => clearSelection, [timeline]);
  useEffect(
    () =>
      onCurated((images, { rating, flag, label, favourite }) =>
        mark(timeline, new Set(images), { rating, flag, label, favourite }),
      ),
    [timeline],
  );
  const chosen = useStore(selection);
  if (isEmpty(chosen)) return null;
  return <Bar timeline={timeline} filters={filters} total={total} onChange={change} />;
}

function targets(grid: RefObject<GridHandle | null>): number[] {
  const { ids } = selection.get();
  const here = ids.size > 0 ? null : grid.current?.here();
  return here ? [here] : [...ids];
}

/** What was chosen, as the server is told. */
function targetsOf(filters: Filters): Targets {
  const { everything, ids } = selection.get();
  return everything ? { selection: filters } : { images: [...ids] };
}

interface BarProps {
  timeline: Timeline;
  filters: Filters;
  total: number;
  onChange: (changes: Changes) => void;
}

function Bar({ timeline, filters, total, onChange }: BarProps) {
  const { ids } = useStore(selection);
  useSyncExternalStore(timeline.subscribe, timeline.getView); // marks change with the view
  const { data: catalogs } = useCatalogs();
  const only = catalogs?.length === 1 ? catalogs[0]?.id : undefined;
  const marks = common(marksOf(timeline, [...ids].slice(0, LOOKED_AT)));
  return (
    <BulkBar
      total={total}
      catalog={filters.catalog ?? only}
      shelf={filters.shelf}
      marks={marks}
      onChange={onChange}
      more={<Tagging targets={() => targetsOf(filters)} />}
    />
  );
}

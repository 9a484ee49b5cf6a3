import { useRef } from "react";
import { DropZone } from "~/search/DropZone";
import { ProblemNote } from "~/ui/States";
import { Detail } from "./Detail";
import { NoListings, Nothing } from "./Empty";
import { Grid, type GridHandle } from "./Grid";
import { ListingsHeader } from "./ListingsHeader";
import { MarksLine } from "./MarksLine";
import { Sketch } from "./Sketch";
import { useListingFilters } from "./filters";
import { useListingKeys } from "./useListingKeys";
import { useListingsPage } from "./useListingsPage";
import styles from "./Listings.module.css";

/** Listings of marketplaces by a picture, a region of one or words, as several models see them together. */
export function ListingsPage() {
  const it = useListingsPage();
  const grid = useRef<GridHandle>(null);
  const { data: filters } = useListingFilters();
  useListingKeys(it, grid);
  const { found, view } = it;
  const empty = filters?.states.length === 0;
  return (
    <DropZone onFile={it.byFile}>
      <ListingsHeader it={it} filters={filters} onLeave={() => grid.current?.enter()} />
      {found.error && (
        <div className={styles.problem}>
          <ProblemNote
            error={found.error}
            doing={it.browsing ? "read the listings" : "search the listings"}
            onRetry={found.retry}
          />
        </div>
      )}
      <div className={styles.body} data-open={view.open ?? undefined}>
        <div className={styles.found}>{empty ? <NoListings /> : <Listed it={it} grid={grid} />}</div>
        {view.open && <Detail key={view.open} it={it} />}
      </div>
      <MarksLine it={it} />
    </DropZone>
  );
}

/** What was found, or that nothing was. */
function Listed({
  it,
  grid,
}: {
  it: ReturnType<typeof useListingsPage>;
  grid: React.RefObject<GridHandle | null>;
}) {
  const { found } = it;
  if (!found.items) return found.error ? null : <Sketch />;
  if (found.items.length === 0) return found.stale ? <Sketch /> : <Nothing it={it} />;
  return <Grid ref={grid} it={it} />;
}

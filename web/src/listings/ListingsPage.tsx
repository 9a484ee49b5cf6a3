import { useMediaQuery } from "@mantine/hooks";
import { type RefObject, useEffect, useRef } from "react";
import { DropZone } from "~/search/DropZone";
import { ProblemNote } from "~/ui/States";
import { Detail } from "./Detail";
import { Nothing } from "./Empty";
import { Grid, type GridHandle } from "./Grid";
import { ListingsHeader } from "./ListingsHeader";
import { MarksLine } from "./MarksLine";
import { NoListings } from "./NoListings";
import { Sketch } from "./Sketch";
import { useFirstListings } from "./filters";
import { useListingKeys } from "./useListingKeys";
import { type ListingsState, useListingsPage } from "./useListingsPage";
import asking from "~/ui/Asking.module.css";
import styles from "./Listings.module.css";

/** Listings of marketplaces by a picture, a region of one or words, as several models see them together. */
export function ListingsPage() {
  const it = useListingsPage();
  const grid = useRef<GridHandle>(null);
  const { filters, none } = useFirstListings();
  useListingKeys(it, grid);
  const { found, view } = it;
  const narrow = useMediaQuery("(max-width: 860px)", false, { getInitialValueInEffect: false });
  /** The listing that is looked at lies over everything else. */
  const covered = narrow && view.open !== undefined;
  useFocusBack(view.open, grid);
  return (
    <DropZone onFile={it.byFile}>
      <div inert={covered}>
        <ListingsHeader it={it} filters={filters} onLeave={() => grid.current?.enter()} />
      </div>
      {found.error && (
        <div className={styles.problem}>
          <ProblemNote
            error={found.error}
            doing={it.browsing ? "read the listings" : "search the listings"}
            onRetry={found.retry}
          />
        </div>
      )}
      <div className={`${asking.body} ${styles.body}`}>
        <div className={styles.found} inert={covered}>
          {none ? <NoListings /> : <Listed it={it} grid={grid} />}
        </div>
        {view.open && <Detail key={view.open} it={it} />}
      </div>
      {!covered && <MarksLine it={it} />}
    </DropZone>
  );
}

/** Where the focus goes away with the listing that was looked at, it goes back to its card. */
function useFocusBack(open: string | undefined, grid: RefObject<GridHandle | null>): void {
  const before = useRef(open);
  useEffect(() => {
    if (before.current && !open && document.activeElement === document.body) grid.current?.focus();
    before.current = open;
  }, [open, grid]);
}

interface ListedProps {
  it: ListingsState;
  grid: RefObject<GridHandle | null>;
}

/** What was found, or that nothing was. */
function Listed({ it, grid }: ListedProps) {
  const { found } = it;
  if (!found.items) return found.error ? null : <Sketch />;
  if (found.items.length === 0) return found.stale ? <Sketch /> : <Nothing it={it} />;
  return <Grid ref={grid} it={it} />;
}

import { type RefObject, useRef } from "react";
import { ProblemNote } from "~/ui/States";
import { Beginning } from "./Beginning";
import { DropZone } from "./DropZone";
import { BOX } from "./focus";
import { Nothing } from "./Nothing";
import { Results, type ResultsHandle } from "./Results";
import { SearchCulling } from "./SearchCulling";
import { SearchHeader } from "./SearchHeader";
import { Sketch } from "./Sketch";
import { useSearchKeys } from "./useSearchKeys";
import { type SearchState, useSearchPage } from "./useSearchPage";
import { viewKey } from "./view";
import { WhyPanel } from "./WhyPanel";
import asking from "~/ui/Asking.module.css";
import styles from "./SearchPage.module.css";

/** Images by words, filters, a picture or a region of one, each with why it was found. */
export function SearchPage() {
  const it = useSearchPage();
  const grid = useRef<ResultsHandle>(null);
  useSearchKeys(grid, () => it.showWhy());
  const leave = () => (grid.current ? grid.current.enter() : document.getElementById(BOX)?.blur());
  return (
    <DropZone onFile={it.byFile}>
      <SearchHeader it={it} onLeave={leave} />
      <div className={asking.body}>
        {it.blank ? <Beginning view={it.view} /> : <Answered it={it} grid={grid} />}
      </div>
    </DropZone>
  );
}

/** What was found, or that nothing was. */
function Answered({ it, grid }: { it: SearchState; grid: RefObject<ResultsHandle | null> }) {
  const { view, results, go, open } = it;
  const { items, answer, stale, error } = results;
  if (!answer) return error ? null : <Sketch />;
  if (items.length === 0)
    return stale ? null : (
      <div className={styles.nothing}>
        <Nothing view={view} answer={answer} onChange={go} />
      </div>
    );
  return (
    <>
      <Results
        key={viewKey({ ...view, q: answer.query.text })}
        ref={grid}
        view={results.view}
        items={items}
        stale={stale}
        want={results.want}
        onOpen={open}
        onCursor={it.setCursor}
        onWhy={(id) => {
          it.setCursor(id);
          it.showWhy(true);
        }}
      >
        {results.isFetchNextPageError && (
          <ProblemNote error={error} doing="read more results" onRetry={() => void results.fetchNextPage()} />
        )}
      </Results>
      {it.why && <WhyPanel item={it.current} view={view} onOpen={open} onClose={() => it.showWhy(false)} />}
      <SearchCulling
        view={view}
        items={items}
        total={answer.total}
        here={() => grid.current?.here() ?? null}
        onAll={it.chooseAll}
      />
    </>
  );
}

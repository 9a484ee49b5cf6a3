import { count, images } from "~/lib/format";
import { CopyMenu } from "~/ui/CopyMenu";
import { ProblemNote } from "~/ui/States";
import { ExampleBar } from "./ExampleBar";
import { FilterRow } from "./FilterRow";
import { SearchBox, TROUBLE } from "./SearchBox";
import { UnderstoodChips } from "./Understood";
import type { SearchState } from "./useSearchPage";
import { hasPicture } from "./view";
import { Ways } from "./Ways";
import asking from "~/ui/Asking.module.css";
import styles from "./SearchPage.module.css";

/** What is asked, how it was taken, and what could not be looked for. */
export function SearchHeader({ it, onLeave }: { it: SearchState; onLeave: () => void }) {
  const { view, go, trouble } = it;
  return (
    <header className={asking.header}>
      <h1 className="visually-hidden">Search</h1>
      <div className={asking.top} role="search">
        <SearchBox
          text={it.text}
          catalog={view.catalog}
          wrong={it.wrong}
          takesFocus={it.blank}
          onType={it.type}
          onEnter={it.enter}
          onLeave={onLeave}
          onFile={it.byFile}
        />
        <CopyMenu />
      </div>
      {trouble && (
        <p id={TROUBLE} className={styles.trouble} role="status">
          {trouble.text}
        </p>
      )}
      {hasPicture(view) && <ExampleBar view={view} shown={it.example} onChange={go} />}
      <FilterRow view={view} onQuery={(q) => go({ q })} onCatalog={(catalog) => go({ catalog })} />
      {!it.blank && <Answer it={it} />}
    </header>
  );
}

/** How much was found, and of what. */
function Answer({ it }: { it: SearchState }) {
  const { results, view, go } = it;
  const { answer, stale, error } = results;
  return (
    <>
      {answer && (
        <div className={styles.answer}>
          <p className={asking.sum} role="status">
            {stale && !error ? "Searching…" : sumUp(answer.total, results.items.length)}
          </p>
          <UnderstoodChips answer={answer} q={view.q ?? ""} onQuery={(q) => go({ q })} />
        </div>
      )}
      {answer && !stale && <Ways ways={answer.ways} />}
      {error && !it.trouble && !results.isFetchNextPageError && (
        <ProblemNote error={error} doing="search" onRetry={() => void results.refetch()} />
      )}
    </>
  );
}

function sumUp(total: number | null, shown: number): string {
  return total === null ? `More than ${count(shown)} images` : images(total);
}

import { useNavigate, useSearch } from "@tanstack/react-router";
import { useEffect, useRef, useState } from "react";
import { asProblem } from "~/api/problem";
import { useTitle } from "~/lib/title";
import { usePageCommand } from "~/lib/commands";
import { count, images } from "~/lib/format";
import { CopyMenu } from "~/ui/CopyMenu";
import { ProblemNote } from "~/ui/States";
import { Beginning } from "./Beginning";
import { searchCall, searchCommand, searchPath } from "./command";
import { DropZone } from "./DropZone";
import { ExampleBar, useExample } from "./ExampleBar";
import { FilterRow } from "./FilterRow";
import { Nothing } from "./Nothing";
import { unitsOf } from "./pieces";
import { chooseFound, Results, type ResultsHandle } from "./Results";
import { SearchBox, TROUBLE } from "./SearchBox";
import { SearchCulling } from "./SearchCulling";
import { Sketch } from "./Sketch";
import { lay } from "./trail";
import { UnderstoodChips } from "./Understood";
import { keep } from "./uploads";
import { useDraft } from "./useDraft";
import { useResults } from "./useResults";
import { useSearchKeys } from "./useSearchKeys";
import { hasPicture, isBlank, type SearchView, viewKey } from "./view";
import { Ways } from "./Ways";
import { WhyPanel } from "./WhyPanel";
import styles from "./SearchPage.module.css";

const WHY = "lumina-why";
/** So many results are chosen at once, at most. */
const MOST = 5000;

/** Images by words, filters, a picture or a region of one, each with why it was found. */
export function SearchPage() {
  const view = useSearch({ from: "/search" });
  const navigate = useNavigate();
  const q = view.q ?? "";
  const go = (change: Partial<SearchView>, replace = false) =>
    void navigate({ to: "/search", search: { ...view, ...change }, replace });
  const draft = useDraft(q, (next) => go({ q: next }, true));
  const results = useResults(view);
  const { items, answer, error, refetch, stale } = results;
  const example = useExample(view);
  const grid = useRef<ResultsHandle>(null);
  const [cursor, setCursor] = useState<number | null>(null);
  const [why, setWhy] = useState(() => localStorage.getItem(WHY) === "open");
  const showWhy = (open: boolean) => {
    localStorage.setItem(WHY, open ? "open" : "closed");
    setWhy(open);
  };
  useTitle(q ? `${q} · Search` : "Search");
  const call = searchCall(view, example.file?.split("/").at(-1)) ?? undefined;
  usePageCommand(searchCommand(view, example.file), searchPath(view), call);
  useEffect(() => {
    if (!stale)
      lay(
        view,
        items.map(({ image }) => image.id),
      );
  }, [view, items, stale]);
  useSearchKeys(grid, () => showWhy(!why));
  const blank = isBlank(view);
  const span = error && !results.isPlaceholderData ? asProblem(error).span : null;
  const wrong = span && draft.text === q ? ([unitsOf(q, span[0]), unitsOf(q, span[1])] as const) : null;
  const byFile = (file: File) => go({ upload: keep(file, file.name), image: undefined, region: undefined });
  const open = (id: number) =>
    void navigate({ to: "/image/$id", params: { id: String(id) }, search: {}, state: { search: view } });
  const chooseAll = async () => {
    let read = results.items.length;
    let page = results;
    while (page.hasNextPage && read < MOST) {
      page = { ...page, ...(await results.fetchNextPage()) };
      const pages = page.data?.pages ?? [];
      chooseFound(pages.flatMap((one) => one.items));
      read = pages.reduce((sum, one) => sum + one.items.length, 0);
    }
    chooseFound(results.items);
  };
  return (
    <DropZone onFile={byFile}>
      <header className={styles.header}>
        <h1 className="visually-hidden">Search</h1>
        <div className={styles.top} role="search">
          <SearchBox
            text={draft.text}
            catalog={view.catalog}
            wrong={wrong}
            autoFocus={blank}
            onType={draft.type}
            onEnter={draft.flush}
            onLeave={() => grid.current?.enter()}
            onFile={byFile}
          />
          <CopyMenu />
        </div>
        {span && (
          <p id={TROUBLE} className={styles.trouble} role="status">
            {asProblem(error).message}
          </p>
        )}
        {hasPicture(view) && <ExampleBar view={view} shown={example} onChange={go} />}
        <FilterRow view={view} onQuery={(next) => go({ q: next })} onCatalog={(catalog) => go({ catalog })} />
        {!blank && answer && (
          <div className={styles.answer}>
            <p className={styles.sum} role="status">
              {sumUp(answer.total, items.length, results.isPlaceholderData || (stale && !error))}
            </p>
            <UnderstoodChips answer={answer} q={q} onQuery={(next) => go({ q: next })} />
          </div>
        )}
        {!blank && answer && !stale && <Ways ways={answer.ways} />}
        {error && !span && !blank && (
          <ProblemNote error={error} doing="search" onRetry={() => void refetch()} />
        )}
      </header>
      <div className={styles.body}>
        {blank && <Beginning view={view} />}
        {!blank && !answer && !error && <Sketch />}
        {!blank && answer && items.length === 0 && !stale && (
          <div className={styles.nothing}>
            <Nothing view={view} answer={answer} onChange={go} />
          </div>
        )}
        {!blank && items.length > 0 && (
          <Results
            key={viewKey({ ...view, q: answer?.query.text ?? q })}
            ref={grid}
            view={view}
            items={items}
            stale={stale}
            want={results.want}
            onOpen={open}
            onCursor={setCursor}
            onWhy={(id) => {
              setCursor(id);
              showWhy(true);
            }}
          >
            {results.isFetchNextPageError && (
              <ProblemNote
                error={error}
                doing="read more results"
                onRetry={() => void results.fetchNextPage()}
              />
            )}
          </Results>
        )}
        {why && !blank && items.length > 0 && (
          <WhyPanel
            item={items.find(({ image }) => image.id === cursor)}
            view={view}
            onOpen={open}
            onClose={() => showWhy(false)}
          />
        )}
        <SearchCulling
          view={view}
          items={items}
          total={answer?.total ?? null}
          here={() => grid.current?.here() ?? null}
          onAll={() => void chooseAll()}
        />
      </div>
    </DropZone>
  );
}

function sumUp(total: number | null, shown: number, waiting: boolean): string {
  if (waiting) return "Searching…";
  return total === null ? `More than ${count(shown)} images` : images(total);
}

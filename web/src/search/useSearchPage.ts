/** The state of the page Search, and everything that can be done on it. */
import { useNavigate, useSearch } from "@tanstack/react-router";
import { useEffect, useState } from "react";
import { asProblem } from "~/api/problem";
import { usePageCommand } from "~/lib/commands";
import { useTitle } from "~/lib/title";
import { searchCall, searchCommand, searchPath } from "./command";
import { useExample } from "./ExampleBar";
import { unitsOf } from "./pieces";
import { chooseFound } from "./Results";
import { lay, placeIn } from "./trail";
import { keep } from "./uploads";
import { useDraft } from "./useDraft";
import { useResults } from "./useResults";
import { isBlank, type SearchView } from "./view";

const WHY = "lumina-why";
/** So many results are chosen at once, at most. */
const MOST = 5000;

export type SearchState = ReturnType<typeof useSearchPage>;

export function useSearchPage() {
  const view = useSearch({ from: "/search" });
  const navigate = useNavigate();
  const q = view.q ?? "";
  const go = (change: Partial<SearchView>, replace = false) =>
    void navigate({ to: "/search", search: { ...view, ...change }, replace });
  const draft = useDraft(q, (next) => go({ q: next }, true));
  const [typing, setTyping] = useState(false);
  const results = useResults(view, typing);
  const { items, stale } = results;
  const example = useExample(view);
  const [cursor, setCursor] = useState(() => placeIn(view).image);
  const [why, setWhy] = useState(() => localStorage.getItem(WHY) === "open");
  const showWhy = (open: boolean) => {
    localStorage.setItem(WHY, open ? "open" : "closed");
    setWhy(open);
  };
  useTitle(q ? `${q} · Search` : "Search");
  const call = searchCall(view, example.file?.split("/").at(-1)) ?? undefined;
  usePageCommand(searchCommand(view, example.file), searchPath(view), call);
  useEffect(() => {
    if (stale) return;
    const ids = items.map(({ image }) => image.id);
    lay(results.view, ids);
  }, [results.view, items, stale]);
  const trouble = troubleOf(results);
  return {
    view,
    results,
    example,
    blank: isBlank(view),
    text: draft.text,
    /** What is wrong with the query; null where it can be read. */
    trouble,
    /** Where it is wrong, in the text of the box. */
    wrong: trouble && draft.text === q ? placeOf(q, trouble.span) : null,
    /** The image that the keyboard is on. */
    current: items.find(({ image }) => image.id === cursor),
    why: why && items.length > 0,
    showWhy: (open = !why) => showWhy(open),
    setCursor,
    go,
    type: (text: string) => {
      setTyping(true);
      draft.type(text);
    },
    enter: () => {
      setTyping(false);
      draft.flush();
    },
    byFile: (file: File) => go({ upload: keep(file, file.name), image: undefined, region: undefined }),
    open: (id: number) => {
      const params = { id: String(id) };
      void navigate({ to: "/image/$id", params, search: {}, state: { search: results.view } });
    },
    chooseAll: () => void readAll(results),
  };
}

type Span = readonly [number, number];

function troubleOf({ error, isPlaceholderData }: ReturnType<typeof useResults>) {
  const problem = error && !isPlaceholderData ? asProblem(error) : null;
  return problem?.span ? { text: problem.message, span: problem.span } : null;
}

function placeOf(q: string, [start, end]: Span): Span {
  return [unitsOf(q, start), unitsOf(q, end)];
}

/** Reads on to the end, or as far as is sensible, and chooses what it finds. */
async function readAll(results: ReturnType<typeof useResults>): Promise<void> {
  let found = results.items;
  let more = results.hasNextPage;
  while (more && found.length < MOST) {
    const next = await results.fetchNextPage();
    found = next.data?.pages.flatMap(({ items }) => items) ?? found;
    more = next.hasNextPage && !next.isError;
  }
  chooseFound(found);
}

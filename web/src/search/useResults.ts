/** What a search finds, page by page; what was found before stays until the next answer is here. */
import { type InfiniteData, keepPreviousData, useInfiniteQuery, useQueryClient } from "@tanstack/react-query";
import { useCallback, useEffect, useMemo, useRef, useState } from "react";
import { onChange } from "~/api/events";
import { Problem } from "~/api/problem";
import { searching } from "~/api/search";
import type { SearchAnswer, SearchResult } from "~/api/types";
import { onCurated } from "~/curation/curate";
import { applied, moves } from "~/curation/marks";
import { begun } from "./pieces";
import { isBlank, type SearchView, viewKey } from "./view";
import { uploaded } from "./uploads";

const PAGE = 60;
const QUIET_MS = 300;
const FRESH_MS = 5 * 60_000;

type Pages = InfiniteData<SearchAnswer, string | undefined>;

export function resultsKey(view: SearchView): readonly unknown[] {
  return ["search", viewKey(view)];
}

/** A page of a search: the first by its picture, all that follow by the cursor alone. */
export function readPage(view: SearchView, cursor?: string, signal?: AbortSignal): Promise<SearchAnswer> {
  const asked = { q: view.q ?? "", catalog: view.catalog, limit: PAGE };
  const image = view.image ? Number(view.image) : undefined;
  if (cursor || (image === undefined && !view.upload)) return searching.find(asked, cursor, signal);
  const file = uploaded(view.upload)?.file;
  if (image === undefined && !file) return Promise.reject(GONE);
  return searching.alike(asked, { file, image, region: view.region }, signal);
}

const GONE = new Problem(
  "That picture is gone",
  "It was in this window’s memory, and the window was loaded anew. Drop it here again.",
  410,
);

/**
 * Results of a view. While its last word is being typed (`typing`) and nothing has that word, what has a word that
 * begins so; `view` of the answer is the one that was answered.
 */
export function useResults(view: SearchView, typing: boolean) {
  const exact = useAnswer(view);
  const q = typing && isEmpty(exact) ? begun(view.q ?? "") : null;
  const wide = useAnswer(q === null ? {} : { ...view, q });
  if (q === null || wide.error || isEmpty(wide)) return exact;
  return wide.stale || !wide.answer ? { ...exact, stale: true } : wide;
}

function isEmpty({ stale, answer, items }: ReturnType<typeof useAnswer>): boolean {
  return !stale && answer !== undefined && items.length === 0;
}

/**
 * Results of a view; `want` says up to which of them the reader has come. `stale`: they are of what was asked before,
 * since the answer is on its way, or failed.
 */
function useAnswer(view: SearchView) {
  const asked = useInfiniteQuery({
    queryKey: resultsKey(view),
    queryFn: ({ pageParam, signal }) => readPage(view, pageParam, signal),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (page) => page.next ?? undefined,
    enabled: !isBlank(view),
    placeholderData: keepPreviousData,
    staleTime: FRESH_MS,
  });
  const { hasNextPage, isFetching, isError, fetchNextPage, isPlaceholderData } = asked;
  const data = useKept(asked.data);
  const items = useMemo(() => unique(data?.pages ?? []), [data]);
  const wanted = useRef(0);
  const more = useCallback(() => {
    const done = isFetching || isError || isPlaceholderData || items.length >= wanted.current;
    if (hasNextPage && !done) void fetchNextPage();
  }, [hasNextPage, isFetching, isError, isPlaceholderData, fetchNextPage, items.length]);
  useEffect(more, [more]);
  const want = useCallback(
    (end: number) => {
      wanted.current = end;
      more();
    },
    [more],
  );
  useKeptCurrent(view);
  const stale = isPlaceholderData || data !== asked.data;
  return { ...asked, view, items, want, answer: data?.pages[0], stale };
}

/** The newest value that was one: an answer that fails leaves what was there. */
function useKept<T>(value: T | undefined): T | undefined {
  const [kept, keep] = useState(value);
  if (value !== undefined && value !== kept) keep(value);
  return value ?? kept;
}

/** An image that moves from one page to another while they are read counts once. */
function unique(pages: readonly SearchAnswer[]): SearchResult[] {
  const found = new Map<number, SearchResult>();
  for (const { items } of pages)
    for (const item of items) if (!found.has(item.image.id)) found.set(item.image.id, item);
  return [...found.values()];
}

/** Shows what this page changes about images at once, and reads again what was taken back. */
function useKeptCurrent(view: SearchView): void {
  const client = useQueryClient();
  const key = viewKey(view);
  useEffect(() => {
    const queryKey = ["search", key];
    let timer: ReturnType<typeof setTimeout> | undefined;
    const stops = [
      onChange((event) => {
        if (event !== "undone" && event !== "published") return;
        clearTimeout(timer);
        timer = setTimeout(() => void client.invalidateQueries({ queryKey }), QUIET_MS);
      }),
      onCurated((images, changes) => {
        const touched = new Set(images);
        const away = moves(changes);
        client.setQueryData<Pages>(
          queryKey,
          (known) =>
            known && {
              ...known,
              pages: known.pages.map((page) => ({
                ...page,
                items: page.items
                  .filter(({ image }) => !away || !touched.has(image.id))
                  .map((item) =>
                    touched.has(item.image.id)
                      ? { ...item, image: { ...item.image, ...applied(item.image, changes) } }
                      : item,
                  ),
              })),
            },
        );
      }),
    ];
    return () => {
      clearTimeout(timer);
      stops.forEach((stop) => stop());
    };
  }, [client, key]);
}

/** What a view finds: an answer to a question or, where nothing is asked, pages of listings. */
import { keepPreviousData, useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { useMemo, useState } from "react";
import { listings } from "~/api/listings";
import { Problem } from "~/api/problem";
import type { ListingAnswer, ListingCard, ListingResult } from "~/api/types";
import { uploaded } from "~/search/uploads";
import { isBrowsing, type ListingsView, narrowing, questionKey, questionOf } from "./view";

const FIRST = 60;
const MOST = 200;
const FRESH_MS = 5 * 60_000;

const GONE = new Problem(
  "That picture is gone",
  "It was in this window’s memory, and the window was loaded anew. Drop it here again.",
  410,
);

async function find(view: ListingsView, limit: number, signal: AbortSignal): Promise<ListingAnswer> {
  const image = view.upload ? uploaded(view.upload)?.file : undefined;
  if (view.upload && !image) throw GONE;
  return listings.find({ ...questionOf(view), image, limit }, signal);
}

/** An item of the list: found, or leafed to. */
export type Item = ListingCard | ListingResult;

export function isFound(item: Item): item is ListingResult {
  return "ranks" in item;
}

export type Found = ReturnType<typeof useListings>;

export function useListings(view: ListingsView) {
  const browsing = isBrowsing(view);
  const key = questionKey(view);
  /** The question of which more results than at first are wanted. */
  const [whole, setWhole] = useState("");
  const limit = whole === key ? MOST : FIRST;
  const asked = useQuery({
    queryKey: ["listings", "found", key, limit],
    queryFn: ({ signal }) => find(view, limit, signal),
    enabled: !browsing,
    placeholderData: keepPreviousData,
    staleTime: FRESH_MS,
  });
  const pages = useInfiniteQuery({
    queryKey: ["listings", "pages", JSON.stringify(narrowing(view))],
    queryFn: ({ pageParam, signal }) => listings.page(narrowing(view), pageParam, signal),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (page) => page.next ?? undefined,
    enabled: browsing,
    placeholderData: keepPreviousData,
  });
  const leafed = useMemo(() => pages.data?.pages.flatMap(({ items }) => items), [pages.data]);
  const { data: answer } = asked;
  const growing = limit === MOST && asked.isPlaceholderData;
  const found = {
    items: answer?.results as readonly Item[] | undefined,
    error: asked.error,
    retry: () => void asked.refetch(),
    /** What is shown is of what was asked before. */
    stale: asked.isPlaceholderData && !growing,
    /** Reads on; undefined at the end. */
    more: limit === FIRST && answer?.results.length === FIRST ? () => setWhole(key) : undefined,
    reading: growing,
  };
  const read = {
    items: leafed,
    error: pages.error,
    retry: () => void (leafed ? pages.fetchNextPage() : pages.refetch()),
    stale: pages.isPlaceholderData,
    more: pages.hasNextPage ? () => void pages.fetchNextPage() : undefined,
    reading: pages.isFetchingNextPage,
  };
  return { ...(browsing ? read : found), answer: browsing ? undefined : answer };
}

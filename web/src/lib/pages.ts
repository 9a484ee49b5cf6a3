/** Long lists, read page by page as far as they are looked at. */
import { type InfiniteData, useInfiniteQuery, useQueryClient } from "@tanstack/react-query";
import { useCallback, useEffect, useMemo, useRef } from "react";
import { onChange } from "~/api/events";

export interface Page<T> {
  items: T[];
  next: string | null;
}

type Pages<P> = InfiniteData<P, string | undefined>;

interface Wish<P> {
  key: readonly unknown[];
  read: (cursor: string | undefined, signal: AbortSignal) => Promise<P>;
}

const QUIET_MS = 300;

/** The items so far; `want` says how many of them are in view. */
export function usePages<T, P extends Page<T>>({ key, read }: Wish<P>) {
  const client = useQueryClient();
  const asked = useInfiniteQuery({
    queryKey: key,
    queryFn: ({ pageParam, signal }) => read(pageParam, signal),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (page) => page.next ?? undefined,
  });
  const { data, hasNextPage, isFetching, isError, fetchNextPage, refetch } = asked;
  const items = useMemo(() => data?.pages.flatMap((page) => page.items) ?? [], [data]);
  const wanted = useRef(0);
  const more = useCallback(() => {
    if (hasNextPage && !isFetching && !isError && items.length < wanted.current) void fetchNextPage();
  }, [hasNextPage, isFetching, isError, fetchNextPage, items.length]);
  useEffect(more, [more]);
  const want = useCallback(
    (_first: number, end: number) => {
      wanted.current = end;
      more();
    },
    [more],
  );
  useRereading(refetch);
  const update = (change: (page: P) => P) =>
    client.setQueryData<Pages<P>>(key, (pages) =>
      pages ? { ...pages, pages: pages.pages.map(change) } : pages,
    );
  return { ...asked, items, want, update };
}

/** Reads again when another set is shown, or something was taken back. */
function useRereading(refetch: () => Promise<unknown>): void {
  useEffect(() => {
    let timer: ReturnType<typeof setTimeout> | undefined;
    const stop = onChange((event) => {
      if (event !== "undone" && event !== "published") return;
      clearTimeout(timer);
      timer = setTimeout(() => void refetch(), QUIET_MS);
    });
    return () => {
      clearTimeout(timer);
      stop();
    };
  }, [refetch]);
}

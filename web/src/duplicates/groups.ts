/** The list of groups: read page by page, kept current, shortened at once where a group is dealt with. */
import { type InfiniteData, useInfiniteQuery, useQueryClient } from "@tanstack/react-query";
import { useCallback, useEffect, useMemo, useRef } from "react";
import { onChange } from "~/api/events";
import { type GroupQuery, review } from "~/api/review";
import type { DuplicateGroup, DuplicateList } from "~/api/types";
import { useRunningJobs } from "~/jobs/running";

const PAGE = 100;
const QUIET_MS = 300;

type Pages = InfiniteData<DuplicateList, string | undefined>;

export function groupsKey(query: GroupQuery) {
  return ["duplicates", query.catalog, query.tier, query.decided, query.sort] as const;
}

/** The groups of a view, with what to do where more of them come into view. */
export function useGroups(query: GroupQuery) {
  const client = useQueryClient();
  const key = groupsKey(query);
  const asked = useInfiniteQuery({
    queryKey: key,
    queryFn: ({ pageParam, signal }) =>
      review.duplicates({ ...query, limit: PAGE, cursor: pageParam }, signal),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (page) => page.next ?? undefined,
    enabled: query.catalog !== undefined,
  });
  const { data, hasNextPage, isFetching, fetchNextPage, refetch } = asked;
  const groups = useMemo(() => data?.pages.flatMap(({ items }) => items) ?? [], [data]);
  const wanted = useRef(0);
  const more = useCallback(() => {
    if (hasNextPage && !isFetching && groups.length < wanted.current) void fetchNextPage();
  }, [hasNextPage, isFetching, fetchNextPage, groups.length]);
  useEffect(more, [more]);
  const want = useCallback(
    (_first: number, end: number) => {
      wanted.current = end;
      more();
    },
    [more],
  );
  useRereading("detect-duplicates", refetch);
  const first = data?.pages[0];
  const latest = data?.pages.at(-1);
  const change = (next: (pages: Pages) => Pages) =>
    client.setQueryData<Pages>(key, (pages) => (pages ? next(pages) : pages));
  return {
    ...asked,
    groups,
    want,
    run: latest?.run ?? null,
    job: first?.job ?? null,
    summary: first?.summary,
    remove: (ids: ReadonlySet<number>) => change((pages) => withoutGroups(pages, ids)),
    replace: (old: number, group: DuplicateGroup) => change((pages) => withGroup(pages, old, group)),
  };
}

/** Reads again when something was taken back, and when a job of that kind ends. */
export function useRereading(kind: string, refetch: () => Promise<unknown>): void {
  const running = useRunningJobs().some((job) => job.kind === kind);
  const was = useRef(running);
  useEffect(() => {
    if (was.current && !running) void refetch();
    was.current = running;
  }, [running, refetch]);
  useEffect(() => {
    let timer: ReturnType<typeof setTimeout> | undefined;
    const stop = onChange((event) => {
      if (event !== "undone") return;
      clearTimeout(timer);
      timer = setTimeout(() => void refetch(), QUIET_MS);
    });
    return () => {
      clearTimeout(timer);
      stop();
    };
  }, [refetch]);
}

function withoutGroups(pages: Pages, ids: ReadonlySet<number>): Pages {
  const gone = pages.pages.flatMap(({ items }) => items.filter(({ id }) => ids.has(id)));
  const sum = (value: (group: DuplicateGroup) => number) =>
    gone.reduce((total, group) => total + value(group), 0);
  const less = {
    groups: gone.length,
    images: sum(({ members }) => members.length),
    gain: sum(({ gain }) => gain),
    decided: sum(({ decided }) => Number(decided)),
  };
  return {
    ...pages,
    pages: pages.pages.map((page) => ({
      ...page,
      items: page.items.filter(({ id }) => !ids.has(id)),
      summary: {
        groups: page.summary.groups - less.groups,
        images: page.summary.images - less.images,
        gain: page.summary.gain - less.gain,
        decided: page.summary.decided - less.decided,
      },
    })),
  };
}

function withGroup(pages: Pages, old: number, group: DuplicateGroup): Pages {
  return {
    ...pages,
    pages: pages.pages.map((page) => ({
      ...page,
      items: page.items.map((one) => (one.id === old ? group : one)),
    })),
  };
}

/** The list of groups: kept current, shortened at once where a group is dealt with. */
import { type GroupQuery, review } from "~/api/review";
import type { DuplicateGroup, DuplicateList } from "~/api/types";
import { usePages } from "~/lib/pages";

const PAGE = 200;

/** The groups of a view, with what to do where more of them come into view. */
export function useGroups(query: GroupQuery) {
  const pages = usePages<DuplicateGroup, DuplicateList>({
    key: ["duplicates", query.catalog, query.tier, query.decided, query.sort],
    read: (cursor, signal) => review.duplicates({ ...query, limit: PAGE, cursor }, signal),
  });
  const { data, items: groups, update } = pages;
  return {
    ...pages,
    groups,
    run: data?.pages.at(-1)?.run ?? null,
    summary: data?.pages[0]?.summary ?? undefined,
    remove: (ids: ReadonlySet<number>) => {
      const gone = groups.filter(({ id }) => ids.has(id));
      update((page) => withoutGroups(page, gone, ids));
    },
    replace: (old: number, group: DuplicateGroup) =>
      update((page) => ({ ...page, items: page.items.map((one) => (one.id === old ? group : one)) })),
  };
}

function withoutGroups(page: DuplicateList, gone: DuplicateGroup[], ids: ReadonlySet<number>): DuplicateList {
  const sum = (value: (group: DuplicateGroup) => number) =>
    gone.reduce((total, group) => total + value(group), 0);
  const items = page.items.filter(({ id }) => !ids.has(id));
  if (!page.summary) return { ...page, items }; // only the first page has one
  const { groups, images, gain, decided } = page.summary;
  return {
    ...page,
    items,
    summary: {
      groups: groups - gone.length,
      images: images - sum(({ members }) => members.length),
      gain: gain - sum((group) => group.gain),
      decided: decided - sum((group) => Number(group.decided)),
    },
  };
}

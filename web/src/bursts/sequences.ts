/** The list of sequences: kept current, changed at once where a frame is kept. */
import { useEffect, useRef } from "react";
import { type BurstQuery, review } from "~/api/review";
import type { Burst, BurstList } from "~/api/types";
import { onCurated } from "~/curation/curate";
import { applied, type Marks } from "~/curation/marks";
import { usePages } from "~/lib/pages";

const PAGE = 100;

export function useSequences(query: BurstQuery) {
  const pages = usePages<Burst, BurstList>({
    key: ["bursts", query.catalog, query.kind],
    read: (cursor, signal) => review.bursts({ ...query, limit: PAGE, cursor }, signal),
  });
  const { data, update } = pages;
  /** Shows other marks on some frames. */
  const mark = (marks: ReadonlyMap<number, Partial<Marks>>) =>
    update((page) => ({ ...page, items: page.items.map((burst) => marked(burst, marks)) }));
  const latest = useRef(mark);
  useEffect(() => {
    latest.current = mark;
  });
  useEffect(
    () =>
      onCurated((images, { rating, flag, label, favourite }) => {
        const given = Object.entries({ rating, flag, label, favourite }).filter(
          ([, value]) => value !== undefined,
        );
        latest.current(new Map(images.map((id) => [id, Object.fromEntries(given)])));
      }),
    [],
  );
  return {
    ...pages,
    mark,
    run: data?.pages.at(-1)?.run ?? null,
    summary: data?.pages[0]?.summary,
  };
}

function marked(burst: Burst, marks: ReadonlyMap<number, Partial<Marks>>): Burst {
  if (!burst.members.some(({ image }) => marks.has(image.id))) return burst;
  const members = burst.members.map((member) => {
    const change = marks.get(member.image.id);
    return change ? { ...member, image: { ...member.image, ...applied(member.image, change) } } : member;
  });
  return { ...burst, members };
}

/** The state of "Same subject": its groups, and which of their images is looked at. */
import { useNavigate } from "@tanstack/react-router";
import { useState } from "react";
import { review } from "~/api/review";
import type { SubjectGroup, SubjectList } from "~/api/types";
import type { GroupView } from "~/duplicates/search";
import { usePages } from "~/lib/pages";

const PAGE = 100;

export function useSubjects(catalog: string, view: GroupView) {
  const navigate = useNavigate({ from: "/duplicates" });
  const list = usePages<SubjectGroup, SubjectList>({
    key: ["subjects", catalog],
    read: (cursor, signal) => review.subjects({ catalog, limit: PAGE, cursor }, signal),
  });
  const groups = list.items;
  const run = list.data?.pages.at(-1)?.run ?? null;
  const all = Number(run?.counts.groups) || 0;
  const found = groups.findIndex(({ id }) => String(id) === view.group);
  const index = Math.max(0, found);
  const group = groups[index];
  const [member, focus] = useState<number | null>(null);
  const [comparing, compare] = useState(false);
  const at = Math.max(0, group?.members.findIndex(({ image }) => image.id === member) ?? 0);
  const change = (next: Partial<GroupView>) =>
    void navigate({ search: (now: GroupView) => ({ ...now, ...next }), replace: true });
  const goTo = (wanted: number) => {
    const next = groups[Math.max(0, Math.min(groups.length - 1, wanted))];
    if (next) change({ group: String(next.id) });
  };
  const goBeside = (wanted: number, least = 0) => {
    const next = group?.members[Math.max(least, Math.min(group.members.length - 1, wanted))];
    if (next) focus(next.image.id);
  };
  return {
    ...list,
    groups,
    run,
    /** Of what has left since the search, no group may be left: known for sure once the last page was read. */
    total: list.hasNextPage ? Math.max(groups.length + 1, all) : groups.length,
    group,
    index,
    /** Place of the image that the keyboard is on. */
    at,
    change,
    open: (id: number) => change({ group: String(id) }),
    focus,
    step: (by: number) => goTo(index + by),
    ends: (last: boolean) => goTo(last ? groups.length - 1 : 0),
    beside: (by: 1 | -1) => goBeside(at + by),
    comparing,
    compare: (open: boolean, image?: number) => {
      if (image !== undefined) focus(image);
      else if (open && at === 0) goBeside(1);
      compare(open);
    },
    /** In the comparison the first stays; arrows lead through the others and around. */
    compareNext: (by: 1 | -1) => {
      const others = (group?.members.length ?? 1) - 1;
      goBeside(1 + ((at - 1 + by + others) % others));
    },
  };
}

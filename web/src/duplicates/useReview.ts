/** The state of the page of duplicates, and everything that can be done on it. */
import { useNavigate } from "@tanstack/react-router";
import { useCallback, useState } from "react";
import { review } from "~/api/review";
import type { DuplicateGroup } from "~/api/types";
import type { PlanWish } from "~/api/types";
import { carryOut, chooseKeeper, complain, matchesView, notDuplicates, wishFor } from "./act";
import type { GroupActs } from "./GroupDetail";
import { useGroups } from "./groups";
import type { GroupView } from "./search";

type Tier = NonNullable<PlanWish["filter"]>["tier"];

export function useReview(catalog: string, view: GroupView) {
  const navigate = useNavigate({ from: "/duplicates" });
  const query = { catalog, tier: view.tier, decided: view.decided, sort: view.sort };
  const list = useGroups(query);
  const { groups } = list;
  const [chosen, setChosen] = useState<ReadonlySet<number>>(new Set());
  const [planned, plan] = useState<PlanWish | null>(null);
  const [compared, compareWith] = useState<number | null>(null);
  const [busy, setBusy] = useState(false);
  /** Place in the list: where a group goes, the one that comes up is looked at. */
  const [place, setPlace] = useState(0);
  const [member, focus] = useState<number | null>(null);
  const index = placeOf(groups, view.group, place);
  const group = groups[index];
  const current = memberOf(group, member);

  const change = useCallback(
    (next: Partial<GroupView>) =>
      void navigate({ search: (now: GroupView) => ({ ...now, ...next }), replace: true }),
    [navigate],
  );
  const open = useCallback((id: number) => change({ group: String(id) }), [change]);
  const goTo = (wanted: number) => {
    const next = Math.max(0, Math.min(groups.length - 1, wanted));
    const target = groups[next];
    if (!target) return;
    setPlace(next);
    open(target.id);
  };
  const choose = useCallback(
    (id: number) => setChosen((now) => (now.has(id) ? less(now, new Set([id])) : new Set([...now, id]))),
    [],
  );
  /** Takes groups off the list. */
  const leave = (ids: ReadonlySet<number>) => {
    const next = groups.slice(index + 1).find(({ id }) => !ids.has(id));
    setPlace(Math.max(0, index - groups.slice(0, index).filter(({ id }) => ids.has(id)).length));
    list.remove(ids);
    setChosen((now) => less(now, ids));
    if (group && ids.has(group.id)) change({ group: next && view.group ? String(next.id) : undefined });
  };
  const keepBest = async () => {
    if (!group || busy) return;
    setBusy(true);
    try {
      const wish = wishFor(catalog, group);
      const seen = await review.plan(wish);
      if (!matchesView(seen, group)) return plan(wish);
      await carryOut(wish, seen);
      leave(new Set([group.id]));
    } catch (problem) {
      complain("keep the best", problem);
      void list.refetch();
    } finally {
      setBusy(false);
    }
  };
  const apart = async (ids: number[]) => {
    if (await notDuplicates(ids)) leave(new Set(ids));
  };
  const keep = async (image: number) => {
    if (!group || image === group.keeper) return;
    const changed = await chooseKeeper(group.id, image);
    if (!changed) return;
    list.replace(group.id, changed);
    focus(image);
    if (changed.id !== group.id && view.group) open(changed.id);
  };
  const preview = (ids: number[] | null) =>
    plan({
      catalog,
      groups: ids,
      filter: { tier: view.tier as Tier, decided: decidedOf(view) },
    });
  const acts: GroupActs = {
    keepBest: () => void keepBest(),
    apart: () => void (group && apart(chosen.size > 0 ? [...chosen] : [group.id])),
    skip: () => goTo(index + 1),
    compare: (image) => compareWith(image ?? current),
    keep: (image) => void keep(image),
    focus,
    back: () => change({ group: undefined }),
  };
  return {
    query,
    list,
    groups,
    group,
    index,
    current,
    chosen,
    planned,
    plan,
    compared,
    compareWith,
    busy,
    acts,
    change,
    open,
    choose,
    chooseAll: () => setChosen(new Set(groups.map(({ id }) => id))),
    chooseNone: () => setChosen(new Set()),
    preview,
    previewChosen: () => preview(chosen.size > 0 ? [...chosen] : null),
    step: (by: 1 | -1) => goTo(index + by),
    ends: (last: boolean) => goTo(last ? groups.length - 1 : 0),
    /** What was planned is under way. */
    begun: () => {
      plan(null);
      if (planned?.groups) leave(new Set(planned.groups));
    },
  };
}

function placeOf(groups: DuplicateGroup[], wanted: string | undefined, place: number): number {
  const at = wanted === undefined ? -1 : groups.findIndex(({ id }) => String(id) === wanted);
  return at >= 0 ? at : Math.min(place, groups.length - 1);
}

function memberOf(group: DuplicateGroup | undefined, member: number | null): number {
  const there = group?.members.some(({ image }) => image.id === member);
  return there && member !== null ? member : (group?.keeper ?? 0);
}

function decidedOf({ decided }: GroupView): boolean | undefined {
  return decided === undefined ? undefined : decided === "true";
}

function less<T>(all: ReadonlySet<T>, gone: ReadonlySet<T>): ReadonlySet<T> {
  return new Set([...all].filter((one) => !gone.has(one)));
}

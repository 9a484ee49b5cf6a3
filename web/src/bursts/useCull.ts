/** The state of the page of bursts, and everything that can be done on it. */
import { useNavigate } from "@tanstack/react-router";
import { useCallback, useState } from "react";
import { announce } from "~/api/events";
import { asProblem } from "~/api/problem";
import { review } from "~/api/review";
import type { Burst, Changes, Curated } from "~/api/types";
import { curate } from "~/curation/curate";
import type { Marks } from "~/curation/marks";
import { undoButton } from "~/curation/undo";
import type { SequenceView } from "~/duplicates/search";
import { say } from "~/ui/messages";
import { useSequences } from "./sequences";

export function useCull(catalog: string, view: SequenceView) {
  const navigate = useNavigate({ from: "/bursts" });
  const query = { catalog, kind: view.kind };
  const list = useSequences(query);
  const bursts = list.items;
  const [place, setPlace] = useState(0);
  const [frame, focus] = useState<number | null>(null);
  const [comparing, compare] = useState(false);
  const [asking, ask] = useState(false);
  const at = bursts.findIndex(({ id }) => String(id) === view.burst);
  const index = at >= 0 ? at : Math.min(place, bursts.length - 1);
  const burst = bursts[index];
  const current = frameOf(burst, frame);
  const change = useCallback(
    (next: Partial<SequenceView>) =>
      void navigate({ search: (now: SequenceView) => ({ ...now, ...next }), replace: true }),
    [navigate],
  );
  const open = useCallback((id: number) => change({ burst: String(id) }), [change]);
  const goTo = (wanted: number) => {
    const next = Math.max(0, Math.min(bursts.length - 1, wanted));
    if (!bursts[next]) return;
    setPlace(next);
    open(bursts[next].id);
  };
  const beside = (by: 1 | -1) => {
    const members = burst?.members ?? [];
    const here = members.findIndex(({ image }) => image.id === current);
    const next = members[Math.max(0, Math.min(members.length - 1, here + by))];
    if (next) focus(next.image.id);
  };
  /** Keeps a frame, rejects the rest, and goes on. */
  const keep = async (image: number) => {
    if (!burst || burst.kind !== "burst") return;
    list.mark(new Map(burst.members.map((one) => [one.image.id, flagged(one.image.id === image)])));
    goTo(index + 1);
    await told(() => review.keepFrame(burst.id, image));
  };
  const keepAll = async () => {
    ask(false);
    if (await told(() => review.keepBest(catalog))) void list.refetch();
  };
  return {
    query,
    list,
    bursts,
    burst,
    index,
    current,
    focus,
    comparing,
    compare,
    asking,
    ask,
    change,
    open,
    beside,
    keep,
    keepAll: () => void keepAll(),
    keepThis: () => void keep(current),
    keepBest: () => burst && void keep(burst.best),
    step: (by: 1 | -1) => goTo(index + by),
    ends: (last: boolean) => goTo(last ? bursts.length - 1 : 0),
    curate: (changes: Changes) => void curate({ images: current ? [current] : [] }, changes, { loud: false }),
    marks: (): Marks[] =>
      burst?.members.filter(({ image }) => image.id === current).map(({ image }) => image) ?? [],
  };
}

function flagged(kept: boolean): Partial<Marks> {
  return { flag: kept ? "pick" : "reject" };
}

function frameOf(burst: Burst | undefined, frame: number | null): number {
  const there = burst?.members.some(({ image }) => image.id === frame);
  return there && frame !== null ? frame : (burst?.best ?? 0);
}

/** Says what was done, with its undo; true where the server has done it. */
async function told(done: () => Promise<Curated>): Promise<boolean> {
  try {
    const { action } = await done();
    if (action) say({ text: action.title, act: undoButton(action.id) });
    else say({ text: "It was so already." });
    announce();
    return true;
  } catch (error) {
    say({ text: "Couldn’t keep that frame", note: asProblem(error).message, tone: "bad" });
    announce("undone");
    return false;
  }
}

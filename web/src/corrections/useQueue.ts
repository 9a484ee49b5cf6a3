/** Questions as they are answered: asked ahead, answered at once, taken back. */
import { useQuery } from "@tanstack/react-query";
import { useEffect, useMemo, useRef, useState } from "react";
import { onChange } from "~/api/events";
import { type Correction, learning } from "~/api/taxonomy";
import { undo } from "~/curation/undo";
import { tell } from "~/tags/say";
import { answered, back, EMPTY, filled, paused, type Queue, skippedOf, unskipped } from "./queue";

const BATCH = 24;
/** With fewer waiting, more are asked for. */
const FEW = 6;
/** So many questions are answered with at once, at most. */
const MOST = 200;

/** Queues by node, 0 for all of them, while another page is looked at. */
const kept = new Map<number, Queue>();
onChange((event) => event === "undone" && kept.clear());

export function useQueue(node: number | undefined) {
  const [queue, setQueue] = useState<Queue>(() => kept.get(node ?? 0) ?? EMPTY);
  const busy = useRef(false);
  const limit = Math.min(MOST, BATCH + skippedOf(queue));
  const asked = useQuery({
    queryKey: ["corrections", node ?? 0],
    queryFn: ({ signal }) => learning.corrections({ node, limit }, signal),
    staleTime: 0,
    gcTime: 0,
  });
  const { data, refetch } = asked;
  const whole = useMemo(() => (data ? filled(queue, data.items) : queue), [queue, data]);
  const current = whole.waiting[0];
  const short = whole.waiting.length < FEW && (data?.items.length ?? 0) >= BATCH;
  useEffect(() => {
    if (short) void refetch();
  }, [short, refetch, whole.answered.length]);
  useEffect(() => void kept.set(node ?? 0, paused(whole)), [node, whole]);
  /** One thing at a time: an answer that is pressed twice is one. */
  const alone = async (act: () => Promise<void>) => {
    if (busy.current) return;
    busy.current = true;
    try {
      await act();
    } finally {
      busy.current = false;
    }
  };
  const answer = (question: Correction, said: [number, boolean][]) =>
    alone(async () => {
      const actions: number[] = [];
      for (const [about, yes] of said) {
        const action = await tell({ images: [question.image.id] }, { node: about }, yes, { loud: false });
        if (action === undefined && actions.length === 0) return; // refused: the question stays
        if (action === undefined) break;
        if (action !== null) actions.push(action); // null: somebody has said so before
      }
      setQueue(answered(whole, question, actions, said.length === 0));
    });
  const takeBack = () =>
    alone(async () => {
      const last = whole.answered.at(-1);
      if (!last) return void (await undo());
      for (const action of last.actions.toReversed()) if (!(await undo(action))) return;
      setQueue(back(whole));
    });
  return {
    ...asked,
    queue: whole,
    current,
    yes: () => current && void answer(current, [[current.node, true]]),
    no: () => current && void answer(current, [[current.node, false]]),
    skip: () => current && void answer(current, []),
    rather: (other: number, within: boolean) =>
      current &&
      void answer(
        current,
        within
          ? [[other, true]]
          : [
              [current.node, false],
              [other, true],
            ],
      ),
    takeBack: () => void takeBack(),
    askSkipped: () => setQueue(unskipped(whole)),
  };
}

/** Questions as they are answered: asked ahead, answered at once, taken back. */
import { useQuery } from "@tanstack/react-query";
import { useEffect, useMemo, useState } from "react";
import { type Correction, learning } from "~/api/taxonomy";
import { undo } from "~/curation/undo";
import { tell } from "~/tags/say";
import { answered, back, EMPTY, filled, type Queue } from "./queue";

const BATCH = 24;
/** With fewer waiting, more are asked for. */
const FEW = 6;

export function useQueue(node: number | undefined) {
  const [queue, setQueue] = useState<Queue>(EMPTY);
  const [busy, setBusy] = useState(false);
  const asked = useQuery({
    queryKey: ["corrections", node ?? 0],
    queryFn: ({ signal }) => learning.corrections({ node, limit: BATCH }, signal),
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
  const answer = async (question: Correction, said: [number, boolean][]) => {
    if (busy) return;
    setBusy(true);
    const actions: number[] = [];
    for (const [about, yes] of said) {
      const action = await tell({ images: [question.image.id] }, { node: about }, yes, { loud: false });
      if (action === undefined) break;
      if (action !== null) actions.push(action);
    }
    if (actions.length > 0 || said.length === 0) setQueue(answered(whole, question, actions));
    setBusy(false);
  };
  const takeBack = async () => {
    const last = whole.answered.at(-1);
    if (!last) return undo();
    for (const action of last.actions.toReversed()) await undo(action);
    setQueue(back(whole));
  };
  return {
    ...asked,
    queue: whole,
    current,
    busy,
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
  };
}

/** The questions that wait, as pure steps: answered ones go, taken back ones come first again. */
import type { Correction } from "~/api/taxonomy";

export interface Answered {
  question: Correction;
  /** Actions that undo it; none where it was skipped. */
  actions: number[];
}

export interface Queue {
  waiting: readonly Correction[];
  answered: readonly Answered[];
}

export const EMPTY: Queue = { waiting: [], answered: [] };

const keyOf = ({ node, image }: Correction) => `${node} ${image.id}`;

/** Adds questions that weren't asked before. */
export function filled(queue: Queue, more: readonly Correction[]): Queue {
  const known = new Set([...queue.waiting, ...queue.answered.map(({ question }) => question)].map(keyOf));
  const fresh = more.filter((question) => !known.has(keyOf(question)));
  return fresh.length > 0 ? { ...queue, waiting: [...queue.waiting, ...fresh] } : queue;
}

/** Without a question, which was answered by these actions. */
export function answered(queue: Queue, question: Correction, actions: number[]): Queue {
  const waiting = queue.waiting.filter((one) => keyOf(one) !== keyOf(question));
  return { waiting, answered: [...queue.answered, { question, actions }] };
}

/** The last answer taken back: its question is asked again. */
export function back(queue: Queue): Queue {
  const last = queue.answered.at(-1);
  if (!last) return queue;
  return { waiting: [last.question, ...queue.waiting], answered: queue.answered.slice(0, -1) };
}

/** Answers about one node so far; what was skipped is none. */
export function answersOf(queue: Queue, node: number): number {
  return queue.answered.filter(({ question, actions }) => question.node === node && actions.length > 0)
    .length;
}

/** The questions that wait, as pure steps: answered ones go, taken back ones come first again. */
import type { Correction } from "~/api/taxonomy";

export interface Answered {
  question: Correction;
  /** Actions that undo it; none where it was skipped, or had been said before. */
  actions: number[];
  skipped: boolean;
}

export interface Queue {
  waiting: readonly Correction[];
  answered: readonly Answered[];
}

export const EMPTY: Queue = { waiting: [], answered: [] };

const keyOf = ({ node, image }: Correction) => `${node} ${image.id}`;
const isSkipped = ({ skipped }: Answered) => skipped;

/** Adds questions that weren't asked before. */
export function filled(queue: Queue, more: readonly Correction[]): Queue {
  const known = new Set([...queue.waiting, ...queue.answered.map(({ question }) => question)].map(keyOf));
  const fresh = more.filter((question) => !known.has(keyOf(question)));
  return fresh.length > 0 ? { ...queue, waiting: [...queue.waiting, ...fresh] } : queue;
}

/** Without a question, which was answered by these actions, or skipped. */
export function answered(queue: Queue, question: Correction, actions: number[], skipped = false): Queue {
  const waiting = queue.waiting.filter((one) => keyOf(one) !== keyOf(question));
  return { waiting, answered: [...queue.answered, { question, actions, skipped }] };
}

/** The last answer taken back: its question is asked again. */
export function back(queue: Queue): Queue {
  const last = queue.answered.at(-1);
  if (!last) return queue;
  return { waiting: [last.question, ...queue.waiting], answered: queue.answered.slice(0, -1) };
}

/** How many were skipped: the server, which doesn't know, goes on to ask them. */
export function skippedOf(queue: Queue): number {
  return queue.answered.filter(isSkipped).length;
}

/** What was skipped is asked once more. */
export function unskipped({ waiting, answered: done }: Queue): Queue {
  return {
    waiting: [...waiting, ...done.filter(isSkipped).map(({ question }) => question)],
    answered: done.filter((one) => !isSkipped(one)),
  };
}

/** What of a queue outlives its page: the question that was asked, and what was said before. */
export function paused({ waiting, answered: done }: Queue): Queue {
  return { waiting: waiting.slice(0, 1), answered: done };
}

/** Answers about one node so far; what was skipped is none. */
export function answersOf(queue: Queue, node: number): number {
  return queue.answered.filter((one) => one.question.node === node && !isSkipped(one)).length;
}

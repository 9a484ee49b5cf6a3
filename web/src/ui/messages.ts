/** Short messages at the edge of the page: what was done, and how to take it back. */
import { Store } from "~/lib/store";

export interface Toast {
  id: number;
  text: string;
  tone: "calm" | "bad";
  /** A second line. */
  note?: string;
  /** What can be done about it. */
  act?: { label: string; run: () => void };
  /** Job that is still at it: the toast shows how far. */
  job?: string;
}

const SHOWN = 3;
const SECONDS = { calm: 9, bad: 14 };

export const toasts = new Store<readonly Toast[]>([]);
const timers = new Map<number, ReturnType<typeof setTimeout>>();
let last = 0;

type Wish = Omit<Toast, "id" | "tone"> & { tone?: Toast["tone"] };

/** Shows a message; returns its id. One with a job stays until it is replaced. */
export function say(wish: Wish): number {
  const toast: Toast = { tone: "calm", ...wish, id: ++last };
  const kept = toasts.get().slice(-(SHOWN - 1));
  toasts.set([...kept, toast]);
  expire(toast);
  return toast.id;
}

/** Puts another message in the place of one; where that is gone, it comes anew. */
export function amend(id: number, wish: Wish): void {
  const toast: Toast = { tone: "calm", ...wish, id };
  const all = toasts.get();
  toasts.set(
    all.some((other) => other.id === id)
      ? all.map((other) => (other.id === id ? toast : other))
      : [...all.slice(-(SHOWN - 1)), toast],
  );
  expire(toast);
}

/** Takes a message away. */
export function dismiss(id: number): void {
  clearTimeout(timers.get(id));
  timers.delete(id);
  toasts.set(toasts.get().filter((toast) => toast.id !== id));
}

/** Keeps the messages while they are looked at; they go some time after. */
export function hold(held: boolean): void {
  for (const toast of toasts.get()) {
    if (held) clearTimeout(timers.get(toast.id));
    else expire(toast);
  }
}

function expire(toast: Toast): void {
  clearTimeout(timers.get(toast.id));
  if (toast.job) return;
  timers.set(
    toast.id,
    setTimeout(() => dismiss(toast.id), SECONDS[toast.tone] * 1000),
  );
}

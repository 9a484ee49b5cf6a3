/** Taking back what was done: the newest action, or a certain one. */
import { announce } from "~/api/events";
import { curation } from "~/api/curation";
import { asProblem } from "~/api/problem";
import { count } from "~/lib/format";
import { follow } from "~/jobs/follow";
import { say } from "~/ui/messages";

let busy = false;

/** Undoes an action, the newest one by default, and says what was undone. False where it could not be. */
export async function undo(action?: number): Promise<boolean> {
  if (busy) return false;
  busy = true;
  try {
    const { action: done, changed, conflicts, job } = await curation.undo(action);
    const note = conflicts > 0 ? left(conflicts) : undefined;
    if (job)
      follow(job, {
        doing: `Taking back: ${done.title}`,
        done: () => ({ text: `Undone: ${done.title}`, note }),
        change: "undone",
      });
    else
      say({
        text: `Undone: ${done.title}`,
        note: note ?? (changed === 0 ? "It had been changed back already." : undefined),
      });
    announce("undone");
    return true;
  } catch (error) {
    const problem = asProblem(error);
    if (problem.status === 404) say({ text: "There is nothing to undo." });
    else say({ text: "Couldn’t undo", note: problem.message, tone: "bad" });
    return false;
  } finally {
    busy = false;
  }
}

function left(conflicts: number): string {
  return conflicts === 1
    ? "One change had been changed again since and stays."
    : `${count(conflicts)} changes had been changed again since and stay.`;
}

/** The button of a message that takes an action back. */
export function undoButton(action: number): { label: string; run: () => void } {
  return { label: "Undo", run: () => void undo(action) };
}

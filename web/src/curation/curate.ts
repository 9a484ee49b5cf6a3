/** Changes what has been decided about images; the page shows it at once, the server's word follows. */
import { announce } from "~/api/events";
import { curation, type Targets } from "~/api/curation";
import { asProblem } from "~/api/problem";
import type { Changes } from "~/api/types";
import { say } from "~/ui/messages";
import { moves } from "./marks";
import { undoButton } from "./undo";

type Listener = (images: readonly number[], changes: Changes) => void;
const listeners = new Set<Listener>();

/** Calls back with each change that this page makes, before the server has answered. */
export function onCurated(listener: Listener): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

interface Options {
  /** False: nothing is said where all went well, since the page shows it. */
  loud?: boolean;
}

/** Applies the changes; true where the server has taken them. */
export async function curate(
  targets: Targets,
  changes: Changes,
  { loud = true }: Options = {},
): Promise<boolean> {
  const known = "images" in targets ? targets.images : [];
  if ("images" in targets && known.length === 0) return false;
  for (const listener of listeners) listener(known, changes);
  try {
    const { action, images } = await curation.curate(targets, changes);
    const quiet = !loud && images <= 1 && !moves(changes);
    if (action && !quiet) say({ text: action.title, act: undoButton(action.id) });
    announce();
    return true;
  } catch (error) {
    const problem = asProblem(error);
    say({ text: "Couldn’t save that", note: problem.message, tone: "bad" });
    announce();
    return false;
  }
}

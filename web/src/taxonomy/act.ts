/** Edits of the tree: what each would touch, doing it, saying so with the way back. */
import { announce } from "~/api/events";
import type { NodeEdited } from "~/api/taxonomy";
import { undoButton } from "~/curation/undo";
import { count, images as sayImages } from "~/lib/format";
import { say } from "~/ui/messages";
import { reread } from "./nodes";

/** An edit that can be tried: with true nothing is changed. */
export type Edit = (dry: boolean) => Promise<NodeEdited>;

/** "14 nodes, 3,201 images". */
export function touched({ nodes, images }: Pick<NodeEdited, "nodes" | "images">): string {
  return `${count(nodes)} ${nodes === 1 ? "node" : "nodes"}, ${sayImages(images)}`;
}

/** Does it, and says what was done. Throws the problem where it can't be. */
export async function carryOut(edit: Edit): Promise<NodeEdited> {
  const done = await edit(false);
  const { action } = done;
  say(
    action
      ? { text: action.title, note: overridden(done), act: undoButton(action.id) }
      : { text: "It was so already." },
  );
  announce();
  reread();
  return done;
}

/** Where people had said the opposite of both nodes of a merge. */
export function overridden({ overridden: images }: NodeEdited): string | undefined {
  if (images === 0) return undefined;
  return `Of ${sayImages(images)} people had said the opposite of both; what they said of the one that stays counts.`;
}

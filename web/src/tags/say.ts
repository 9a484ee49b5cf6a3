/** A person's word on what images show: said to the server, told at the edge of the page, with the way back. */
import { announce } from "~/api/events";
import { type Named, type Targets, taxonomy } from "~/api/taxonomy";
import { asProblem } from "~/api/problem";
import { undoButton } from "~/curation/undo";
import { reread } from "~/taxonomy/nodes";
import { say } from "~/ui/messages";

interface Options {
  /** False: nothing is said where all went well, since the page shows it. */
  loud?: boolean;
}

/** The action's number, null where all was said before; undefined where the server refused. */
export async function tell(
  targets: Targets,
  named: Named,
  yes: boolean | null,
  { loud = true }: Options = {},
): Promise<number | null | undefined> {
  try {
    const { action } = await taxonomy.say(targets, named, yes);
    if (loud)
      say(
        action
          ? { text: action.title, act: undoButton(action.id) }
          : { text: "That was said of all of them before." },
      );
    announce();
    if ("name" in named) reread(); // there may be a node more
    return action?.id ?? null;
  } catch (error) {
    const problem = asProblem(error);
    say({ text: "Couldn’t save that", note: problem.message, tone: "bad" });
    return undefined;
  }
}

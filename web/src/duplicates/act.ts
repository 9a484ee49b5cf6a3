/** What can be done with groups: keep the best, say that they are no copies, choose another keeper. */
import { announce } from "~/api/events";
import { asProblem } from "~/api/problem";
import { review } from "~/api/review";
import type { DuplicateGroup } from "~/api/types";
import type { Plan, PlanWish } from "~/api/types";
import { undoButton } from "~/curation/undo";
import { follow } from "~/jobs/follow";
import { count, images as sayImages } from "~/lib/format";
import { say } from "~/ui/messages";

/** Carries out a plan that was seen, and follows it to its end. */
export async function carryOut(wish: PlanWish, plan: Plan): Promise<void> {
  const { job, action } = await review.resolve(wish, plan.digest);
  void follow(job.id, {
    doing: `Putting away ${sayImages(plan.leaving)}…`,
    done: ({ message }) => ({
      text: action.title,
      note: message ?? undefined,
      act: undoButton(action.id),
    }),
  });
}

/** What one group's plan must say for it to be done without asking: just what is shown on the page. */
export function matchesView(plan: Plan, group: DuplicateGroup): boolean {
  const leaving = new Set(group.members.map(({ image }) => image.id).filter((id) => id !== group.keeper));
  const planned = plan.actions.map(({ image }) => image.id);
  return (
    plan.left_off === 0 &&
    plan.refused.length === 0 &&
    planned.length === leaving.size &&
    planned.every((id) => leaving.has(id)) &&
    plan.actions.every(({ keeper }) => keeper.id === group.keeper)
  );
}

/** The wish for one group as it is shown: its keeper stays, whoever chose it. */
export function wishFor(catalog: string, group: DuplicateGroup): PlanWish {
  return { catalog, groups: [group.id], keepers: { [group.id]: group.keeper } };
}

/** "These are no copies": says so to the server for good; true where it heard. */
export async function notDuplicates(groups: number[]): Promise<boolean> {
  try {
    const { action } = await review.distinct(groups);
    const text =
      groups.length === 1
        ? "Kept all of them: not duplicates"
        : `Kept all images of ${count(groups.length)} groups`;
    say({ text, note: "They won’t be proposed again.", act: action ? undoButton(action.id) : undefined });
    announce();
    return true;
  } catch (error) {
    complain("keep them apart", error);
    return false;
  }
}

/** Another member as keeper; null where the server refused. */
export async function chooseKeeper(group: number, image: number): Promise<DuplicateGroup | null> {
  try {
    return await review.chooseKeeper(group, image);
  } catch (error) {
    complain("keep that one", error);
    return null;
  }
}

export function complain(doing: string, error: unknown): void {
  say({ text: `Couldn’t ${doing}`, note: asProblem(error).message, tone: "bad" });
}

/** The keys of the page of duplicates. */
import { useActions } from "~/lib/actions";
import type { useReview } from "./useReview";
import { inOrder } from "./words";

/** `idle`: something lies over the page. */
export function useReviewKeys(review: ReturnType<typeof useReview>, idle: boolean): void {
  const { group, current, acts } = review;
  const members = group ? inOrder(group).map(({ image }) => image.id) : [];
  const beside = (by: 1 | -1) => () => {
    const at = members.indexOf(current);
    const next = members[Math.max(0, Math.min(members.length - 1, at + by))];
    if (next !== undefined) acts.focus(next);
  };
  const numbered = [1, 2, 3, 4, 5, 6, 7, 8, 9].map((number) => ({
    label: `Keep number ${number}`,
    keys: [String(number)],
    keyOnly: true,
    run: () => members[number - 1] !== undefined && acts.keep(members[number - 1]!),
  }));
  useActions(
    "Duplicates",
    idle
      ? []
      : [
          { label: "Next group", keys: ["ArrowDown"], run: () => review.step(1) },
          { label: "Previous group", keys: ["ArrowUp"], run: () => review.step(-1) },
          { label: "First group", keys: ["Home"], run: () => review.ends(false) },
          { label: "Last loaded group", keys: ["End"], run: () => review.ends(true) },
          { label: "Next member", keys: ["ArrowRight"], run: beside(1) },
          { label: "Previous member", keys: ["ArrowLeft"], run: beside(-1) },
          { label: "Keep the best, put the others away", keys: ["K", "Enter"], run: acts.keepBest },
          { label: "Keep this member instead", keys: ["M"], run: () => acts.keep(current) },
          ...numbered,
          { label: "Not duplicates", keys: ["D"], run: acts.apart },
          { label: "Skip this group", keys: ["S"], run: acts.skip },
          { label: "Compare", keys: ["C"], run: () => acts.compare() },
          { label: "Choose this group", keys: ["Space"], run: () => group && review.choose(group.id) },
          { label: "Choose all loaded groups", keys: ["$mod+A"], run: review.chooseAll },
          { label: "Choose none", keys: ["Escape"], run: review.chooseNone },
          {
            label: "Preview: keep the best of the chosen, or of all",
            keys: ["Shift+K"],
            run: review.previewChosen,
          },
        ],
  );
}

import type { StageStateName } from "~/api/types";
import styles from "./StateMark.module.css";

export const STATE_WORDS: Record<StageStateName, string> = {
  done: "Done",
  missing: "To do",
  failed: "Failed",
  stale: "Out of date",
  waiting: "Waiting",
};

/** A state in a word and a colour; never in the colour alone. */
export function StateMark({ state }: { state: StageStateName }) {
  return (
    <span className={styles.mark} data-state={state}>
      {STATE_WORDS[state]}
    </span>
  );
}

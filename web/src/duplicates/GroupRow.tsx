import { Checkbox } from "@mantine/core";
import { memo } from "react";
import type { DuplicateGroup } from "~/api/types";
import { Thumb } from "~/ui/Thumb";
import { inOrder, summary, TIER_WORDS } from "./words";
import styles from "./Duplicates.module.css";

const PICTURES = 3;

interface RowProps {
  group: DuplicateGroup;
  current: boolean;
  chosen: boolean;
  onOpen: (id: number) => void;
  onChoose: (id: number) => void;
}

/** One group in the list: its pictures, what it would bring, how sure it is. */
export const GroupRow = memo(function GroupRow({ group, current, chosen, onOpen, onChoose }: RowProps) {
  const members = inOrder(group);
  const name = members[0]?.image.name ?? "";
  return (
    <div className={styles.row} data-current={current || undefined}>
      <Checkbox
        aria-label={`Choose the group of ${name}`}
        checked={chosen}
        tabIndex={current ? 0 : -1}
        onChange={() => onChoose(group.id)}
      />
      <button
        type="button"
        className={styles.open}
        data-page-keys
        aria-current={current}
        tabIndex={current ? 0 : -1}
        onClick={() => onOpen(group.id)}
      >
        <span className={styles.pile} aria-hidden>
          {members.slice(0, PICTURES).map(({ image }) => (
            <span key={image.id}>
              <Thumb card={image} />
            </span>
          ))}
        </span>
        <span className={styles.said}>
          <strong>{name}</strong>
          <span className={styles.quiet}>{summary(group)}</span>
          <span className={styles.tags}>
            <span className={styles.tier} data-tier={group.tier}>
              {TIER_WORDS[group.tier]}
            </span>
            {!group.decided && <span className={styles.close}>Too close to call</span>}
          </span>
        </span>
      </button>
    </div>
  );
});

/** A row that is on its way. */
export function RowSketch() {
  return (
    <div className={styles.row} aria-hidden>
      <span className={styles.sketch} data-sketch="picture" />
      <span className={styles.sketch} data-sketch="words" />
    </div>
  );
}

import { Checkbox } from "@mantine/core";
import { memo } from "react";
import type { DuplicateGroup } from "~/api/types";
import { GroupButton } from "./GroupButton";
import { inOrder, summary, TIER_WORDS } from "./words";
import panes from "~/ui/Panes.module.css";
import styles from "./Duplicates.module.css";

/** Height of a row, in pixels. */
export const ROW = 92;

interface RowProps {
  group: DuplicateGroup;
  current: boolean;
  chosen: boolean;
  onOpen: (id: number) => void;
  onChoose: (id: number) => void;
}

/** One group in the list: its pictures, what it would bring, how sure it is. */
export const GroupRow = memo(function GroupRow({ group, current, chosen, onOpen, onChoose }: RowProps) {
  const images = inOrder(group).map(({ image }) => image);
  return (
    <div className={styles.row} data-current={current || undefined}>
      <Checkbox
        aria-label={`Choose the group of ${images[0]?.name ?? ""}`}
        checked={chosen}
        tabIndex={current ? 0 : -1}
        onChange={() => onChoose(group.id)}
      />
      <GroupButton id={group.id} images={images} current={current} onOpen={onOpen}>
        <span className={styles.quiet}>{summary(group)}</span>
        <span className={styles.tags}>
          <span className={styles.tier} data-tier={group.tier}>
            {TIER_WORDS[group.tier]}
          </span>
          {!group.decided && <span className={styles.close}>Too close to call</span>}
        </span>
      </GroupButton>
    </div>
  );
});

interface SketchProps {
  /** Rows without anything to choose them by. */
  plain?: boolean;
}

/** A row that is on its way. */
export function RowSketch({ plain }: SketchProps) {
  return (
    <div className={styles.row} data-plain={plain || undefined} aria-hidden>
      <span className={styles.sketch} data-sketch="picture" />
      <span className={styles.sketch} data-sketch="words" />
    </div>
  );
}

/** The list before anything is known of it. */
export function ListSketch({ plain }: SketchProps) {
  return (
    <div className={panes.body} role="status" aria-label="Loading the groups">
      <div className={panes.list}>
        {Array.from({ length: 8 }, (_, i) => (
          <div key={i} style={{ height: ROW }}>
            <RowSketch plain={plain} />
          </div>
        ))}
      </div>
    </div>
  );
}

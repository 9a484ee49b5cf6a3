import { memo } from "react";
import type { Burst } from "~/api/types";
import { clock, compactDay } from "~/lib/format";
import { Thumb } from "~/ui/Thumb";
import { extent, keptFrame, KIND_WORDS } from "./words";
import styles from "./Bursts.module.css";

const PICTURES = 5;

interface RowProps {
  burst: Burst;
  current: boolean;
  onOpen: (id: number) => void;
}

/** One sequence in the list: when it was, a strip of its frames. */
export const BurstRow = memo(function BurstRow({ burst, current, onOpen }: RowProps) {
  const { members, started_at: start } = burst;
  const step = Math.max(1, (members.length - 1) / (PICTURES - 1));
  const shown = Array.from(
    { length: Math.min(PICTURES, members.length) },
    (_, i) => members[Math.round(i * step)]!,
  );
  const decided = keptFrame(burst) !== null;
  return (
    <button
      type="button"
      className={styles.row}
      data-page-keys
      data-current={current || undefined}
      aria-current={current}
      tabIndex={current ? 0 : -1}
      onClick={() => onOpen(burst.id)}
    >
      <span className={styles.line}>
        <strong>
          {compactDay(start)}, {clock(start)}
        </strong>
        <span className={styles.quiet}>{extent(burst)}</span>
      </span>
      <span className={styles.strip} aria-hidden>
        {shown.map(({ image }) => (
          <span key={image.id}>
            <Thumb card={image} />
          </span>
        ))}
      </span>
      <span className={styles.line}>
        <span className={styles.kind} data-kind={burst.kind}>
          {KIND_WORDS[burst.kind]}
        </span>
        {decided && <span className={styles.kept}>One kept</span>}
      </span>
    </button>
  );
});

import { memo } from "react";
import type { SubjectGroup } from "~/api/types";
import { share } from "~/duplicates/words";
import { images } from "~/lib/format";
import { Thumb } from "~/ui/Thumb";
import styles from "~/duplicates/Duplicates.module.css";

const PICTURES = 3;

interface RowProps {
  group: SubjectGroup;
  current: boolean;
  onOpen: (id: number) => void;
}

/** One group in the list: its pictures, how many they are, how alike. */
export const SubjectRow = memo(function SubjectRow({ group, current, onOpen }: RowProps) {
  const { members, similarity } = group;
  return (
    <div className={styles.row} data-current={current || undefined}>
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
          <strong>{members[0]?.image.name}</strong>
          <span className={styles.quiet}>
            {images(members.length)}, at least {share(similarity)} alike
          </span>
        </span>
      </button>
    </div>
  );
});

import { memo } from "react";
import type { SubjectGroup } from "~/api/types";
import { GroupButton } from "~/duplicates/GroupButton";
import { share } from "~/duplicates/words";
import { images } from "~/lib/format";
import styles from "~/duplicates/Duplicates.module.css";

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
      <GroupButton id={group.id} images={members.map(({ image }) => image)} current={current} onOpen={onOpen}>
        <span className={styles.quiet}>
          {images(members.length)}, at least {share(similarity)} alike
        </span>
      </GroupButton>
    </div>
  );
});

import { IconFlagFilled, IconHeartFilled, IconStarFilled, IconX } from "@tabler/icons-react";
import { describeMarks, type Marks } from "./marks";
import styles from "./Curation.module.css";

/** Small signs of what has been decided, over the foot of a picture; the words stand elsewhere. */
export function MarkSigns({ marks, narrow }: { marks: Marks; narrow?: boolean }) {
  const { rating, flag, label, favourite } = marks;
  if (!describeMarks(marks)) return null;
  return (
    <span className={styles.signs} aria-hidden>
      {flag === "pick" && <IconFlagFilled size={13} />}
      {flag === "reject" && <IconX size={14} stroke={2.6} />}
      {favourite && <IconHeartFilled size={13} />}
      {rating > 0 && (
        <span className={styles.rating}>
          {narrow ? (
            <>
              {rating}
              <IconStarFilled size={11} />
            </>
          ) : (
            Array.from({ length: rating }, (_, i) => <IconStarFilled key={i} size={11} />)
          )}
        </span>
      )}
      {label && <span className={styles.dot} data-label={label} />}
    </span>
  );
}

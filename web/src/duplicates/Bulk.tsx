import { Button, CloseButton } from "@mantine/core";
import { count } from "~/lib/format";
import styles from "./Duplicates.module.css";

interface BulkProps {
  chosen: ReadonlySet<number>;
  total: number;
  onPreview: () => void;
  onApart: () => void;
  onNone: () => void;
}

/** What can be done with the chosen groups. */
export function Bulk({ chosen, total, onPreview, onApart, onNone }: BulkProps) {
  if (chosen.size === 0) return null;
  return (
    <section className={styles.bulk} aria-label="Chosen groups">
      <strong role="status">
        {count(chosen.size)} of {count(total)}
      </strong>
      <Button size="xs" variant="default" onClick={onApart}>
        Not duplicates
      </Button>
      <Button size="xs" onClick={onPreview}>
        Keep best…
      </Button>
      <CloseButton aria-label="Choose none" onClick={onNone} />
    </section>
  );
}

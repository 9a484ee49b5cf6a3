import { Button, CloseButton } from "@mantine/core";
import { IconClipboardList } from "@tabler/icons-react";
import { count } from "~/lib/format";
import { say } from "~/ui/messages";
import { asLines, clearMarks, counted } from "./marks";
import type { ListingsState } from "./useListingsPage";
import styles from "./Listings.module.css";

/** How many were taken for a match, and their list for elsewhere. */
export function MarksLine({ it: { marks, topic } }: { it: ListingsState }) {
  const { match, no } = counted(marks);
  if (match + no === 0) return null;
  const copy = async () => {
    const lines = asLines(marks);
    try {
      await navigator.clipboard.writeText(lines);
      say({ text: "The list is on the clipboard." });
    } catch {
      say({ text: "Copying isn’t allowed here.", note: lines, tone: "bad" });
    }
  };
  return (
    <div className={styles.marks} role="region" aria-label="Your verdicts" data-bulk>
      <p role="status">
        <strong>{count(match)}</strong> {match === 1 ? "match" : "matches"}, <strong>{count(no)}</strong> no
        match
      </p>
      <Button
        size="xs"
        variant="default"
        leftSection={<IconClipboardList size={16} aria-hidden />}
        onClick={() => void copy()}
      >
        Copy the list
      </Button>
      <CloseButton aria-label="Forget the verdicts" onClick={() => clearMarks(topic)} />
    </div>
  );
}

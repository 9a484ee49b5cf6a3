import { Button, Modal, SegmentedControl } from "@mantine/core";
import { useState } from "react";
import type { Named, Targets } from "~/api/taxonomy";
import { NodePicker } from "~/taxonomy/NodePicker";
import { tell } from "./say";
import styles from "./Dialogs.module.css";

type Answer = "yes" | "no" | "back";
const ANSWERS: Record<Answer, boolean | null> = { yes: true, no: false, back: null };

/** One tag for many images: that they show it, that they don't, or neither. */
export default function TagDialog({ targets, onClose }: { targets: Targets; onClose: () => void }) {
  const [answer, setAnswer] = useState<Answer>("yes");
  const [named, setNamed] = useState<Named | null>(null);
  const [busy, setBusy] = useState(false);
  const save = async () => {
    if (!named || busy) return;
    setBusy(true);
    const done = await tell(targets, named, ANSWERS[answer]);
    setBusy(false);
    if (done !== undefined) onClose();
  };
  return (
    <Modal opened onClose={onClose} title="Tag the chosen images" size={480}>
      <form
        className={styles.form}
        onSubmit={(event) => {
          event.preventDefault();
          void save();
        }}
      >
        <NodePicker
          label="Tag"
          focus
          keep
          create={answer === "yes" ? (name) => `Make the tag “${name}”` : undefined}
          onPick={setNamed}
          onUnpick={() => setNamed(null)}
        />
        <SegmentedControl
          aria-label="What is said"
          value={answer}
          onChange={(value) => setAnswer(value as Answer)}
          data={[
            { value: "yes", label: "They show it" },
            { value: "no", label: "They don’t" },
            { value: "back", label: "Take back what I said" },
          ]}
        />
        {answer === "no" && (
          <p className={styles.quiet}>It never comes back to them by itself, whatever models or files say.</p>
        )}
        <div className={styles.foot}>
          <Button variant="default" onClick={onClose}>
            Cancel
          </Button>
          <Button type="submit" loading={busy} disabled={!named}>
            Save
          </Button>
        </div>
      </form>
    </Modal>
  );
}

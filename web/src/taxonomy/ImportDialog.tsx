import { Button, FileButton, Modal, Textarea } from "@mantine/core";
import { IconFile } from "@tabler/icons-react";
import { useRef, useState } from "react";
import { announce } from "~/api/events";
import { asProblem } from "~/api/problem";
import { type Imported, taxonomy } from "~/api/taxonomy";
import { undoButton } from "~/curation/undo";
import { count } from "~/lib/format";
import { say } from "~/ui/messages";
import { textOf } from "./text";
import { reread } from "./nodes";
import styles from "./Taxonomy.module.css";

/** A list of keywords or JSON into the tree: first what it would add, then doing it. */
export function ImportDialog({ onClose }: { onClose: () => void }) {
  const [text, setText] = useState("");
  const [would, setWould] = useState<Imported | null>(null);
  const [error, setError] = useState("");
  const [busy, setBusy] = useState(false);
  const latest = useRef(text);
  const give = (next: string, problem = "") => {
    latest.current = next;
    setText(next);
    setWould(null);
    setError(problem);
  };
  const open = async (file: File | null) => {
    if (!file) return;
    try {
      give(await textOf(file));
    } catch (problem) {
      give("", (problem as Error).message);
    }
  };
  const take = async (dry: boolean) => {
    setBusy(true);
    try {
      const answer = await taxonomy.take(text, null, dry);
      if (dry) return setWould(latest.current === text ? answer : null); // it may have been typed on meanwhile
      say({ text: added(answer, "Added"), act: answer.action ? undoButton(answer.action.id) : undefined });
      announce();
      reread();
      onClose();
    } catch (problem) {
      setError(asProblem(problem).message);
    } finally {
      setBusy(false);
    }
  };
  return (
    <Modal opened onClose={onClose} title="Import nodes" size={620}>
      <form
        className={styles.dialog}
        onSubmit={(event) => {
          event.preventDefault();
          if (text.trim()) void take(would === null);
        }}
      >
        <p className={styles.quiet}>
          A list of keywords as Lightroom, Capture One and digiKam exchange it, or JSON from Lumina. Nothing
          is taken away.
        </p>
        <FileButton onChange={(file) => void open(file)} accept=".txt,.json,text/plain,application/json">
          {(props) => (
            <Button {...props} variant="default" leftSection={<IconFile size={17} aria-hidden />}>
              Choose a file…
            </Button>
          )}
        </FileButton>
        <Textarea
          label="Or paste it"
          rows={8}
          value={text}
          error={error}
          onChange={(event) => give(event.currentTarget.value)}
          classNames={{ input: styles.code }}
        />
        <p className={styles.touches} role="status">
          {would && added(would, "Would add")}
        </p>
        <div className={styles.foot}>
          <Button variant="default" onClick={onClose}>
            Cancel
          </Button>
          <Button type="submit" loading={busy} disabled={!text.trim()}>
            {would ? "Import" : "See what it adds"}
          </Button>
        </div>
      </form>
    </Modal>
  );
}

function added({ added, renamed }: Imported, verb: string): string {
  const others = renamed > 0 ? `, and names to ${count(renamed)} that are there` : "";
  return `${verb} ${count(added)} ${added === 1 ? "node" : "nodes"}${others}`;
}

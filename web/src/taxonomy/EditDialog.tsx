import { Button, Modal } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { type ReactNode, useState } from "react";
import { asProblem, type Problem } from "~/api/problem";
import type { NodeEdited } from "~/api/taxonomy";
import { carryOut, type Edit, overridden, touched } from "./act";
import styles from "./Taxonomy.module.css";

interface DialogProps {
  title: string;
  /** What the button says. */
  verb: string;
  /** The verb of what it touches: "Moves". */
  tells: string;
  /** What would be done; null while something is missing. `key` tells edits apart. */
  wish: { key: string; edit: Edit } | null;
  /** The fields; `error` belongs at the one that it is about. */
  children: (error: string | undefined) => ReactNode;
  onClose: () => void;
  onDone: (done: NodeEdited) => void;
}

/** An edit of the tree: its fields, what it would touch, and doing it. */
export function EditDialog({ title, verb, tells, wish, children, onClose, onDone }: DialogProps) {
  const [failed, setFailed] = useState<{ key: string; problem: Problem } | null>(null);
  const [busy, setBusy] = useState(false);
  const tried = useQuery({
    queryKey: ["taxonomy-try", title, wish?.key],
    queryFn: () => wish!.edit(true),
    enabled: wish !== null,
    staleTime: 0,
    gcTime: 0,
    retry: false,
  });
  const problem = failed && failed.key === wish?.key ? failed.problem : tried.error && asProblem(tried.error);
  const submit = async () => {
    if (!wish || busy) return;
    setBusy(true);
    try {
      onDone(await carryOut(wish.edit));
    } catch (error) {
      setFailed({ key: wish.key, problem: asProblem(error) });
    } finally {
      setBusy(false);
    }
  };
  return (
    <Modal opened onClose={onClose} title={title} size={520}>
      <form
        className={styles.dialog}
        onSubmit={(event) => {
          event.preventDefault();
          void submit();
        }}
      >
        {children(wish && problem ? problem.message : undefined)}
        <p className={styles.touches} role="status">
          {wish && !problem && <Touches tried={tried.data} tells={tells} />}
        </p>
        <div className={styles.foot}>
          <Button variant="default" onClick={onClose}>
            Cancel
          </Button>
          <Button type="submit" loading={busy} disabled={!wish || Boolean(problem)}>
            {verb}
          </Button>
        </div>
      </form>
    </Modal>
  );
}

function Touches({ tried, tells }: { tried: NodeEdited | undefined; tells: string }) {
  if (!tried) return "Looking what it touches…";
  const words = overridden(tried);
  return (
    <>
      {tells} <strong>{touched(tried)}</strong>.{words && ` ${words}`}
    </>
  );
}

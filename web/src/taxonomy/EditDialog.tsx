import { Button, Modal } from "@mantine/core";
import { useDebouncedValue } from "@mantine/hooks";
import { useQuery } from "@tanstack/react-query";
import { type ReactNode, useState } from "react";
import { asProblem, type Problem } from "~/api/problem";
import type { NodeEdited } from "~/api/taxonomy";
import { ProblemNote } from "~/ui/States";
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

/** While a name is typed, what it would touch isn't asked for at each letter. */
const SETTLED_MS = 180;

/** An edit of the tree: its fields, what it would touch, and doing it. */
export function EditDialog(props: DialogProps) {
  const { title, verb, tells, wish, children, onClose } = props;
  const { tried, problem, away, busy, submit, again } = useEdit(props);
  return (
    <Modal opened onClose={onClose} title={title} size={520}>
      <form
        className={styles.dialog}
        onSubmit={(event) => {
          event.preventDefault();
          void submit();
        }}
      >
        {children(problem && !away ? problem.message : undefined)}
        {away && <ProblemNote error={problem} doing={verb.toLowerCase()} onRetry={again} />}
        <p className={styles.touches} role="status">
          {wish && !problem && <Touches tried={tried} tells={tells} />}
        </p>
        <div className={styles.foot}>
          <Button variant="default" onClick={onClose}>
            Cancel
          </Button>
          <Button type="submit" loading={busy} disabled={!wish || problem !== null}>
            {verb}
          </Button>
        </div>
      </form>
    </Modal>
  );
}

/** An edit that is tried as soon as it is whole, and done when it is meant. */
function useEdit({ title, wish, onDone }: DialogProps) {
  const [failed, setFailed] = useState<{ key: string; problem: Problem } | null>(null);
  const [busy, setBusy] = useState(false);
  const [settled] = useDebouncedValue(wish?.key, SETTLED_MS);
  const { data, error, refetch } = useQuery({
    queryKey: ["taxonomy-try", title, wish?.key],
    queryFn: () => wish!.edit(true),
    enabled: wish !== null && settled === wish.key,
    staleTime: 0,
    gcTime: 0,
    retry: false,
  });
  const done = failed && failed.key === wish?.key ? failed.problem : null;
  const problem = wish && (done ?? (error && asProblem(error)));
  const submit = async () => {
    if (!wish || problem || busy) return;
    setBusy(true);
    try {
      onDone(await carryOut(wish.edit));
    } catch (thrown) {
      setFailed({ key: wish.key, problem: asProblem(thrown) });
    } finally {
      setBusy(false);
    }
  };
  return {
    tried: data,
    problem,
    /** Not what is wished stands in the way, but that the server can't be asked now. */
    away: problem !== null && (problem.offline || problem.status >= 500),
    busy,
    submit,
    again: () => {
      setFailed(null);
      void refetch();
    },
  };
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

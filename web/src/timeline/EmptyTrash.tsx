import { Button, Modal } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { IconTrashX } from "@tabler/icons-react";
import { useState } from "react";
import { announce } from "~/api/events";
import { curation } from "~/api/curation";
import { asProblem } from "~/api/problem";
import { count, images, size } from "~/lib/format";
import { say } from "~/ui/messages";
import { ProblemNote } from "~/ui/States";
import styles from "./TimelineHeader.module.css";

/** Removes for good what has been in the trash for long enough; the only thing that can't be undone. */
export function EmptyTrash({ catalog }: { catalog: string | undefined }) {
  const [open, setOpen] = useState(false);
  return (
    <>
      <Button
        variant="default"
        leftSection={<IconTrashX size={17} aria-hidden />}
        className={styles.empty}
        onClick={() => setOpen(true)}
      >
        Empty…
      </Button>
      {open && <Sheet catalog={catalog} onClose={() => setOpen(false)} />}
    </>
  );
}

function Sheet({ catalog, onClose }: { catalog: string | undefined; onClose: () => void }) {
  const { data, error, refetch } = useQuery({
    queryKey: ["trash", catalog ?? ""],
    queryFn: () => curation.trash(catalog),
    staleTime: 0,
  });
  const [busy, setBusy] = useState(false);
  const go = async () => {
    setBusy(true);
    try {
      const { files, size: bytes } = await curation.emptyTrash(catalog);
      say({ text: `Removed ${count(files)} ${files === 1 ? "file" : "files"} for good, ${size(bytes)}` });
      announce();
      onClose();
    } catch (problem) {
      say({ text: "Couldn’t empty the trash", note: asProblem(problem).message, tone: "bad" });
      setBusy(false);
    }
  };
  return (
    <Modal opened onClose={onClose} title="Empty the trash" size={480}>
      {error && <ProblemNote error={error} doing="look into the trash" onRetry={() => void refetch()} />}
      {!data && !error && <p role="status">Looking into the trash…</p>}
      {data && (
        <>
          <p>
            {images(data.images)} in the trash. Files that lie in your folders stay there: Lumina removes only
            what it has moved into its own trash, {data.days} days after that at the earliest.
          </p>
          <p className={styles.due}>
            {data.due_files === 0
              ? "No file is due yet."
              : `${count(data.due_files)} ${data.due_files === 1 ? "file is" : "files are"} due, ${size(data.due_size)}. Removing them can’t be undone.`}
          </p>
          <div className={styles.choice}>
            <Button variant="default" onClick={onClose} data-autofocus>
              Cancel
            </Button>
            {data.due_files > 0 && (
              <Button color="red" loading={busy} onClick={() => void go()}>
                Remove them for good
              </Button>
            )}
          </div>
        </>
      )}
    </Modal>
  );
}

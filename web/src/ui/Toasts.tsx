import { Button, CloseButton } from "@mantine/core";
import { useJobs } from "~/jobs/running";
import { percent } from "~/lib/format";
import { useStore } from "~/lib/store";
import { dismiss, hold, type Toast, toasts } from "./messages";
import styles from "./Toasts.module.css";

/** The messages, read out as they come. They stay while the pointer or the focus is on them. */
export function Toasts() {
  const shown = useStore(toasts);
  return (
    <section className={styles.stack} aria-label="Messages" aria-live="polite" ref={watch}>
      {shown.map((toast) => (
        <Message key={toast.id} toast={toast} />
      ))}
    </section>
  );
}

/** Holds the messages while the pointer or the focus is among them. */
function watch(element: HTMLElement): () => void {
  const stop = new AbortController();
  const on = (kind: string, held: boolean) =>
    element.addEventListener(kind, () => hold(held), { signal: stop.signal });
  on("pointerenter", true);
  on("pointerleave", false);
  on("focusin", true);
  on("focusout", false);
  return () => stop.abort();
}

function Message({ toast }: { toast: Toast }) {
  const { id, text, note, tone, act, job } = toast;
  return (
    <div className={styles.toast} data-tone={tone} role={tone === "bad" ? "alert" : undefined}>
      <div className={styles.words}>
        <p>{text}</p>
        {note && <p className={styles.note}>{note}</p>}
        {job && <Progress id={job} />}
      </div>
      {act && (
        <Button
          size="xs"
          variant="subtle"
          className={styles.act}
          onClick={() => {
            dismiss(id);
            act.run();
          }}
        >
          {act.label}
        </Button>
      )}
      <CloseButton className={styles.close} aria-label="Close the message" onClick={() => dismiss(id)} />
    </div>
  );
}

function Progress({ id }: { id: string }) {
  const job = useJobs().data?.items.find((one) => one.id === id);
  const share = job?.progress ?? 0;
  return (
    <div
      className={styles.track}
      role="progressbar"
      aria-label="Progress"
      aria-valuemin={0}
      aria-valuemax={100}
      aria-valuenow={Math.round(share * 100)}
      aria-valuetext={percent(share, 1)}
    >
      <span style={{ transform: `scaleX(${share})` }} />
    </div>
  );
}

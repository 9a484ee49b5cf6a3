import { IconChevronRight } from "@tabler/icons-react";
import { useState } from "react";
import type { Job, JobState } from "~/api/types";
import { ago, count, duration } from "~/lib/format";
import { StateMark } from "~/ui/StateMark";
import { Failures } from "./Failures";
import { jobTitle } from "./running";
import styles from "./Jobs.module.css";

const MARKS: Partial<Record<JobState, "done" | "failed" | "missing">> = {
  SUCCESS: "done",
  FAILURE: "failed",
  CANCELLED: "missing",
};

export function FinishedJob({ job }: { job: Job }) {
  const [open, setOpen] = useState(false);
  const facts = factsOf(job);
  return (
    <li className={styles.row}>
      <button type="button" className={styles.rowHead} aria-expanded={open} onClick={() => setOpen(!open)}>
        <IconChevronRight size={17} aria-hidden data-open={open || undefined} />
        <span>
          <strong>{jobTitle(job)}</strong>
          <span className={styles.note}>{facts}</span>
        </span>
        <span className={styles.end}>
          {job.state === "CANCELLED" ? (
            <span className={styles.note}>Cancelled</span>
          ) : (
            <StateMark state={MARKS[job.state] ?? "missing"} />
          )}
          <span className={styles.note}>{ago(job.finished_at)}</span>
        </span>
      </button>
      {open && (job.failed > 0 ? <Failures job={job} /> : <Counts job={job} />)}
    </li>
  );
}

function factsOf(job: Job): string {
  const ran =
    job.started_at && job.finished_at
      ? (Date.parse(job.finished_at) - Date.parse(job.started_at)) / 1000
      : null;
  const said = job.message ?? `${count(job.done)} done, ${count(job.failed)} failed`;
  return [job.catalog_name, said, ran === null ? null : `took ${duration(ran)}`].filter(Boolean).join(" · ");
}

function Counts({ job }: { job: Job }) {
  const counts = Object.entries(job.result).filter(
    ([name, value]) => name !== "message" && typeof value === "number",
  ) as [string, number][];
  if (counts.length === 0) return <p className={styles.none}>Nothing else to say about this job.</p>;
  return (
    <dl className={styles.counts}>
      {counts.map(([name, value]) => (
        <div key={name}>
          <dt>{name.replaceAll("_", " ")}</dt>
          <dd>{count(value)}</dd>
        </div>
      ))}
    </dl>
  );
}

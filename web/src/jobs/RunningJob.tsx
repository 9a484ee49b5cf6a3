import { Button } from "@mantine/core";
import { IconPlayerPause, IconPlayerPlay, IconX } from "@tabler/icons-react";
import { useState } from "react";
import type { Job } from "~/api/types";
import { count, duration, images, percent, rate } from "~/lib/format";
import { Failures } from "./Failures";
import { jobTitle } from "./running";
import type { Verb } from "./steer";
import styles from "./Jobs.module.css";

interface RunningProps {
  job: Job;
  busy: boolean;
  onSteer: (verb: Verb) => void;
}

export function RunningJob({ job, busy, onSteer }: RunningProps) {
  const [open, setOpen] = useState(false);
  return (
    <article className={styles.job} aria-label={jobTitle(job)}>
      <div className={styles.top}>
        <div>
          <h2>{jobTitle(job)}</h2>
          <p className={styles.note}>{status(job)}</p>
        </div>
        <p className={styles.share}>{job.total > 0 ? percent(job.done + job.failed, job.total) : "…"}</p>
      </div>
      <Track job={job} />
      <div className={styles.figures}>
        <Figure label="Done" value={`${count(job.done)} of ${images(job.total)}`} />
        <Figure label="Speed" value={job.rate ? rate(job.rate) : "–"} />
        <Figure label="Left" value={job.eta_seconds ? duration(job.eta_seconds) : "–"} />
        <Figure label="Failed" value={count(job.failed)} bad={job.failed > 0} />
        <div className={styles.acts}>
          {job.failed > 0 && (
            <Button
              variant="subtle"
              color="gray"
              size="xs"
              className={styles.quiet}
              aria-expanded={open}
              onClick={() => setOpen(!open)}
            >
              {open ? "Hide errors" : "Show errors"}
            </Button>
          )}
          <SteerButtons job={job} disabled={busy || job.cancel_requested} onSteer={onSteer} />
        </div>
      </div>
      {open && <Failures job={job} />}
    </article>
  );
}

/** Done and failed, as shares of all. */
function Track({ job }: { job: Job }) {
  const total = job.total || 1;
  return (
    <div
      className={styles.track}
      role="progressbar"
      aria-label={jobTitle(job)}
      aria-valuemin={0}
      aria-valuemax={100}
      aria-valuenow={Math.round(job.progress * 100)}
      data-idle={job.paused || undefined}
    >
      <span style={{ transform: `scaleX(${job.done / total})` }} />
      <span
        data-failed
        style={{ transform: `translateX(${(job.done / total) * 100}%) scaleX(${job.failed / total})` }}
      />
    </div>
  );
}

function SteerButtons({
  job,
  disabled,
  onSteer,
}: {
  job: Job;
  disabled: boolean;
  onSteer: (verb: Verb) => void;
}) {
  const Icon = job.paused ? IconPlayerPlay : IconPlayerPause;
  return (
    <>
      <Button
        variant="default"
        size="xs"
        disabled={disabled}
        leftSection={<Icon size={15} aria-hidden />}
        onClick={() => onSteer(job.paused ? "resume" : "pause")}
      >
        {job.paused ? "Resume" : "Pause"}
      </Button>
      <Button
        variant="default"
        size="xs"
        disabled={disabled}
        leftSection={<IconX size={15} aria-hidden />}
        onClick={() => onSteer("cancel")}
      >
        Cancel
      </Button>
    </>
  );
}

function status(job: Job): string {
  const where = job.catalog_name ? `${job.catalog_name} · ` : "";
  if (job.cancel_requested) return `${where}stopping; what is done stays`;
  if (job.paused) return `${where}paused`;
  if (job.state === "PENDING") return `${where}waiting for its turn`;
  return `${where}${job.message ?? "running"}`;
}

function Figure({ label, value, bad }: { label: string; value: string; bad?: boolean }) {
  return (
    <div className={styles.figure} data-bad={bad || undefined}>
      <span>{label}</span>
      <strong>{value}</strong>
    </div>
  );
}

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
  const done = job.done + job.failed;
  return (
    <article className={styles.job} aria-label={jobTitle(job)}>
      <div className={styles.top}>
        <div>
          <h2>{jobTitle(job)}</h2>
          <p className={styles.note}>{status(job)}</p>
        </div>
        <p className={styles.share}>{job.total > 0 ? percent(done, job.total) : "…"}</p>
      </div>
      <div
        className={styles.track}
        role="progressbar"
        aria-label={jobTitle(job)}
        aria-valuemin={0}
        aria-valuemax={100}
        aria-valuenow={Math.round(job.progress * 100)}
        data-idle={job.paused || undefined}
      >
        <span style={{ transform: `scaleX(${job.total > 0 ? job.done / job.total : 0})` }} />
        <span
          data-failed
          style={{
            transform: `translateX(${(job.done / (job.total || 1)) * 100}%) scaleX(${job.failed / (job.total || 1)})`,
          }}
        />
      </div>
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
          <Button
            variant="default"
            size="xs"
            disabled={busy || job.cancel_requested}
            leftSection={
              job.paused ? (
                <IconPlayerPlay size={15} aria-hidden />
              ) : (
                <IconPlayerPause size={15} aria-hidden />
              )
            }
            onClick={() => onSteer(job.paused ? "resume" : "pause")}
          >
            {job.paused ? "Resume" : "Pause"}
          </Button>
          <Button
            variant="default"
            size="xs"
            disabled={busy || job.cancel_requested}
            leftSection={<IconX size={15} aria-hidden />}
            onClick={() => onSteer("cancel")}
          >
            Cancel
          </Button>
        </div>
      </div>
      {open && <Failures job={job} />}
    </article>
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

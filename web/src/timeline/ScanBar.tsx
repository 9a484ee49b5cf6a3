import { Link } from "@tanstack/react-router";
import { jobTitle, useRunningJobs } from "~/jobs/running";
import { count, duration, rate } from "~/lib/format";
import styles from "./ScanBar.module.css";

/** While Lumina works: how far, how fast, how long still. One slim line above the timeline. */
export function ScanBar() {
  const job = useRunningJobs().find(({ state, paused }) => state === "STARTED" && !paused);
  if (!job) return null;
  const parts = [
    job.total > 0 ? `${count(job.done + job.failed)} of ${count(job.total)}` : "looking through the folders",
    job.rate ? rate(job.rate) : null,
    job.eta_seconds ? `${duration(job.eta_seconds)} left` : null,
    job.failed > 0 ? `${count(job.failed)} failed` : null,
  ];
  return (
    <Link to="/jobs" className={styles.bar}>
      <span className={styles.text}>
        <strong>{jobTitle(job)}</strong> {parts.filter(Boolean).join(" · ")}
      </span>
      <span
        className={styles.track}
        role="progressbar"
        aria-label={jobTitle(job)}
        aria-valuemin={0}
        aria-valuemax={100}
        aria-valuenow={Math.round(job.progress * 100)}
      >
        <span style={{ transform: `scaleX(${Math.max(0.005, job.progress)})` }} />
      </span>
    </Link>
  );
}

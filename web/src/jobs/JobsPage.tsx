import type { Job } from "~/api/types";
import { useActions } from "~/lib/actions";
import { usePageCommand } from "~/lib/commands";
import { useTitle } from "~/lib/title";
import { PageHeader } from "~/ui/PageHeader";
import { Notice, PageSkeleton, ProblemNote } from "~/ui/States";
import { FinishedJob } from "./FinishedJob";
import { RunningJob } from "./RunningJob";
import { isOpen, useJobs } from "./running";
import { useSteer } from "./steer";
import styles from "./Jobs.module.css";

/** What Lumina is doing, has done, and couldn't do. */
export function JobsPage() {
  const { data, error, refetch } = useJobs();
  useTitle("Jobs");
  usePageCommand("lumina jobs", "/api/jobs");
  useActions("Jobs", [{ label: "Read the list again", keys: ["R"], run: () => void refetch() }]);
  if (!data && !error) return <PageSkeleton />;
  return (
    <main id="main" className="page">
      <PageHeader title="Jobs" lead="Everything can be stopped at any moment and goes on where it was." />
      {error && <ProblemNote error={error} doing="read the jobs" onRetry={() => void refetch()} />}
      {data && <JobLists jobs={data.items} />}
    </main>
  );
}

function JobLists({ jobs }: { jobs: Job[] }) {
  const steer = useSteer();
  const running = jobs.filter(isOpen);
  const ended = jobs.filter((job) => !isOpen(job));
  const first = running[0];
  useActions("Running", [
    {
      label: "Pause or resume the first job",
      keys: ["P"],
      run: () => first && steer.mutate({ id: first.id, verb: first.paused ? "resume" : "pause" }),
    },
  ]);
  if (jobs.length === 0)
    return (
      <Notice title="Nothing to do" text="When photos are added or change, the work on them appears here." />
    );
  return (
    <>
      {steer.error && <ProblemNote error={steer.error} doing="do that" />}
      <section aria-label="Running" className={styles.list}>
        {running.map((job) => (
          <RunningJob
            key={job.id}
            job={job}
            onSteer={(verb) => steer.mutate({ id: job.id, verb })}
            busy={steer.isPending}
          />
        ))}
      </section>
      {ended.length > 0 && (
        <section className={styles.ended}>
          <h2>Finished</h2>
          <ul className={styles.rows}>
            {ended.map((job) => (
              <FinishedJob key={job.id} job={job} />
            ))}
          </ul>
        </section>
      )}
    </>
  );
}

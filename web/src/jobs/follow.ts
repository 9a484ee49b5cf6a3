/** Watches a job from a message at the edge of the page until it ends. */
import { api } from "~/api/client";
import { announce } from "~/api/events";
import type { Job, JobList } from "~/api/types";
import { queryClient } from "~/app/client";
import { amend, say } from "~/ui/messages";
import { isOpen } from "./running";

interface Ending {
  text: string;
  note?: string;
  act?: { label: string; run: () => void };
}

interface Words {
  doing: string;
  /** What to say at its end. */
  done: (job: Job) => Ending;
  /** What the pages are told at its end. */
  change?: "own" | "undone";
}

const POLL_MS = 2000;

/** Shows the job's progress; what it brought when it is done. Resolves at its end. */
export function follow(id: string, { doing, done, change }: Words): Promise<void> {
  const toast = say({ text: doing, job: id });
  return new Promise((resolve) => {
    const look = (jobs: JobList | undefined) => {
      const job = jobs?.items.find((one) => one.id === id);
      if (!job || isOpen(job)) return;
      stop();
      clearInterval(poll);
      amend(toast, ending(job, done));
      announce(change);
      resolve();
    };
    const stop = queryClient.getQueryCache().subscribe(({ query }) => {
      if (query.queryKey[0] === "jobs") look(query.state.data as JobList | undefined);
    });
    // The stream of events tells of jobs as they change; a look now and then, should it be away.
    const poll = setInterval(() => {
      api.jobs().then(look, () => undefined);
    }, POLL_MS);
  });
}

function ending(job: Job, done: (job: Job) => Ending): Ending & { tone?: "bad" } {
  if (job.state === "FAILURE") return { text: "It failed", note: job.message ?? undefined, tone: "bad" };
  if (job.state === "CANCELLED") return { ...done(job), text: "Cancelled; what was done before stays done." };
  return done(job);
}

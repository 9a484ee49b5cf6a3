/** Looking for images of one subject, as a job that is followed to its end. */
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { mergeJob } from "~/api/events";
import { review } from "~/api/review";
import type { JobList } from "~/api/types";
import { complain } from "~/duplicates/act";
import { follow } from "~/jobs/follow";
import { useRunningJobs } from "~/jobs/running";

export function useLook(catalog: string) {
  const client = useQueryClient();
  const running = useRunningJobs().some(({ kind }) => kind === "detect-subjects");
  const { mutate, isPending } = useMutation({
    mutationFn: () => review.findSubjects(catalog),
    onSuccess: (job) => {
      client.setQueryData<JobList>(["jobs"], (jobs) => mergeJob(jobs, job));
      void follow(job.id, {
        doing: "Looking for images of one subject…",
        done: ({ message }) => ({ text: message ?? "Looked for images of one subject" }),
      });
    },
    onError: (error) => complain("look for images of one subject", error),
  });
  return { running, busy: isPending, start: () => mutate() };
}

import { useMutation, useQueryClient } from "@tanstack/react-query";
import { api } from "~/api/client";
import { mergeJob } from "~/api/events";
import type { Job } from "~/api/types";

export type Verb = "cancel" | "pause" | "resume";

/** Pauses, resumes, cancels; the answer takes the job's place in the list at once. */
export function useSteer() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: ({ id, verb }: { id: string; verb: Verb }) => api.steerJob(id, verb),
    onSuccess: (job) =>
      client.setQueryData<{ items: Job[]; next: string | null }>(["jobs"], (list) => mergeJob(list, job)),
  });
}

/** Starts the failed images of a job again, all or those of one cause. */
export function useRetry() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: ({ id, code }: { id: string; code?: string }) => api.retryJob(id, code),
    onSuccess: (job) =>
      client.setQueryData<{ items: Job[]; next: string | null }>(["jobs"], (list) => mergeJob(list, job)),
  });
}

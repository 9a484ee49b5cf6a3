import { useQuery } from "@tanstack/react-query";
import { api } from "~/api/client";
import type { Job } from "~/api/types";

/** All recent jobs; the event stream keeps the list current. */
export function useJobs() {
  return useQuery({ queryKey: ["jobs"], queryFn: api.jobs, refetchInterval: 30_000 });
}

export function isOpen(job: Job): boolean {
  return job.state === "PENDING" || job.state === "STARTED";
}

/** Jobs that run or wait. */
export function useRunningJobs(): Job[] {
  return useJobs().data?.items.filter(isOpen) ?? [];
}

const KINDS: Record<string, string> = {
  ingest: "Reading photos",
  stages: "Processing",
  thumbnails: "Making thumbnails",
  "detect-duplicates": "Looking for duplicates",
  "detect-bursts": "Looking for bursts",
  "resolve-duplicates": "Putting copies away",
  undo: "Taking back",
  "detect-subjects": "Looking for images of one subject",
  "auto-tag": "Tagging",
  learn: "Learning from corrections",
  "index-vectors": "Indexing vectors",
  "market-sync": "Asking a marketplace",
  "market-export": "Writing vectors to files",
  "market-adopt": "Taking over a folder",
  "market-clean": "Moving images to another disk",
  "market-purge": "Removing what may not be kept",
};

/** What a job does, for a person. */
export function jobTitle(job: Job): string {
  const stages = job.parameters.stages;
  if (job.kind === "stages" && Array.isArray(stages) && stages.length > 0)
    return `Processing: ${stages.join(", ")}`;
  return KINDS[job.kind] ?? job.kind;
}

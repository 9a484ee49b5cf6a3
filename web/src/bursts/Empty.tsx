import { Button } from "@mantine/core";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { IconSearch } from "@tabler/icons-react";
import { mergeJob } from "~/api/events";
import { review } from "~/api/review";
import type { BurstList, JobList } from "~/api/types";
import { complain } from "~/duplicates/act";
import type { SequenceView } from "~/duplicates/search";
import { useRunningJobs } from "~/jobs/running";
import { ago } from "~/lib/format";
import { Notice } from "~/ui/States";
import { KIND_WORDS } from "./words";

interface EmptyProps {
  run: BurstList["run"];
  view: SequenceView;
  catalog: string;
  onChange: (change: Partial<SequenceView>) => void;
}

/** No sequence to show: not looked yet, nothing found, or nothing of that kind. */
export function Empty({ run, view, catalog, onChange }: EmptyProps) {
  const client = useQueryClient();
  const running = useRunningJobs().some(({ kind }) => kind === "detect-bursts");
  const find = useMutation({
    mutationFn: () => review.findBursts(catalog),
    onSuccess: (job) => client.setQueryData<JobList>(["jobs"], (jobs) => mergeJob(jobs, job)),
    onError: (error) => complain("look for bursts", error),
  });
  const look = (
    <Button
      variant={run ? "default" : "filled"}
      leftSection={<IconSearch size={18} aria-hidden />}
      loading={find.isPending}
      onClick={() => find.mutate()}
    >
      {run ? "Look again" : "Look for bursts"}
    </Button>
  );
  const kind = view.kind as keyof typeof KIND_WORDS | undefined;
  if (kind)
    return (
      <Notice
        title={`No ${KIND_WORDS[kind].toLowerCase()} was found`}
        text="There may be sequences of other kinds."
        action={
          <Button variant="default" onClick={() => onChange({ kind: undefined })}>
            Show all sequences
          </Button>
        }
      />
    );
  if (running)
    return <Notice title="Looking for bursts" text="They appear here, all at once, in a moment." />;
  if (!run)
    return (
      <Notice
        title="Nobody has looked yet"
        text="Lumina finds frames that one camera took within seconds, and says which is the best and why. Nothing is changed by looking."
        action={look}
      />
    );
  return (
    <Notice
      title="No bursts"
      text={`No camera of this catalog took several frames of one thing at once. Looked ${ago(run.published_at)}.`}
      action={look}
    />
  );
}

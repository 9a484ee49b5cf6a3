import { Button } from "@mantine/core";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { IconSearch } from "@tabler/icons-react";
import { mergeJob } from "~/api/events";
import { review } from "~/api/review";
import type { JobList } from "~/api/types";
import { useRunningJobs } from "~/jobs/running";
import { ago } from "~/lib/format";
import { Notice } from "~/ui/States";
import { complain } from "./act";
import type { useGroups } from "./groups";
import type { GroupView } from "./search";

interface EmptyProps {
  list: ReturnType<typeof useGroups>;
  view: GroupView;
  catalog: string;
  onChange: (change: Partial<GroupView>) => void;
}

/** No group to show: not looked yet, nothing found, or nothing that the filters let through. */
export function Empty({ list, view, catalog, onChange }: EmptyProps) {
  const client = useQueryClient();
  const running = useRunningJobs().some(({ kind }) => kind === "detect-duplicates");
  const find = useMutation({
    mutationFn: () => review.findDuplicates(catalog),
    onSuccess: (job) => client.setQueryData<JobList>(["jobs"], (jobs) => mergeJob(jobs, job)),
    onError: (error) => complain("look for duplicates", error),
  });
  const again = (
    <Button
      variant={list.run ? "default" : "filled"}
      leftSection={<IconSearch size={18} aria-hidden />}
      loading={find.isPending}
      onClick={() => find.mutate()}
    >
      {list.run ? "Look again" : "Look for duplicates"}
    </Button>
  );
  if (view.tier !== undefined || view.decided !== undefined)
    return (
      <Notice
        title="No group is like that"
        text="There may be others: the choice above leaves none over."
        action={
          <Button variant="default" onClick={() => onChange({ tier: undefined, decided: undefined })}>
            Show all groups
          </Button>
        }
      />
    );
  if (running)
    return (
      <Notice
        title="Looking for copies"
        text="Groups appear here, all at once, as soon as every pair was compared."
      />
    );
  if (!list.run)
    return (
      <Notice
        title="Nobody has looked yet"
        text="Lumina compares every image with every other: the same bytes, the same pixels, the same picture. Nothing is changed by looking."
        action={again}
      />
    );
  return (
    <Notice
      title="No duplicates"
      text={
        <>
          Every image of this catalog is one of its kind. Looked {ago(list.run.published_at)}, allowing{" "}
          {list.run.threshold} of 64 bits of difference; how alike is alike is up to the{" "}
          <Link to="/settings">settings</Link>.
        </>
      }
      action={again}
    />
  );
}

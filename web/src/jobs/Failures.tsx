import { Button } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { IconRefresh } from "@tabler/icons-react";
import { api } from "~/api/client";
import type { FailureGroup, Job } from "~/api/types";
import { images } from "~/lib/format";
import { ImageLink } from "~/ui/ImageLink";
import { ProblemNote } from "~/ui/States";
import { useRetry } from "./steer";
import styles from "./Jobs.module.css";

/** A job's errors by cause, each with examples and a way to try again. */
export function Failures({ job }: { job: Job }) {
  const { data, error, refetch } = useQuery({
    queryKey: ["job-errors", job.id, job.failed],
    queryFn: () => api.jobErrors(job.id),
  });
  const retry = useRetry();
  if (error) return <ProblemNote error={error} doing="read the errors" onRetry={() => void refetch()} />;
  if (!data)
    return (
      <p className={styles.none} role="status">
        Loading the errors…
      </p>
    );
  if (data.length === 0)
    return <p className={styles.none}>These errors are gone: the images have been done since.</p>;
  return (
    <div className={styles.failures}>
      {data.length > 1 && (
        <Button
          size="xs"
          variant="default"
          leftSection={<IconRefresh size={15} aria-hidden />}
          loading={retry.isPending}
          onClick={() => retry.mutate({ id: job.id })}
        >
          Try all of these again
        </Button>
      )}
      {data.map((group) => (
        <FailureBlock
          key={`${group.stage}/${group.code}`}
          group={group}
          busy={retry.isPending}
          onRetry={() => retry.mutate({ id: job.id, code: group.code ?? undefined })}
        />
      ))}
      {retry.error && <ProblemNote error={retry.error} doing="start this again" />}
      {retry.isSuccess && <p role="status">A new job tries them again.</p>}
    </div>
  );
}

interface BlockProps {
  group: FailureGroup;
  busy: boolean;
  onRetry: () => void;
}

/** One cause: how many, why, which. */
export function FailureBlock({ group, busy, onRetry }: BlockProps) {
  return (
    <section className={styles.cause}>
      <div className={styles.causeHead}>
        <div>
          <h3>{group.reason ?? "No reason was given"}</h3>
          <p className={styles.note}>
            {[group.stage, group.code].filter(Boolean).join(" · ")} ·{" "}
            <Link
              to="/"
              search={{ stage: group.stage, stage_state: "failed", code: group.code ?? undefined }}
            >
              {images(group.count)}
            </Link>
          </p>
        </div>
        <Button
          size="xs"
          variant="default"
          leftSection={<IconRefresh size={15} aria-hidden />}
          disabled={busy}
          onClick={onRetry}
        >
          Try again
        </Button>
      </div>
      <ul className={styles.examples}>
        {group.examples.map(({ image_id, path, reason }) => (
          <li key={image_id}>
            <ImageLink id={image_id} from="jobs">
              {path ?? `Image ${image_id}`}
            </ImageLink>
            {reason && reason !== group.reason && <span className={styles.note}>{reason}</span>}
          </li>
        ))}
      </ul>
    </section>
  );
}

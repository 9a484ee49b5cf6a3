import { Button } from "@mantine/core";
import { useMutation, useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { IconPlayerPlay } from "@tabler/icons-react";
import { useState } from "react";
import { api } from "~/api/client";
import type { CatalogCoverage, StageCoverage, StageStateName } from "~/api/types";
import { FailureBlock } from "~/jobs/Failures";
import { useActions } from "~/lib/actions";
import { usePageCommand } from "~/lib/commands";
import { count, images, percent } from "~/lib/format";
import { useTitle } from "~/lib/title";
import { PageHeader } from "~/ui/PageHeader";
import { Notice, PageSkeleton, ProblemNote } from "~/ui/States";
import { STATE_WORDS } from "~/ui/StateMark";
import styles from "./Coverage.module.css";

const STATES: StageStateName[] = ["done", "missing", "failed", "stale", "waiting"];

/** How much of the catalog each stage has done, and why the rest is not. */
export function CoveragePage() {
  const { data, error, refetch } = useQuery({ queryKey: ["coverage"], queryFn: () => api.coverage() });
  useTitle("Coverage");
  usePageCommand("lumina status", "/api/coverage");
  useActions("Coverage", [{ label: "Read the figures again", keys: ["R"], run: () => void refetch() }]);
  if (!data && !error) return <PageSkeleton />;
  return (
    <main id="main" className="page">
      <PageHeader
        title="Coverage"
        lead="Each stage of the work, and where every image stands. A figure opens its images."
      />
      {error && <ProblemNote error={error} doing="read the coverage" onRetry={() => void refetch()} />}
      {data?.catalogs.length === 0 && (
        <Notice
          title="No catalog yet"
          text="Once a folder is added, this page shows what has been done with each of its images."
          action={
            <Button component={Link} to="/">
              Add a folder
            </Button>
          }
        />
      )}
      {data?.catalogs.map((catalog) => (
        <Catalog key={catalog.id} catalog={catalog} />
      ))}
    </main>
  );
}

function Catalog({ catalog }: { catalog: CatalogCoverage }) {
  const ignored = Object.entries(catalog.ignored);
  const [open, setOpen] = useState<string | null>(null);
  return (
    <section className={styles.catalog}>
      <div className={styles.name}>
        <h2>{catalog.name}</h2>
        <p>
          {images(catalog.images)} in {count(catalog.files)} files
          {ignored.length > 0 &&
            `, passed over: ${ignored.map(([reason, number]) => `${count(number)} ${reason}`).join(", ")}`}
        </p>
      </div>
      {/* Wide tables scroll by themselves; the region must be reachable by key. */}
      {/* eslint-disable-next-line jsx-a11y/no-noninteractive-tabindex */}
      <div className={styles.wide} role="region" aria-label={`Stages of ${catalog.name}`} tabIndex={0}>
        <table className={styles.table}>
          <thead>
            <tr>
              <th scope="col">Stage</th>
              {STATES.map((state) => (
                <th key={state} scope="col">
                  {STATE_WORDS[state]}
                </th>
              ))}
              <th scope="col">
                <span className="visually-hidden">Actions</span>
              </th>
            </tr>
          </thead>
          <tbody>
            {catalog.stages.map((stage) => (
              <StageRow
                key={stage.stage}
                catalog={catalog}
                stage={stage}
                open={open === stage.stage}
                onOpen={() => setOpen(open === stage.stage ? null : stage.stage)}
              />
            ))}
          </tbody>
        </table>
      </div>
      {open && <Causes catalog={catalog.id} stage={open} />}
    </section>
  );
}

interface RowProps {
  catalog: CatalogCoverage;
  stage: StageCoverage;
  open: boolean;
  onOpen: () => void;
}

function StageRow({ catalog, stage, open, onOpen }: RowProps) {
  const run = useMutation({
    mutationFn: () => api.startJob({ kind: "stages", catalog_id: catalog.id, stages: [stage.stage] }),
  });
  const total = STATES.reduce((sum, state) => sum + stage[state], 0);
  const due = stage.missing + stage.stale;
  return (
    <tr>
      <th scope="row" className={styles.stage}>
        <strong>{stage.stage}</strong>
        <span>{stage.description}</span>
        <Bar stage={stage} total={total} />
        {stage.waiting > 0 && stage.waiting_reason && <em>{stage.waiting_reason}</em>}
        {run.error && <em role="alert">{run.error.message}</em>}
      </th>
      {STATES.map((state) => (
        <td
          key={state}
          data-state={state}
          data-label={STATE_WORDS[state]}
          data-none={stage[state] === 0 || undefined}
        >
          {stage[state] > 0 ? (
            <Link
              to="/"
              search={{ catalog: catalog.id, stage: stage.stage, stage_state: state }}
              aria-label={`${STATE_WORDS[state]}: show ${images(stage[state])}`}
            >
              {count(stage[state])}
            </Link>
          ) : (
            "0"
          )}
          {state === "done" && total > 0 && <small>{percent(stage.done, total)}</small>}
        </td>
      ))}
      <td className={styles.acts}>
        {stage.failed > 0 && (
          <Button variant="default" size="xs" aria-expanded={open} onClick={onOpen}>
            Why?
          </Button>
        )}
        {due > 0 && (
          <Button
            variant="default"
            size="xs"
            leftSection={<IconPlayerPlay size={14} aria-hidden />}
            loading={run.isPending}
            disabled={run.isSuccess}
            aria-label={`Run ${stage.stage} on ${images(due)}`}
            onClick={() => run.mutate()}
          >
            {run.isSuccess ? "Started" : "Run"}
          </Button>
        )}
      </td>
    </tr>
  );
}

function Bar({ stage, total }: { stage: StageCoverage; total: number }) {
  return (
    <span className={styles.bar} aria-hidden>
      {STATES.map((state) => (
        <i key={state} data-state={state} style={{ flexGrow: total > 0 ? stage[state] / total : 0 }} />
      ))}
    </span>
  );
}

function Causes({ catalog, stage }: { catalog: string; stage: string }) {
  const { data, error, refetch } = useQuery({
    queryKey: ["failures", catalog, stage],
    queryFn: () => api.failures(catalog, stage),
  });
  const retry = useMutation({
    mutationFn: () => api.startJob({ kind: "stages", catalog_id: catalog, stages: [stage], failed: true }),
  });
  return (
    <div className={styles.causes} role="region" aria-label={`Why ${stage} failed`}>
      {error && <ProblemNote error={error} doing="read the causes" onRetry={() => void refetch()} />}
      {!data && !error && <p role="status">Loading the causes…</p>}
      {data?.map((group) => (
        <FailureBlock
          key={group.code}
          group={group}
          busy={retry.isPending || retry.isSuccess}
          onRetry={() => retry.mutate()}
        />
      ))}
      {retry.isSuccess && <p role="status">A job tries the failed images of {stage} again.</p>}
      {retry.error && <ProblemNote error={retry.error} doing="start this again" />}
    </div>
  );
}

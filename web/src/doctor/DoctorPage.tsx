import { Button } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { IconAlertTriangle, IconCircleCheck, IconCircleX, IconRefresh } from "@tabler/icons-react";
import { api } from "~/api/client";
import type { Check } from "~/api/types";
import { useActions } from "~/lib/actions";
import { usePageCommand } from "~/lib/commands";
import { useTitle } from "~/lib/title";
import { PageHeader } from "~/ui/PageHeader";
import { PageSkeleton, ProblemNote } from "~/ui/States";
import styles from "./Doctor.module.css";

const ICONS = { ok: IconCircleCheck, warning: IconAlertTriangle, failed: IconCircleX };
const WORDS = { ok: "Well", warning: "Look at this", failed: "Broken" };
const ORDER = { failed: 0, warning: 1, ok: 2 };

/** How Lumina is, in plain words. */
export function DoctorPage() {
  const { data, error, refetch, isFetching } = useQuery({ queryKey: ["doctor"], queryFn: api.doctor });
  useTitle("Doctor");
  usePageCommand("lumina doctor", "/api/doctor");
  useActions("Doctor", [{ label: "Check again", keys: ["R"], run: () => void refetch() }]);
  if (!data && !error) return <PageSkeleton />;
  const checks = [...(data?.checks ?? [])].sort((a, b) => ORDER[a.state] - ORDER[b.state]);
  return (
    <main id="main" className="page">
      <PageHeader title="Doctor" lead={data && summary(checks)}>
        <Button
          variant="default"
          size="xs"
          leftSection={<IconRefresh size={15} aria-hidden />}
          loading={isFetching}
          onClick={() => void refetch()}
        >
          Check again
        </Button>
      </PageHeader>
      {error && <ProblemNote error={error} doing="examine Lumina" onRetry={() => void refetch()} />}
      <ul className={styles.checks}>
        {checks.map((check) => (
          <CheckRow key={check.name} check={check} />
        ))}
      </ul>
    </main>
  );
}

function summary(checks: Check[]): string {
  const failed = checks.filter(({ state }) => state === "failed").length;
  const warned = checks.filter(({ state }) => state === "warning").length;
  if (failed === 0 && warned === 0) return "All is well.";
  const parts = [
    failed > 0 && `${failed} ${failed === 1 ? "thing is" : "things are"} broken`,
    warned > 0 && `${warned} to look at`,
  ];
  return `${parts.filter(Boolean).join(", ")}.`;
}

function CheckRow({ check }: { check: Check }) {
  const Icon = ICONS[check.state];
  return (
    <li className={styles.check} data-state={check.state}>
      <Icon size={24} stroke={1.6} aria-hidden />
      <div>
        <h2>{check.title}</h2>
        <p>{check.sentence}</p>
        {check.remedy && check.state !== "ok" && <p className={styles.remedy}>{check.remedy}</p>}
      </div>
      <span className={styles.word}>{WORDS[check.state]}</span>
    </li>
  );
}

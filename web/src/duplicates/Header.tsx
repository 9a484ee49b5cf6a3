import { Button, SegmentedControl } from "@mantine/core";
import { IconChecks } from "@tabler/icons-react";
import { useRunningJobs } from "~/jobs/running";
import { count, size } from "~/lib/format";
import { CatalogPicker } from "~/timeline/CatalogPicker";
import { PageHeader } from "~/ui/PageHeader";
import type { useGroups } from "./groups";
import type { GroupView } from "./search";
import { Tiers } from "./Tiers";
import panes from "~/ui/Panes.module.css";
import styles from "./Duplicates.module.css";

interface HeaderProps {
  list: ReturnType<typeof useGroups>;
  view: GroupView;
  catalog: string;
  onChange: (change: Partial<GroupView>) => void;
  onPreview: () => void;
}

/** Title, what there is to gain, and what of it is shown. */
export function Header({ list, view, catalog, onChange, onPreview }: HeaderProps) {
  const { summary, run } = list;
  const some = (summary?.groups ?? 0) > 0;
  const narrowed = view.tier !== undefined || view.decided !== undefined;
  return (
    <div className={panes.top}>
      <PageHeader title="Duplicates" lead={lead(list)}>
        <CatalogPicker
          filters={{ catalog }}
          onChange={(next) => onChange({ catalog: next.catalog, group: undefined })}
        />
        {some && (
          <Button leftSection={<IconChecks size={18} aria-hidden />} onClick={onPreview}>
            Keep the best of all…
          </Button>
        )}
      </PageHeader>
      <Tiers catalog={view.catalog} />
      <Running kind="detect-duplicates" words="Looking for copies" />
      {run && run.capped > 0 && (
        <p className={styles.note}>
          {count(run.capped)} pairs of very common pictures were not compared; some copies among them may be
          missing.
        </p>
      )}
      {(some || narrowed) && <Filters view={view} onChange={onChange} />}
    </div>
  );
}

function lead({ summary, run }: ReturnType<typeof useGroups>): string | undefined {
  if (!summary || !run || summary.groups === 0) return undefined;
  const open = summary.groups - summary.decided;
  const parts = [
    `${count(summary.groups)} ${summary.groups === 1 ? "group" : "groups"} of ${count(summary.images)} images`,
    `${size(summary.gain)} to gain`,
    open > 0 ? `${count(open)} too close to call` : "",
  ];
  return parts.filter(Boolean).join(", ");
}

function Filters({ view, onChange }: { view: GroupView; onChange: (change: Partial<GroupView>) => void }) {
  const set = (change: Partial<GroupView>) => onChange({ ...change, group: undefined });
  return (
    <div className={styles.bar}>
      <SegmentedControl
        aria-label="How alike"
        size="sm"
        value={view.tier ?? "all"}
        onChange={(tier) => set({ tier: tier === "all" ? undefined : tier })}
        data={[
          { value: "all", label: "All" },
          { value: "bytes", label: "Same file" },
          { value: "pixels", label: "Pixels" },
          { value: "picture", label: "Picture" },
        ]}
      />
      <select
        className={styles.select}
        aria-label="Which groups"
        value={view.decided ?? ""}
        onChange={(event) => set({ decided: event.currentTarget.value || undefined })}
      >
        <option value="">Decided or not</option>
        <option value="true">Decided</option>
        <option value="false">Too close to call</option>
      </select>
      <select
        className={styles.select}
        aria-label="Order"
        value={view.sort ?? "gain"}
        onChange={(event) =>
          set({ sort: event.currentTarget.value === "gain" ? undefined : event.currentTarget.value })
        }
      >
        <option value="gain">Largest gain first</option>
        <option value="images">Most copies first</option>
        <option value="similarity">Least alike first</option>
      </select>
    </div>
  );
}

/** How far a job of a kind is, while one runs. */
export function Running({ kind, words }: { kind: string; words: string }) {
  const job = useRunningJobs().find((one) => one.kind === kind);
  if (!job) return null;
  return (
    <div className={styles.job} role="status">
      <span>
        {words}… {Math.round(job.progress * 100)} %
      </span>
      <span
        className={styles.track}
        role="progressbar"
        aria-label={words}
        aria-valuemin={0}
        aria-valuemax={100}
        aria-valuenow={Math.round(job.progress * 100)}
      >
        <span style={{ transform: `scaleX(${job.progress})` }} />
      </span>
    </div>
  );
}

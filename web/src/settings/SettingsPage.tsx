import { Button, SegmentedControl, useMantineColorScheme } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { IconFolderPlus } from "@tabler/icons-react";
import { useState } from "react";
import { api } from "~/api/client";
import { useActions } from "~/lib/actions";
import { usePageCommand } from "~/lib/commands";
import { ago, images } from "~/lib/format";
import { useTitle } from "~/lib/title";
import { ModelSection } from "~/models/ModelSection";
import { useCatalogs } from "~/timeline/CatalogPicker";
import { PageHeader } from "~/ui/PageHeader";
import { PageSkeleton, ProblemNote } from "~/ui/States";
import { DuplicateSection } from "./DuplicateSection";
import { FolderPicker } from "./FolderPicker";
import { SourceCard } from "./SourceCard";
import styles from "./Settings.module.css";

export function SettingsPage() {
  const catalogs = useCatalogs();
  const [adding, setAdding] = useState<string | null>(null);
  useTitle("Settings");
  usePageCommand("lumina config", "/api/settings");
  useActions("Settings", [{ label: "Add a folder", keys: ["A"], run: () => setAdding("") }]);
  if (!catalogs.data && !catalogs.error) return <PageSkeleton />;
  return (
    <main id="main" className="page">
      <PageHeader title="Settings">
        <Button leftSection={<IconFolderPlus size={18} aria-hidden />} onClick={() => setAdding("")}>
          Add a folder
        </Button>
      </PageHeader>
      {catalogs.error && (
        <ProblemNote
          error={catalogs.error}
          doing="read the catalogs"
          onRetry={() => void catalogs.refetch()}
        />
      )}
      {catalogs.data?.map((catalog) => (
        <section key={catalog.id} className={styles.section}>
          <div className={styles.head}>
            <h2>{catalog.name}</h2>
            <p>{images(catalog.images)}</p>
            <Button
              variant="default"
              size="xs"
              onClick={() => setAdding(catalog.id)}
              aria-label={`Add a folder to ${catalog.name}`}
            >
              Add a folder
            </Button>
          </div>
          {catalog.sources.length === 0 && <p className={styles.quiet}>No folder yet.</p>}
          {catalog.sources.map((source) => (
            <SourceCard key={source.id} source={source} />
          ))}
          <DuplicateSection catalog={catalog} />
        </section>
      ))}
      <ModelSection />
      <Appearance />
      <Values />
      <Nodes />
      {adding !== null && (
        <FolderPicker
          catalogs={catalogs.data ?? []}
          catalog={adding || undefined}
          onClose={() => setAdding(null)}
        />
      )}
    </main>
  );
}

function Appearance() {
  const { colorScheme, setColorScheme } = useMantineColorScheme();
  return (
    <section className={styles.section}>
      <div className={styles.head}>
        <h2>Appearance</h2>
      </div>
      <SegmentedControl
        aria-label="Dark or light"
        value={colorScheme}
        onChange={(value) => setColorScheme(value as "auto" | "light" | "dark")}
        data={[
          { value: "auto", label: "As the system" },
          { value: "light", label: "Light" },
          { value: "dark", label: "Dark" },
        ]}
      />
    </section>
  );
}

/** Each setting with where its value comes from; they are changed where they come from. */
function Values() {
  const { data, error, refetch } = useQuery({ queryKey: ["settings"], queryFn: api.settings });
  return (
    <section className={styles.section}>
      <div className={styles.head}>
        <h2>Values</h2>
        <p>Set by flag, environment, lumina.toml or default, in this order.</p>
      </div>
      {error && <ProblemNote error={error} doing="read the settings" onRetry={() => void refetch()} />}
      <dl className={styles.values}>
        {data?.map(({ name, value, origin, description }) => (
          <div key={name}>
            <dt>
              {name}
              <span>{description}</span>
            </dt>
            <dd>
              <code>
                {value === null ? "not set" : typeof value === "string" ? value : JSON.stringify(value)}
              </code>
              <span data-origin={origin}>{origin}</span>
            </dd>
          </div>
        ))}
      </dl>
    </section>
  );
}

function Nodes() {
  const { data, error, refetch } = useQuery({
    queryKey: ["nodes"],
    queryFn: api.nodes,
    refetchInterval: 30_000,
  });
  return (
    <section className={styles.section}>
      <div className={styles.head}>
        <h2>Nodes</h2>
        <p>Machines that work for Lumina.</p>
      </div>
      {error && <ProblemNote error={error} doing="read the nodes" onRetry={() => void refetch()} />}
      {data?.length === 0 && <p className={styles.quiet}>No worker has reported yet.</p>}
      <ul className={styles.nodes}>
        {data?.map(({ name, version, lanes, slots, seen_at }) => (
          <li key={name}>
            <strong>{name}</strong>
            <span>
              version {version} · {lanes.join(", ")} · {slots} {slots === 1 ? "slot" : "slots"} · seen{" "}
              {ago(seen_at)}
            </span>
          </li>
        ))}
      </ul>
    </section>
  );
}

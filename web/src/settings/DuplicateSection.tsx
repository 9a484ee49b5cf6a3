import { Button, Checkbox, Textarea, TextInput } from "@mantine/core";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { asProblem } from "~/api/problem";
import { review } from "~/api/review";
import type { Catalog, DuplicateSettings } from "~/api/types";
import { say } from "~/ui/messages";
import { ProblemNote } from "~/ui/States";
import styles from "./Settings.module.css";

/** How copies are found and resolved in a catalog. */
export function DuplicateSection({ catalog }: { catalog: Catalog }) {
  const { data, error, refetch } = useQuery({
    queryKey: ["duplicate-settings", catalog.id],
    queryFn: () => review.settings(catalog.id),
  });
  return (
    <section className={styles.copies} aria-label={`Duplicates of ${catalog.name}`}>
      <h3>Duplicates</h3>
      {error && <ProblemNote error={error} doing="read these settings" onRetry={() => void refetch()} />}
      {data && <Form key={JSON.stringify(data)} catalog={catalog} settings={data} />}
    </section>
  );
}

function Form({ catalog, settings }: { catalog: Catalog; settings: DuplicateSettings }) {
  const client = useQueryClient();
  const [threshold, setThreshold] = useState(String(settings.similarity_threshold));
  const [turned, setTurned] = useState(settings.turned);
  const [automatic, setAutomatic] = useState(settings.automatic);
  const [policy, setPolicy] = useState(settings.policy);
  const wanted: DuplicateSettings = { similarity_threshold: Number(threshold), turned, automatic, policy };
  const changed = JSON.stringify(wanted) !== JSON.stringify(pick(settings));
  const save = useMutation({
    mutationFn: () => review.changeSettings(catalog.id, wanted),
    onSuccess: (saved) => {
      client.setQueryData(["duplicate-settings", catalog.id], saved);
      say({ text: "Saved", note: "What is looked for changes with the next search." });
    },
  });
  return (
    <form
      className={styles.patterns}
      onSubmit={(event) => {
        event.preventDefault();
        save.mutate();
      }}
    >
      <TextInput
        className={styles.short}
        type="number"
        min={0}
        max={16}
        step={1}
        required
        label="How unlike copies may be"
        description="Bits of 64, 0 to 16 (at most 10 for more than 1,000,000 images). 5 finds what was saved again; more finds stronger edits."
        value={threshold}
        onChange={(event) => setThreshold(event.currentTarget.value)}
      />
      <Checkbox
        label="Find mirrored and turned copies, too"
        checked={turned}
        onChange={(event) => setTurned(event.currentTarget.checked)}
      />
      <Checkbox
        label="Put copies away by themselves after each search"
        description="Only the same files and the same pixels, unless the policy says otherwise; everything can be undone."
        checked={automatic}
        onChange={(event) => setAutomatic(event.currentTarget.checked)}
      />
      <details className={styles.policy} open={policy !== "" || save.error !== null}>
        <summary>Policy: which copy is kept</summary>
        <Textarea
          aria-label="Policy"
          description="TOML; the guide tells the rules. Empty: the best quality, then the most metadata, rating, size, age."
          rows={9}
          value={policy}
          spellCheck={false}
          placeholder={EXAMPLE}
          error={
            save.error && asProblem(save.error).status === 422 ? asProblem(save.error).message : undefined
          }
          onChange={(event) => setPolicy(event.currentTarget.value)}
        />
      </details>
      {save.error && asProblem(save.error).status !== 422 && (
        <ProblemNote error={save.error} doing="save these settings" />
      )}
      <div className={styles.acts}>
        <Button type="submit" size="xs" disabled={!changed} loading={save.isPending}>
          Save
        </Button>
      </div>
    </form>
  );
}

const EXAMPLE = `# folders whose images are never put away
[[rule]]
rule = "reference"
folders = ["/photos/archive"]

[[rule]]
rule = "quality"
margin = 2.0`;

function pick({ similarity_threshold, turned, automatic, policy }: DuplicateSettings): DuplicateSettings {
  return { similarity_threshold, turned, automatic, policy };
}

import { Button, Textarea } from "@mantine/core";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { IconFolder, IconPlugConnectedX, IconRefresh } from "@tabler/icons-react";
import { useState } from "react";
import { api } from "~/api/client";
import type { Source } from "~/api/types";
import { ago, count, images } from "~/lib/format";
import { ProblemNote } from "~/ui/States";
import styles from "./Settings.module.css";

/** One folder: its state, when it was read, what is passed over. */
export function SourceCard({ source }: { source: Source }) {
  const client = useQueryClient();
  const [editing, setEditing] = useState(false);
  const scan = useMutation({
    mutationFn: (acceptLosses: boolean) => api.scanSource(source.id, acceptLosses),
    onSuccess: () => client.invalidateQueries({ queryKey: ["jobs"] }),
  });
  const offline = source.state === "offline";
  const Icon = offline ? IconPlugConnectedX : IconFolder;
  return (
    <article className={styles.source} data-offline={offline || undefined} aria-label={source.path}>
      <Icon size={22} stroke={1.6} aria-hidden />
      <div className={styles.words}>
        <h3>{source.path}</h3>
        <p className={styles.quiet}>
          <Link to="/" search={{ source: String(source.id) }}>
            {images(source.images)}
          </Link>{" "}
          · read {ago(source.scanned_at)}
          {source.ignore_patterns.length > 0 && ` · passes over ${source.ignore_patterns.join(", ")}`}
        </p>
        {offline && (
          <p className={styles.offline}>
            Offline{source.state_reason ? `: ${source.state_reason}` : ""}. Nothing is removed; its images
            stay in the timeline. If its files really are gone,{" "}
            <button type="button" className={styles.inline} onClick={() => scan.mutate(true)}>
              mark them missing
            </button>
            : they come back when the files do.
          </p>
        )}
        <Counts counts={source.scan_counts} />
        {editing && <Patterns source={source} onDone={() => setEditing(false)} />}
        {scan.error && <ProblemNote error={scan.error} doing="start reading" />}
      </div>
      <div className={styles.acts}>
        <Button variant="default" size="xs" aria-expanded={editing} onClick={() => setEditing(!editing)}>
          Pass over…
        </Button>
        <Button
          variant="default"
          size="xs"
          leftSection={<IconRefresh size={15} aria-hidden />}
          loading={scan.isPending}
          onClick={() => scan.mutate(false)}
        >
          {scan.isSuccess ? "Started" : "Read again"}
        </Button>
      </div>
    </article>
  );
}

function Counts({ counts }: { counts: Record<string, unknown> }) {
  const shown = Object.entries(counts).filter(
    (entry): entry is [string, number] => typeof entry[1] === "number" && entry[1] > 0,
  );
  if (shown.length === 0) return null;
  return (
    <p className={styles.quiet}>
      Last time: {shown.map(([name, value]) => `${count(value)} ${name.replaceAll("_", " ")}`).join(", ")}
    </p>
  );
}

function Patterns({ source, onDone }: { source: Source; onDone: () => void }) {
  const client = useQueryClient();
  const [text, setText] = useState(source.ignore_patterns.join("\n"));
  const save = useMutation({
    mutationFn: () =>
      api.changeSource(source.id, {
        ignore_patterns: text
          .split("\n")
          .map((line) => line.trim())
          .filter(Boolean),
      }),
    onSuccess: async () => {
      await client.invalidateQueries({ queryKey: ["catalogs"] });
      onDone();
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
      <Textarea
        label="Passed over"
        description="One pattern per line, as in .gitignore: @eaDir, *.tmp, exports/**"
        rows={4}
        value={text}
        onChange={(event) => setText(event.currentTarget.value)}
        spellCheck={false}
      />
      {save.error && <ProblemNote error={save.error} doing="save the patterns" />}
      <div className={styles.acts}>
        <Button type="submit" size="xs" loading={save.isPending}>
          Save
        </Button>
        <Button variant="default" size="xs" onClick={onDone}>
          Discard
        </Button>
      </div>
    </form>
  );
}

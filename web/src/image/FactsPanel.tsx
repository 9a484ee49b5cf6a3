import { Button, CloseButton, TextInput } from "@mantine/core";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { type ReactNode, useState } from "react";
import { api } from "~/api/client";
import type { Fact, ImageFacts, ImageFile } from "~/api/types";
import { size } from "~/lib/format";
import { StateMark } from "~/ui/StateMark";
import { ProblemNote } from "~/ui/States";
import styles from "./FactsPanel.module.css";

const GROUPS = ["Capture", "Camera", "Place", "Description", "File", "Technical"];

interface PanelProps {
  facts: ImageFacts | undefined;
  /** What it shows. */
  tags: ReactNode;
  onClose: () => void;
}

/** All that is known about an image, and where each piece comes from. */
export function FactsPanel({ facts, tags, onClose }: PanelProps) {
  return (
    <aside className={styles.panel} aria-label="Facts">
      <div className={styles.head}>
        <h2>Facts</h2>
        <CloseButton aria-label="Close the facts" onClick={onClose} />
      </div>
      {tags}
      {facts ? (
        <Known facts={facts} />
      ) : (
        <p className={styles.quiet} role="status">
          Loading…
        </p>
      )}
    </aside>
  );
}

function Known({ facts }: { facts: ImageFacts }) {
  const groups = [...new Set([...GROUPS, ...facts.facts.map(({ group }) => group)])];
  return (
    <>
      {facts.missing_since && (
        <p className={styles.gone}>
          All files of this image are gone from disk. What is known about it stays.
        </p>
      )}
      {facts.source.state === "offline" && (
        <p className={styles.gone}>Its source is offline: {facts.source.path}</p>
      )}
      {groups.map((group) => (
        <Group key={group} title={group} facts={facts.facts.filter((fact) => fact.group === group)} />
      ))}
      {facts.notes.length > 0 && (
        <section>
          <h3>Remarks</h3>
          <ul className={styles.notes}>
            {facts.notes.map((note) => (
              <li key={note}>{note}</li>
            ))}
          </ul>
        </section>
      )}
      <Files facts={facts} />
      <Stages facts={facts} />
      <RawTags raw={facts.raw} />
    </>
  );
}

function Group({ title, facts }: { title: string; facts: Fact[] }) {
  if (facts.length === 0) return null;
  return (
    <section>
      <h3>{title}</h3>
      <dl className={styles.facts}>
        {facts.map((fact) => (
          <div key={fact.name}>
            <dt>{fact.label}</dt>
            <dd>
              {fact.text}
              {fact.origin && <span className={styles.origin}>{fact.origin}</span>}
            </dd>
          </div>
        ))}
      </dl>
    </section>
  );
}

function Files({ facts }: { facts: ImageFacts }) {
  const client = useQueryClient();
  const apart = useMutation({
    mutationFn: () => api.ungroup(facts.id),
    onSuccess: () => client.invalidateQueries(),
  });
  const together = facts.files.filter(({ role }) => role === "original" || role === "derived").length > 1;
  return (
    <section>
      <h3>Files</h3>
      <p className={styles.quiet}>
        {facts.catalog.name} ·{" "}
        <Link to="/" search={{ folder: facts.folder || undefined, source: String(facts.source.id) }}>
          {facts.folder || facts.source.path}
        </Link>
      </p>
      <ul className={styles.files}>
        {facts.files.map((file) => (
          <FileRow key={file.id} file={file} />
        ))}
      </ul>
      {together && (
        <Button variant="default" size="xs" loading={apart.isPending} onClick={() => apart.mutate()}>
          These are different images: ungroup
        </Button>
      )}
      {apart.error && <ProblemNote error={apart.error} doing="ungroup these files" />}
    </section>
  );
}

function FileRow({ file }: { file: ImageFile }) {
  return (
    <li>
      <strong>{file.name}</strong>
      <span className={styles.quiet}>
        {[file.role, file.format.toUpperCase(), size(file.size), file.missing_since ? "gone from disk" : ""]
          .filter(Boolean)
          .join(" · ")}
      </span>
      {file.checksum && (
        <code className={styles.sum} title={`BLAKE3 ${file.checksum}`}>
          {file.checksum.slice(0, 16)}…
        </code>
      )}
    </li>
  );
}

function Stages({ facts }: { facts: ImageFacts }) {
  return (
    <section>
      <h3>Stages</h3>
      <ul className={styles.stages}>
        {facts.stages.map(({ stage, state, note, code }) => (
          <li key={stage}>
            <span>
              {stage}
              {(note ?? code) && <span className={styles.origin}>{note ?? code}</span>}
            </span>
            <StateMark state={state} />
          </li>
        ))}
      </ul>
    </section>
  );
}

const SHOWN = 400;

function RawTags({ raw }: { raw: Record<string, unknown> }) {
  const [words, setWords] = useState("");
  const tags = Object.entries(raw).map(
    ([name, value]) => [name, typeof value === "string" ? value : JSON.stringify(value)] as const,
  );
  const found = tags.filter(([name, value]) =>
    `${name} ${value}`.toLowerCase().includes(words.toLowerCase()),
  );
  if (tags.length === 0) return null;
  return (
    <details className={styles.raw}>
      <summary>All {tags.length} tags as they stand in the file</summary>
      <TextInput
        aria-label="Find a tag"
        placeholder="Find a tag"
        size="xs"
        value={words}
        onChange={(event) => setWords(event.currentTarget.value)}
      />
      <dl>
        {found.slice(0, SHOWN).map(([name, value]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>{value.length > 600 ? `${value.slice(0, 600)}…` : value}</dd>
          </div>
        ))}
      </dl>
      {found.length > SHOWN && (
        <p className={styles.quiet}>{found.length - SHOWN} more; narrow the search.</p>
      )}
    </details>
  );
}

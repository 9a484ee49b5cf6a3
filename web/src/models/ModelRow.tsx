import { Button, Checkbox } from "@mantine/core";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { IconDownload, IconTrash, IconX } from "@tabler/icons-react";
import { useState } from "react";
import { type ModelInfo, models } from "~/api/models";
import { count, percent, size } from "~/lib/format";
import { ProblemNote } from "~/ui/States";
import styles from "./Models.module.css";

const STATES: Record<ModelInfo["state"], string> = {
  installed: "Installed",
  missing: "Not here",
  broken: "Broken",
  pulling: "Downloading",
};
const KINDS: Record<ModelInfo["kind"][number], string> = {
  image: "pictures",
  text: "words",
  classifier: "names of things",
  matting: "things from their background",
};

/** A network: what it knows, whether it is here, and what can be done about that. */
export function ModelRow({ model, images }: { model: ModelInfo; images: number }) {
  const it = useModel(model.name);
  const { name, title, state, detail, problem, warning, terms } = model;
  const trouble = state === "missing" ? problem : detail;
  const [accepted, setAccepted] = useState(model.terms_accepted);
  const asked = model.terms_accepted || state === "installed" ? null : terms;
  return (
    <li className={styles.model} data-state={state} data-model={name}>
      <div className={styles.words}>
        <h3>
          {title} <code>{name}</code>
        </h3>
        <p>{factsOf(model, images)}</p>
        {trouble && (
          <p className={styles.trouble} role="status">
            {trouble}
          </p>
        )}
        {warning && <p className={styles.warning}>{warning}</p>}
        {asked && <TermsBox terms={asked} accepted={accepted} onAccept={setAccepted} />}
        {state === "pulling" && model.progress && <Progress model={model} />}
        {it.error && <ProblemNote error={it.error} doing={it.doing} />}
      </div>
      <div className={styles.side}>
        <span className={styles.state}>{STATES[state]}</span>
        <Acts model={model} it={it} ready={asked === null || accepted} accepted={accepted} />
      </div>
    </li>
  );
}

interface ActsProps {
  model: ModelInfo;
  it: ReturnType<typeof useModel>;
  /** Nothing stands in the way of a download. */
  ready: boolean;
  accepted: boolean;
}

/** Get, stop, remove: what a model's state allows. */
function Acts({ model, it, ready, accepted }: ActsProps) {
  const { name, state } = model;
  if (state === "installed") return <Removal model={model} busy={it.busy} onRemove={it.remove} />;
  if (state === "pulling")
    return (
      <Button
        size="xs"
        variant="default"
        leftSection={<IconX size={15} aria-hidden />}
        aria-label={`Stop the download of ${name}`}
        onClick={it.cancel}
      >
        Stop
      </Button>
    );
  const verb = `${model.progress?.done ? "Go on" : "Get"} ${size(left(model))}`;
  return (
    <Button
      size="xs"
      variant={model.enabled ? "filled" : "default"}
      leftSection={<IconDownload size={15} aria-hidden />}
      aria-label={`${verb}: ${name}`}
      disabled={!ready}
      loading={it.busy}
      onClick={() => it.pull(accepted)}
    >
      {verb}
    </Button>
  );
}

interface TermsProps {
  terms: NonNullable<ModelInfo["terms"]>;
  accepted: boolean;
  onAccept: (accepted: boolean) => void;
}

function TermsBox({ terms, accepted, onAccept }: TermsProps) {
  return (
    <div className={styles.terms}>
      <p>
        {terms.summary}{" "}
        <a href={terms.url} target="_blank" rel="noreferrer">
          {terms.title}
        </a>
      </p>
      <Checkbox
        label="I have read these terms and accept them"
        checked={accepted}
        onChange={(event) => onAccept(event.currentTarget.checked)}
      />
    </div>
  );
}

interface RemovalProps {
  model: ModelInfo;
  busy: boolean;
  onRemove: () => void;
}

/** Two steps: what is removed has to be downloaded again. */
function Removal({ model: { name, size: bytes }, busy, onRemove }: RemovalProps) {
  const [sure, setSure] = useState(false);
  if (!sure)
    return (
      <Button
        size="xs"
        variant="default"
        leftSection={<IconTrash size={15} aria-hidden />}
        aria-label={`Remove ${name}`}
        onClick={() => setSure(true)}
      >
        Remove
      </Button>
    );
  return (
    <>
      <Button size="xs" loading={busy} aria-label={`Free ${size(bytes)}: remove ${name}`} onClick={onRemove}>
        Free {size(bytes)}
      </Button>
      <Button size="xs" variant="default" aria-label={`Keep ${name}`} onClick={() => setSure(false)}>
        Keep
      </Button>
    </>
  );
}

/** What can be done about a model; the list is read again after each. */
function useModel(name: string) {
  const client = useQueryClient();
  const act = useMutation({
    mutationFn: ({ run }: { doing: string; run: () => Promise<unknown> }) => run(),
    onSettled: () => {
      void client.invalidateQueries({ queryKey: ["models"] });
      void client.invalidateQueries({ queryKey: ["search"] });
    },
  });
  return {
    busy: act.isPending,
    error: act.error,
    doing: act.variables?.doing ?? "",
    pull: (accepted: boolean) => act.mutate({ doing: `get ${name}`, run: () => models.pull(name, accepted) }),
    cancel: () => act.mutate({ doing: `stop the download of ${name}`, run: () => models.cancel(name) }),
    remove: () => act.mutate({ doing: `remove ${name}`, run: () => models.remove(name) }),
  };
}

function left({ size: all, progress }: ModelInfo): number {
  return progress ? progress.total - progress.done : all;
}

/** "Knows pictures and words · MIT · 608 MB · 240 of 1,204 images · on cpu". */
function factsOf(
  { kind, licence, size: bytes, provider, embedded, dimensions }: ModelInfo,
  images: number,
): string {
  const known = kind.map((one) => KINDS[one]);
  const last = known.pop() ?? "";
  const parts = [
    `Knows ${known.length > 0 ? `${known.join(", ")} and ${last}` : last}`,
    licence,
    size(bytes),
    dimensions > 0 && `${count(dimensions)} numbers a picture`,
    provider && `runs on ${provider}`,
    embedded > 0 && `has looked at ${count(embedded)} of ${count(Math.max(images, embedded))} images`,
  ];
  return parts.filter(Boolean).join(" · ");
}

function Progress({ model: { name, progress } }: { model: ModelInfo }) {
  const { done, total } = progress ?? { done: 0, total: 0 };
  return (
    <div className={styles.progress}>
      <span>
        {size(done)} of {size(total)}, {percent(done, total)}
      </span>
      <span
        className={styles.track}
        role="progressbar"
        aria-label={`Download of ${name}`}
        aria-valuemin={0}
        aria-valuemax={100}
        aria-valuenow={total > 0 ? Math.floor((done / total) * 100) : 0}
      >
        <span style={{ transform: `scaleX(${total > 0 ? done / total : 0})` }} />
      </span>
    </div>
  );
}

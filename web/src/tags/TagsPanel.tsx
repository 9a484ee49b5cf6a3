import { ActionIcon, Tooltip } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { IconArrowBackUp, IconCheck, IconTagPlus, IconX } from "@tabler/icons-react";
import { type ReactNode, useEffect, useRef, useState } from "react";
import { type ImageTag, type Named, taxonomy } from "~/api/taxonomy";
import { useActions } from "~/lib/actions";
import { NodePicker } from "~/taxonomy/NodePicker";
import { ProblemNote } from "~/ui/States";
import { tell } from "./say";
import { WhyNoTags } from "./WhyNoTags";
import { whoSays } from "./words";
import styles from "./TagsPanel.module.css";

interface PanelProps {
  image: number;
  /** True: the field for another tag is open from the beginning. */
  adding: boolean;
  onAdding: (adding: boolean) => void;
}

/** What an image shows, who says so, and a person's word on each. */
export function TagsPanel({ image, adding, onAdding }: PanelProps) {
  const { data, error, isPending, refetch } = useQuery({
    queryKey: ["tags", image],
    queryFn: ({ signal }) => taxonomy.tags(image, signal),
    staleTime: 30_000,
  });
  const { held, refused } = apart(data?.items ?? []);
  const [at, setAt] = useState(0);
  const current = Math.min(at, held.length - 1);
  const answer = (tag: ImageTag, yes: boolean | null) =>
    void tell({ images: [image] }, { node: tag.node }, yes);
  useTagKeys(held, current, setAt, answer);
  return (
    <section className={styles.tags} aria-label="Tags">
      <div className={styles.head}>
        <h3>Tags</h3>
        <Tooltip label="Add a tag (T)">
          <ActionIcon
            variant="subtle"
            color="gray"
            className={styles.quietButton}
            aria-label="Add a tag"
            aria-expanded={adding}
            onClick={() => onAdding(!adding)}
          >
            <IconTagPlus size={19} stroke={1.7} />
          </ActionIcon>
        </Tooltip>
      </div>
      {adding && <AddTag image={image} held={held} onClose={() => onAdding(false)} />}
      {error && <ProblemNote error={error} doing="read the tags" onRetry={() => void refetch()} />}
      {isPending && !error && <Sketch />}
      {data && held.length === 0 && <WhyNoTags />}
      {held.length > 0 && (
        <ul className={styles.list} aria-label="Tags of this image">
          {held.map((tag, i) => (
            <TagRow key={tag.node} tag={tag} current={i === current} onAnswer={answer} />
          ))}
        </ul>
      )}
      {refused.length > 0 && <Refused tags={refused} onAnswer={answer} />}
    </section>
  );
}

/** What holds, and what people have refused. */
function apart(tags: ImageTag[]) {
  return {
    held: tags.filter(({ verdict, confidence }) => verdict !== false && confidence !== null),
    refused: tags.filter(({ verdict }) => verdict === false),
  };
}

type Answer = (tag: ImageTag, yes: boolean | null) => void;

function useTagKeys(held: ImageTag[], current: number, move: (at: number) => void, answer: Answer): void {
  const tag = held[current];
  const step = (by: number) => held.length > 0 && move((current + by + held.length) % held.length);
  useActions("Tags", [
    { label: "Next tag", keys: ["J"], run: () => step(1) },
    { label: "Previous tag", keys: ["K"], run: () => step(-1) },
    { label: "Yes, it shows this tag", keys: ["Y"], run: () => tag && answer(tag, true) },
    { label: "No, it doesn’t show this tag", keys: ["N"], run: () => tag && answer(tag, false) },
  ]);
}

interface RowProps {
  tag: ImageTag;
  current: boolean;
  onAnswer: Answer;
}

function TagRow({ tag, current, onAnswer }: RowProps) {
  const { name, path, node, verdict } = tag;
  const above = path.slice(0, -1).join(" / ");
  return (
    <li className={styles.row} data-current={current || undefined}>
      <div className={styles.said}>
        <Link to="/" search={{ tag: String(node) }} className={styles.name}>
          {name}
        </Link>
        {above && <span className={styles.above}>{above}</span>}
        <span className={styles.who}>{whoSays(tag)}</span>
      </div>
      <div className={styles.answers}>
        <Quiet
          label={verdict ? `You said yes to ${name}; take that back` : `Yes, it shows ${name}`}
          hint={verdict ? "You said yes. Click to take that back." : "Yes (Y)"}
          pressed={verdict === true}
          onClick={() => onAnswer(tag, verdict ? null : true)}
        >
          <IconCheck size={18} stroke={1.9} />
        </Quiet>
        <Quiet
          label={`No, it doesn’t show ${name}`}
          hint="No (N). It never comes back here by itself, whatever models or files say."
          onClick={() => onAnswer(tag, false)}
        >
          <IconX size={18} stroke={1.9} />
        </Quiet>
      </div>
    </li>
  );
}

interface QuietProps {
  label: string;
  hint: string;
  pressed?: boolean;
  onClick: () => void;
  children: ReactNode;
}

function Quiet({ label, hint, pressed, onClick, children }: QuietProps) {
  return (
    <Tooltip label={hint} multiline maw={240} position="top-end">
      <ActionIcon
        variant="subtle"
        color="gray"
        className={styles.answer}
        aria-label={label}
        aria-pressed={pressed}
        onClick={onClick}
      >
        {children}
      </ActionIcon>
    </Tooltip>
  );
}

/** What people have refused: out of the way, but not out of sight. */
function Refused({ tags, onAnswer }: { tags: ImageTag[]; onAnswer: Answer }) {
  return (
    <details className={styles.refused}>
      <summary>{tags.length === 1 ? "1 refused" : `${tags.length} refused`}</summary>
      <ul className={styles.list} aria-label="Refused tags">
        {tags.map((tag) => (
          <li key={tag.node} className={styles.row}>
            <div className={styles.said}>
              <s className={styles.name}>{tag.name}</s>
              <span className={styles.who}>{whoSays(tag)}</span>
            </div>
            <Quiet
              label={`Take back the no to ${tag.name}`}
              hint="Take the no back: models and files count again."
              onClick={() => onAnswer(tag, null)}
            >
              <IconArrowBackUp size={18} stroke={1.8} />
            </Quiet>
          </li>
        ))}
      </ul>
    </details>
  );
}

function AddTag({ image, held, onClose }: { image: number; held: ImageTag[]; onClose: () => void }) {
  const box = useRef<HTMLDivElement>(null);
  useEffect(() => box.current?.querySelector("input")?.focus(), []);
  const sure = new Set(held.filter(({ verdict }) => verdict).map(({ node }) => node));
  const pick = (named: Named) => void tell({ images: [image] }, named, true);
  return (
    // only Escape is heard here; the field within is what is used
    // eslint-disable-next-line jsx-a11y/no-static-element-interactions
    <div
      ref={box}
      onKeyDown={(event) => {
        if (event.key === "Escape") onClose();
      }}
    >
      <NodePicker
        label="Add a tag"
        create={(name) => `Make the tag “${name}”`}
        without={({ id }) => sure.has(id)}
        onPick={pick}
      />
    </div>
  );
}

function Sketch() {
  return (
    <div className={styles.sketch} role="status" aria-label="Loading the tags">
      {[70, 52, 61].map((width) => (
        <span key={width} style={{ width: `${width}%` }} />
      ))}
    </div>
  );
}

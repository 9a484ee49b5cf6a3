import { Button, CloseButton } from "@mantine/core";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { announce } from "~/api/events";
import { asProblem } from "~/api/problem";
import { learning, type Lesson } from "~/api/taxonomy";
import type { ImageCard } from "~/api/types";
import { undoButton } from "~/curation/undo";
import { follow } from "~/jobs/follow";
import { useActions } from "~/lib/actions";
import { say } from "~/ui/messages";
import { ImageLink } from "~/ui/ImageLink";
import { ProblemNote } from "~/ui/States";
import { Thumb } from "~/ui/Thumb";
import { changeText, examplesText, figuresText } from "./words";
import styles from "./Corrections.module.css";

/** What was learnt of a node, what it would change, and whether it shall. */
export function LessonPanel({ node, onClose }: { node: number; onClose: () => void }) {
  const { data, error, refetch } = useQuery({
    queryKey: ["lesson", node],
    queryFn: ({ signal }) => learning.lesson(node, signal),
    staleTime: 5_000,
    retry: false,
  });
  return (
    <section className={styles.lesson} aria-label="What was learnt">
      <div className={styles.lessonHead}>
        <h2>{data ? data.node.name : "What was learnt"}</h2>
        <CloseButton aria-label="Close what was learnt" onClick={onClose} />
      </div>
      {data ? (
        <Learnt lesson={data} onClose={onClose} />
      ) : error && asProblem(error).status === 404 ? (
        <p className={styles.quiet}>{asProblem(error).message}</p>
      ) : error ? (
        <ProblemNote error={error} doing="read what was learnt" onRetry={() => void refetch()} />
      ) : (
        <p className={styles.quiet} role="status">
          Comparing with all images…
        </p>
      )}
    </section>
  );
}

function Learnt({ lesson, onClose }: { lesson: Lesson; onClose: () => void }) {
  const client = useQueryClient();
  const [busy, setBusy] = useState(false);
  const { id, name } = lesson.node;
  const over = () => {
    client.removeQueries({ queryKey: ["lesson", id] });
    announce();
    onClose();
  };
  const act = async (what: () => Promise<void>) => {
    if (busy) return;
    setBusy(true);
    try {
      await what();
      over();
    } catch (error) {
      say({ text: "Couldn’t do that", note: asProblem(error).message, tone: "bad" });
      void client.invalidateQueries({ queryKey: ["lesson", id] }); // it may have been trained anew meanwhile
    } finally {
      setBusy(false);
    }
  };
  const apply = () =>
    act(async () => {
      const { action, job } = await learning.apply(id, lesson.head.trained_at);
      void follow(job, {
        doing: `Tagging ${name}…`,
        done: () => ({
          text: action?.title ?? `Tagged ${name}`,
          act: action ? undoButton(action.id) : undefined,
        }),
        change: "own",
      });
    });
  const forget = () =>
    act(async () => {
      await learning.forget(id);
      say({ text: `Discarded what was learnt of ${name}`, note: "What was said of images stays." });
    });
  useActions("What was learnt", [
    { label: "Apply what was learnt", keys: ["Shift+A"], run: () => void apply() },
    { label: "Discard what was learnt", keys: ["Shift+D"], run: () => void forget() },
  ]);
  const { preview, examples } = lesson;
  return (
    <>
      <p>
        Learnt from <strong>{examplesText(examples)}</strong>.
      </p>
      {examples.reason && <p className={styles.quiet}>{examples.reason}</p>}
      <ul className={styles.figures}>
        {figuresText(lesson).map((line) => (
          <li key={line}>{line}</li>
        ))}
      </ul>
      <p className={styles.change}>{changeText(lesson)}</p>
      <Sample title="Would get the tag, the surest first" cards={preview.sample_added} />
      <Sample title="Would lose it" cards={preview.sample_removed} />
      <div className={styles.lessonFoot}>
        <Button loading={busy} onClick={() => void apply()}>
          Apply
        </Button>
        <Button variant="default" disabled={busy} onClick={() => void forget()}>
          Discard
        </Button>
      </div>
    </>
  );
}

function Sample({ title, cards }: { title: string; cards: ImageCard[] }) {
  if (cards.length === 0) return null;
  return (
    <>
      <h3>{title}</h3>
      <ul className={styles.sample} aria-label={title}>
        {cards.slice(0, 12).map((card) => (
          <li key={card.id}>
            <ImageLink id={card.id} from="corrections" aria-label={card.name}>
              <Thumb card={card} />
            </ImageLink>
          </li>
        ))}
      </ul>
    </>
  );
}

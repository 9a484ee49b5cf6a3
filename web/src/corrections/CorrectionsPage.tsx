import { Button } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useNavigate, useSearch } from "@tanstack/react-router";
import { IconSchool } from "@tabler/icons-react";
import { type DoubtfulNode, learning } from "~/api/taxonomy";
import { asProblem } from "~/api/problem";
import { useOneCatalog } from "~/duplicates/catalog";
import { follow } from "~/jobs/follow";
import { useActions } from "~/lib/actions";
import { usePageCommand } from "~/lib/commands";
import { count } from "~/lib/format";
import { useTitle } from "~/lib/title";
import { MissingModel } from "~/tags/WhyNoTags";
import { say } from "~/ui/messages";
import { PageHeader } from "~/ui/PageHeader";
import { ProblemNote } from "~/ui/States";
import { LessonPanel } from "./LessonPanel";
import { Question } from "./Question";
import { answersOf, type Queue, skippedOf } from "./queue";
import { useQueue } from "./useQueue";
import type { CorrectionsView } from "./view";
import styles from "./Corrections.module.css";

/** What the tagger is in doubt of, one image at a time; and what it has learnt. */
export function CorrectionsPage() {
  const view = useSearch({ from: "/corrections" });
  useTitle("Corrections");
  const about = view.lesson ?? view.node;
  const query = view.node ? `?node=${view.node}` : "";
  usePageCommand(
    about ? `lumina learn ${about}` : "lumina taxonomy list",
    view.lesson ? `/api/learn/${view.lesson}` : `/api/corrections${query}`,
  );
  return <Asked key={view.node ?? ""} view={view} />;
}

function Asked({ view }: { view: CorrectionsView }) {
  const navigate = useNavigate({ from: "/corrections" });
  const node = view.node ? Number(view.node) : undefined;
  const queue = useQueue(node);
  const { data: listed } = useQuery({
    queryKey: ["corrections-nodes"],
    queryFn: ({ signal }) => learning.corrections({ limit: 1 }, signal),
  });
  const { data, error, refetch } = queue;
  const nodes = listed?.nodes ?? data?.nodes ?? [];
  const change = (next: CorrectionsView) => void navigate({ search: { ...view, ...next } });
  useActions("Corrections", [
    { label: "Take the last answer back", keys: ["$mod+Z", "U"], run: queue.takeBack },
  ]);
  return (
    <main id="main" className={styles.page}>
      <div className={styles.top}>
        <PageHeader title="Corrections" lead={leadOf(nodes, queue.queue)} />
        {error && <ProblemNote error={error} doing="read what is in doubt" onRetry={() => void refetch()} />}
      </div>
      <div className={styles.body}>
        <NodeList nodes={nodes} queue={queue.queue} chosen={node} onChange={change} />
        <div className={styles.middle}>
          <Middle queue={queue} node={node} onAll={() => change({ node: undefined })} />
        </div>
        {view.lesson && (
          <LessonPanel
            key={view.lesson}
            node={Number(view.lesson)}
            onClose={() => change({ lesson: undefined })}
          />
        )}
      </div>
    </main>
  );
}

interface MiddleProps {
  queue: ReturnType<typeof useQueue>;
  node: number | undefined;
  onAll: () => void;
}

/** The question, that one comes, or that there is none. */
function Middle({ queue, node, onAll }: MiddleProps) {
  const { current, data, error } = queue;
  if (current)
    return <Question key={`${current.node} ${current.image.id}`} question={current} queue={queue} />;
  if (data) return <Nothing node={node} queue={queue} onAll={onAll} />;
  return error ? null : <div className={styles.waiting} role="status" aria-label="Loading the questions" />;
}

function leadOf(nodes: DoubtfulNode[], queue: Queue): string | undefined {
  const doubts = nodes.reduce((sum, node) => sum + node.doubts, 0);
  const said = queue.answered.length - skippedOf(queue);
  if (said > 0) return `${count(said)} answered, ${count(doubts)} in doubt`;
  if (doubts === 0) return undefined;
  const open = doubts === 1 ? "1 question is open" : `${count(doubts)} questions are open`;
  return `${open}; each answer teaches the tagger`;
}

interface ListProps {
  nodes: DoubtfulNode[];
  queue: Queue;
  chosen: number | undefined;
  onChange: (next: CorrectionsView) => void;
}

/** Nodes with doubts, how far each is, and what waits for being applied. */
function NodeList({ nodes, queue, chosen, onChange }: ListProps) {
  if (nodes.length === 0) return null;
  return (
    <nav className={styles.nodes} aria-label="Nodes in doubt">
      <ul>
        <li>
          <button
            type="button"
            aria-current={chosen === undefined}
            onClick={() => onChange({ node: undefined })}
          >
            <span>Everything</span>
          </button>
        </li>
        {nodes.map(({ id, name, path, doubts, proposal }) => (
          <li key={id}>
            <button
              type="button"
              aria-current={chosen === id}
              title={path.join(" / ")}
              onClick={() => onChange({ node: String(id) })}
            >
              <span>{name}</span>
              <Progress answered={answersOf(queue, id)} doubts={doubts} />
            </button>
            {proposal && (
              <button
                type="button"
                className={styles.learnt}
                onClick={() => onChange({ lesson: String(id) })}
              >
                <IconSchool size={15} aria-hidden /> Learnt: look
                <span className="visually-hidden"> at {name}</span>
              </button>
            )}
          </li>
        ))}
      </ul>
    </nav>
  );
}

function Progress({ answered, doubts }: { answered: number; doubts: number }) {
  return (
    <span className={styles.far}>
      {answered > 0 && (
        <span className={styles.meter} aria-hidden>
          <span style={{ transform: `scaleX(${answered / (answered + doubts)})` }} />
        </span>
      )}
      {count(doubts)}
      <span className="visually-hidden"> in doubt, {count(answered)} answered</span>
    </span>
  );
}

interface NothingProps {
  node: number | undefined;
  queue: ReturnType<typeof useQueue>;
  onAll: () => void;
}

const DONE =
  "What you said counts for ever. What was learnt from it waits in the list, as soon as it would change something.";
const NONE =
  "Questions come up where a model is unsure of a tag. To teach something of your own, choose images on the timeline and press “Teach…”.";

/** No question: why, and what comes next. */
function Nothing({ node, queue, onAll }: NothingProps) {
  const answered = queue.queue.answered.length;
  const skipped = skippedOf(queue.queue);
  const { catalog } = useOneCatalog(undefined);
  const tagAll = async () => {
    if (!catalog) return;
    try {
      const { id } = await learning.tagAll(catalog.id);
      void follow(id, {
        doing: "Tagging…",
        done: ({ message }) => ({ text: message ?? "Tagged" }),
        change: "own",
      });
    } catch (error) {
      say({ text: "Couldn’t tag", note: asProblem(error).message, tone: "bad" });
    }
  };
  return (
    <div className={styles.nothing}>
      <h2>{titleOf(answered, skipped)}</h2>
      <p>{answered > skipped ? DONE : skipped > 0 ? "Nothing was said of what was skipped." : NONE}</p>
      <MissingModel />
      <div className={styles.answers}>
        {skipped > 0 && (
          <Button onClick={queue.askSkipped}>
            {skipped === 1 ? "Ask what was skipped" : `Ask the ${count(skipped)} that were skipped`}
          </Button>
        )}
        {node !== undefined && (
          <Button variant={skipped > 0 ? "default" : "filled"} onClick={onAll}>
            Ask about everything
          </Button>
        )}
        {catalog && node === undefined && (
          <Button variant="default" onClick={() => void tagAll()}>
            Tag {catalog.name} now
          </Button>
        )}
      </div>
    </div>
  );
}

function titleOf(answered: number, skipped: number): string {
  if (skipped > 0) return answered > skipped ? "All others are answered" : "All were skipped";
  return answered > 0 ? "All answered" : "Nothing is in doubt";
}

import { Button } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { IconArrowBackUp, IconCheck, IconPlayerSkipForward, IconX } from "@tabler/icons-react";
import { type Correction, taxonomy, type TaxonomyNode } from "~/api/taxonomy";
import { useActions } from "~/lib/actions";
import { percent } from "~/lib/format";
import { useNodes } from "~/taxonomy/nodes";
import type { Tree } from "~/taxonomy/tree";
import { ImageLink } from "~/ui/ImageLink";
import { Thumb } from "~/ui/Thumb";
import type { useQueue } from "./useQueue";
import styles from "./Corrections.module.css";

const OTHERS = 5;

interface QuestionProps {
  question: Correction;
  queue: ReturnType<typeof useQueue>;
}

/** One image, one question, and the keys that answer it. */
export function Question({ question, queue }: QuestionProps) {
  const { image, path, confidence } = question;
  const { data } = useQuery({
    queryKey: ["tags", image.id],
    queryFn: ({ signal }) => taxonomy.tags(image.id, signal),
  });
  const { tree } = useNodes();
  const held = new Set(data?.items.filter(({ verdict }) => verdict !== false).map(({ node }) => node));
  // Not before all of them are known: their numbers are keys, and must not change under one's fingers.
  const others = tree && data ? likely(tree, question.node, held) : [];
  const rather = ({ id, path: way }: TaxonomyNode) => queue.rather(id, way.includes(question.node));
  useActions("Corrections", [
    { label: "Yes", keys: ["Y"], run: queue.yes },
    { label: "No", keys: ["N"], run: queue.no },
    { label: "Skip", keys: ["S"], run: queue.skip },
    ...others.map((node, i) => ({
      label: `Rather ${node.name}`,
      keys: [String(i + 1)],
      run: () => rather(node),
    })),
  ]);
  return (
    <section className={styles.question} aria-label="Question">
      <ImageLink
        id={image.id}
        from="corrections"
        className={styles.picture}
        aria-label={`${image.name}, open`}
      >
        <Thumb card={image} large whole />
      </ImageLink>
      <div className={styles.asked}>
        <div aria-live="polite">
          <h2>{question.question}</h2>
          <p className={styles.quiet}>
            {path.slice(0, -1).join(" / ")}
            {path.length > 1 && " · "}
            {percent(confidence, 1)} sure · {image.name}
          </p>
        </div>
        <div className={styles.answers}>
          <Button size="md" leftSection={<IconCheck size={19} aria-hidden />} onClick={queue.yes}>
            Yes <kbd className={styles.cap}>Y</kbd>
          </Button>
          <Button
            size="md"
            variant="default"
            leftSection={<IconX size={19} aria-hidden />}
            onClick={queue.no}
          >
            No <kbd className={styles.cap}>N</kbd>
          </Button>
          <Button
            size="md"
            variant="default"
            leftSection={<IconPlayerSkipForward size={18} aria-hidden />}
            onClick={queue.skip}
          >
            Skip <kbd className={styles.cap}>S</kbd>
          </Button>
          <Button
            size="md"
            variant="subtle"
            color="gray"
            className={styles.plain}
            leftSection={<IconArrowBackUp size={18} aria-hidden />}
            disabled={queue.queue.answered.length === 0}
            onClick={queue.takeBack}
          >
            Undo
          </Button>
        </div>
        {others.length > 0 && (
          <ul className={styles.others} aria-label="It rather shows">
            {others.map((node, i) => (
              <li key={node.id}>
                <button type="button" onClick={() => rather(node)}>
                  <kbd>{i + 1}</kbd> {node.name}
                </button>
              </li>
            ))}
          </ul>
        )}
      </div>
    </section>
  );
}

/** What the image may show instead: its other tags, then what stands beside and below the node, by images. */
function likely(tree: Tree, asked: number, held: ReadonlySet<number>): TaxonomyNode[] {
  const node = tree.byId.get(asked);
  if (!node) return [];
  const near = [...(tree.below.get(asked) ?? []), ...(tree.below.get(node.parent) ?? [])]
    .filter(({ images }) => images > 0)
    .sort((a, b) => b.images - a.images);
  const tags = [...held].flatMap((id) => tree.byId.get(id) ?? []);
  return [...new Set([...tags, ...near])].filter(({ id }) => !node.path.includes(id)).slice(0, OTHERS);
}

import { ActionIcon, Button, NumberInput, TextInput } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import {
  IconArrowLeft,
  IconArrowMerge,
  IconArrowRight,
  IconPencil,
  IconTrash,
  IconX,
} from "@tabler/icons-react";
import { useState } from "react";
import { asProblem } from "~/api/problem";
import { type NodeChange, type SpokenName, taxonomy, type TaxonomyNode } from "~/api/taxonomy";
import { count, images as sayImages, percent } from "~/lib/format";
import { ImageLink } from "~/ui/ImageLink";
import { Thumb } from "~/ui/Thumb";
import { ProblemNote } from "~/ui/States";
import { carryOut } from "./act";
import type { NodeActs } from "./TaxonomyPage";
import { countBelow, type Tree } from "./tree";
import styles from "./Taxonomy.module.css";

interface DetailProps {
  node: TaxonomyNode;
  tree: Tree;
  acts: NodeActs;
  onLook: (id: number) => void;
}

/** One node: where it is, its images and names, what can be done with it. */
export function NodeDetail({ node, tree, acts, onLook }: DetailProps) {
  const below = countBelow(tree, node.id);
  return (
    <section id="node-detail" className={styles.detail} tabIndex={-1} aria-label={node.name}>
      <div className={styles.crumbs}>
        <ActionIcon
          variant="subtle"
          color="gray"
          className={styles.back}
          aria-label="Back to the tree"
          onClick={acts.back}
        >
          <IconArrowLeft size={21} />
        </ActionIcon>
        {node.path.slice(0, -1).map((id) => (
          <span key={id}>
            <button type="button" onClick={() => onLook(id)}>
              {tree.byId.get(id)?.name}
            </button>
            <span aria-hidden> / </span>
          </span>
        ))}
      </div>
      <h2>{node.name}</h2>
      <p className={styles.quiet}>
        {node.kind === "entity" ? "One certain thing" : "A sort of things"} · {sayImages(node.images)}
        {node.own !== node.images && `, ${count(node.own)} of them with this very node`}
        {below > 0 && ` · ${count(below)} ${below === 1 ? "node" : "nodes"} below`}
      </p>
      <div className={styles.acts}>
        <Button variant="default" leftSection={<IconPencil size={16} aria-hidden />} onClick={acts.rename}>
          Rename
        </Button>
        <Button variant="default" leftSection={<IconArrowRight size={16} aria-hidden />} onClick={acts.move}>
          Move to…
        </Button>
        <Button variant="default" leftSection={<IconArrowMerge size={16} aria-hidden />} onClick={acts.merge}>
          Merge into…
        </Button>
        <Button variant="default" leftSection={<IconTrash size={16} aria-hidden />} onClick={acts.remove}>
          Remove
        </Button>
      </div>
      <Samples node={node} />
      <Names key={JSON.stringify(node.names)} node={node} />
      <Threshold key={node.threshold} node={node} />
    </section>
  );
}

function Samples({ node }: { node: TaxonomyNode }) {
  const { data, error, refetch, isPending } = useQuery({
    queryKey: ["taxonomy", node.id],
    queryFn: ({ signal }) => taxonomy.one(node.id, signal),
    enabled: node.images > 0,
  });
  if (node.images === 0) return <p className={styles.quiet}>No image has this tag yet.</p>;
  return (
    <div className={styles.block}>
      {error && <ProblemNote error={error} doing="read its images" onRetry={() => void refetch()} />}
      <ul className={styles.samples} aria-label={`Images of ${node.name}`} aria-busy={isPending}>
        {data?.sample.map((card) => (
          <li key={card.id}>
            <ImageLink id={card.id} from="taxonomy" filters={{ tag: String(node.id) }} aria-label={card.name}>
              <Thumb card={card} />
            </ImageLink>
          </li>
        ))}
      </ul>
      <p className={styles.links}>
        <Link to="/" search={{ tag: String(node.id) }}>
          Show {node.images === 1 ? "it" : `all ${count(node.images)}`} on the timeline
        </Link>
        <Link to="/corrections" search={{ node: String(node.id) }}>
          What is in doubt
        </Link>
      </p>
    </div>
  );
}

/** A change of the node that is saved at once; what the server refuses stands at the field. */
function useSaving(node: TaxonomyNode) {
  const [error, setError] = useState("");
  const save = async (change: NodeChange): Promise<boolean> => {
    try {
      await carryOut((dry) => taxonomy.change(node.id, change, dry));
      setError("");
      return true;
    } catch (problem) {
      setError(asProblem(problem).message);
      return false;
    }
  };
  return { error, save };
}

const LANGUAGES: Record<string, string> = {
  de: "German",
  fr: "French",
  es: "Spanish",
  en: "English",
  it: "Italian",
};

function Names({ node }: { node: TaxonomyNode }) {
  const { error, save } = useSaving(node);
  const [name, setName] = useState("");
  const [language, setLanguage] = useState("");
  const less = (gone: SpokenName) => void save({ names: node.names.filter((one) => one !== gone) });
  return (
    <div className={styles.block}>
      <h3>Other names</h3>
      {node.names.length > 0 && (
        <ul className={styles.names}>
          {node.names.map((one) => (
            <li key={`${one.language} ${one.name}`}>
              <span>{one.name}</span>
              {one.language && (
                <span className={styles.language}>{LANGUAGES[one.language] ?? one.language}</span>
              )}
              <ActionIcon
                variant="subtle"
                color="gray"
                size="sm"
                className={styles.tool}
                aria-label={`Take away the name ${one.name}`}
                onClick={() => less(one)}
              >
                <IconX size={14} />
              </ActionIcon>
            </li>
          ))}
        </ul>
      )}
      <form
        className={styles.line}
        onSubmit={(event) => {
          event.preventDefault();
          if (name.trim()) void save({ names: [...node.names, { language, name: name.trim() }] });
        }}
      >
        <TextInput
          aria-label="Another name"
          placeholder="Another name"
          value={name}
          error={error}
          maxLength={200}
          onChange={(event) => setName(event.currentTarget.value)}
        />
        <select
          aria-label="Its language"
          className={styles.select}
          value={language}
          onChange={(event) => setLanguage(event.currentTarget.value)}
        >
          <option value="">Any language</option>
          {Object.entries(LANGUAGES).map(([code, words]) => (
            <option key={code} value={code}>
              {words}
            </option>
          ))}
        </select>
        <Button type="submit" variant="default" disabled={!name.trim()}>
          Add name
        </Button>
      </form>
    </div>
  );
}

function Threshold({ node }: { node: TaxonomyNode }) {
  const { error, save } = useSaving(node);
  const [value, setValue] = useState<string | number>(
    node.threshold === null ? "" : Math.round(node.threshold * 100),
  );
  const wanted = value === "" ? null : Number(value) / 100;
  return (
    <div className={styles.block}>
      <h3>How sure models must be</h3>
      <form
        className={styles.line}
        onSubmit={(event) => {
          event.preventDefault();
          void save({ threshold: wanted });
        }}
      >
        <NumberInput
          aria-label="Threshold in per cent"
          placeholder="As the model says"
          suffix=" %"
          min={0}
          max={100}
          value={value}
          error={error}
          onChange={setValue}
        />
        <Button type="submit" variant="default" disabled={wanted === node.threshold}>
          Save
        </Button>
      </form>
      <p className={styles.quiet}>
        {node.threshold === null
          ? "Models’ tags count as soon as the models themselves are sure enough."
          : `Models’ tags count from ${percent(node.threshold, 1)}.`}
      </p>
    </div>
  );
}

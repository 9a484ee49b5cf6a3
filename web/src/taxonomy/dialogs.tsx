import { Checkbox, SegmentedControl, TextInput } from "@mantine/core";
import { useState } from "react";
import { type NodeEdited, taxonomy, type TaxonomyNode } from "~/api/taxonomy";
import { EditDialog } from "./EditDialog";
import { NodePicker } from "./NodePicker";
import { isWithin, pathText, type Tree } from "./tree";
import styles from "./Taxonomy.module.css";

/** What is asked for, and of which node. */
export type Wish =
  | { kind: "add"; parent: TaxonomyNode | null }
  | { kind: "rename" | "merge" | "remove"; node: TaxonomyNode }
  | { kind: "move"; node: TaxonomyNode; to?: number | null };

interface Props<W> {
  wish: W;
  tree: Tree;
  onClose: () => void;
  onDone: (done: NodeEdited) => void;
}

export function EditDialogs({ wish, ...rest }: Props<Wish>) {
  if (wish.kind === "add") return <Add wish={wish} {...rest} />;
  if (wish.kind === "rename") return <Rename wish={{ node: wish.node }} {...rest} />;
  if (wish.kind === "merge") return <Merge wish={{ node: wish.node }} {...rest} />;
  if (wish.kind === "remove") return <Remove wish={{ node: wish.node }} {...rest} />;
  return <Move wish={wish} {...rest} />;
}

type OfNode = Props<{ node: TaxonomyNode }>;

function Add({ wish: { parent }, tree, ...rest }: Props<{ parent: TaxonomyNode | null }>) {
  const [name, setName] = useState("");
  const [kind, setKind] = useState<"concept" | "entity">("concept");
  const given = name.trim();
  const edit = (dry: boolean) => taxonomy.add(given, parent?.id ?? null, kind, dry);
  return (
    <EditDialog
      {...rest}
      title="Add a node"
      verb="Add"
      tells="Adds"
      wish={given ? { key: `${given} ${kind} ${parent?.id}`, edit } : null}
    >
      {(error) => (
        <>
          <p className={styles.quiet}>{parent ? `Below ${pathText(tree, parent.id)}` : "At the top"}</p>
          <TextInput
            label="Name"
            value={name}
            maxLength={200}
            data-autofocus
            error={error}
            onChange={(event) => setName(event.currentTarget.value)}
          />
          <SegmentedControl
            aria-label="What it is"
            value={kind}
            onChange={(value) => setKind(value as typeof kind)}
            data={[
              { value: "concept", label: "A sort of things" },
              { value: "entity", label: "One certain thing" },
            ]}
          />
        </>
      )}
    </EditDialog>
  );
}

function Rename({ wish: { node }, ...rest }: OfNode) {
  const [name, setName] = useState(node.name);
  const given = name.trim();
  const edit = (dry: boolean) => taxonomy.change(node.id, { name: given }, dry);
  const wish = given && given !== node.name ? { key: given, edit } : null;
  return (
    <EditDialog {...rest} title={`Rename ${node.name}`} verb="Rename" tells="Renames" wish={wish}>
      {(error) => (
        <TextInput
          label="Name"
          value={name}
          maxLength={200}
          data-autofocus
          error={error}
          onFocus={(event) => event.currentTarget.select()}
          onChange={(event) => setName(event.currentTarget.value)}
        />
      )}
    </EditDialog>
  );
}

type OfMove = Props<{ node: TaxonomyNode; to?: number | null }>;

function Move({ wish: { node, to: given }, tree, ...rest }: OfMove) {
  const [to, setTo] = useState<number | null | undefined>(given);
  const edit = (dry: boolean) => taxonomy.change(node.id, { parent: to ?? null }, dry);
  const wish = to === undefined ? null : { key: `${node.id} ${to}`, edit };
  return (
    <EditDialog {...rest} title={`Move ${node.name}`} verb="Move" tells="Moves" wish={wish}>
      {(error) => (
        <>
          <p className={styles.quiet}>Now {pathText(tree, node.id, true) || "at the top"}</p>
          {given === undefined ? (
            <>
              <NodePicker
                label="Below"
                placeholder="Name of a node"
                keep
                focus
                error={error}
                onPick={(named) => "node" in named && setTo(named.node)}
                onUnpick={() => setTo(undefined)}
              />
              <Checkbox
                label="At the top"
                checked={to === null}
                onChange={(event) => setTo(event.currentTarget.checked ? null : undefined)}
              />
            </>
          ) : (
            <p>
              Then {given === null ? "at the top" : `below ${pathText(tree, given)}`}
              {error && <span className={styles.wrong}>{error}</span>}
            </p>
          )}
        </>
      )}
    </EditDialog>
  );
}

function Merge({ wish: { node }, tree, ...rest }: OfNode) {
  const [into, setInto] = useState<number | null>(null);
  const edit = (dry: boolean) => taxonomy.merge(node.id, into ?? 0, dry);
  const wish = into === null ? null : { key: String(into), edit };
  return (
    <EditDialog {...rest} title={`Merge ${node.name} into another`} verb="Merge" tells="Touches" wish={wish}>
      {(error) => (
        <>
          <p className={styles.quiet}>
            {pathText(tree, node.id)}: its images, names and the nodes below it go to the other one.
          </p>
          <NodePicker
            label="Into"
            placeholder="Name of a node"
            keep
            focus
            error={error}
            without={({ id }, all) => isWithin(all, id, node.id)}
            onPick={(named) => "node" in named && setInto(named.node)}
            onUnpick={() => setInto(null)}
          />
        </>
      )}
    </EditDialog>
  );
}

function Remove({ wish: { node }, tree, ...rest }: OfNode) {
  const [below, setBelow] = useState(false);
  const parental = (tree.below.get(node.id) ?? []).length > 0;
  const edit = (dry: boolean) => taxonomy.remove(node.id, below, dry);
  return (
    <EditDialog
      {...rest}
      title={`Remove ${node.name}`}
      verb="Remove"
      tells="Touches"
      wish={{ key: String(below), edit }}
    >
      {(error) => (
        <>
          <p>
            Its tags go from the images; the images stay. What was said of them waits for undo.
            {error && <span className={styles.wrong}>{error}</span>}
          </p>
          {parental && (
            <Checkbox
              label="With all nodes below it"
              description="Else these move up."
              checked={below}
              onChange={(event) => setBelow(event.currentTarget.checked)}
            />
          )}
        </>
      )}
    </EditDialog>
  );
}

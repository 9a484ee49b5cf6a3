import { TextInput } from "@mantine/core";
import { IconPlus, IconSearch } from "@tabler/icons-react";
import { type KeyboardEvent, useId, useMemo, useState } from "react";
import type { Named, TaxonomyNode } from "~/api/taxonomy";
import { count } from "~/lib/format";
import { ProblemNote } from "~/ui/States";
import { useNodes } from "./nodes";
import { find, folded, pathText, type Tree } from "./tree";
import styles from "./NodePicker.module.css";

const SHOWN = 8;

interface PickerProps {
  label: string;
  placeholder?: string;
  /** What the button of a name that no node has says; without it nothing is made. */
  create?: (name: string) => string;
  /** Nodes that can't be chosen. */
  without?: (node: TaxonomyNode, tree: Tree) => boolean;
  onPick: (named: Named, name: string) => void;
  /** What was chosen is typed over: nothing is chosen any longer. Only where it is kept in the field. */
  onUnpick?: () => void;
  focus?: boolean;
  /** Nodes offered before anything is typed. */
  first?: (tree: Tree) => TaxonomyNode[];
  /** Keeps what was chosen in the field. */
  keep?: boolean;
  error?: string;
}

interface Choice {
  key: string;
  named: Named;
  name: string;
  above: string;
  held: number | null;
}

/** A node by typing any of its names. */
export function NodePicker(props: PickerProps) {
  const { label, placeholder = "Name of a tag", focus, keep, error, onPick } = props;
  const { tree, error: failed, refetch } = useNodes();
  const [words, setWords] = useState("");
  const [at, setAt] = useState(0);
  const [settled, setSettled] = useState(false);
  const id = useId();
  const choices = useMemo(() => choicesOf(tree, words, props), [tree, words, props]);
  const shown = settled ? [] : choices;
  const current = Math.min(at, shown.length - 1);
  const pick = (choice: Choice | undefined) => {
    if (!choice) return;
    setWords(keep ? choice.name : "");
    setSettled(Boolean(keep));
    setAt(0);
    onPick(choice.named, choice.name);
  };
  const onKey = (event: KeyboardEvent) => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step && shown.length > 0) setAt((current + step + shown.length) % shown.length);
    else if (event.key === "Enter" && shown.length > 0) pick(shown[current]);
    else return;
    event.preventDefault();
  };
  if (failed && !tree)
    return <ProblemNote error={failed} doing="read the tags" onRetry={() => void refetch()} />;
  return (
    <div className={styles.picker}>
      <TextInput
        label={label}
        placeholder={placeholder}
        leftSection={<IconSearch size={16} aria-hidden />}
        value={words}
        maxLength={200}
        onChange={(event) => {
          setWords(event.currentTarget.value);
          setAt(0);
          setSettled(false);
          if (settled) props.onUnpick?.();
        }}
        onKeyDown={onKey}
        role="combobox"
        aria-expanded={shown.length > 0}
        aria-controls={`${id}-list`}
        aria-autocomplete="list"
        aria-activedescendant={shown.length > 0 ? `${id}-${current}` : undefined}
        data-autofocus={focus || undefined}
        autoComplete="off"
        error={error}
      />
      {shown.length > 0 && (
        <div className={styles.list} id={`${id}-list`} role="listbox" aria-label="Tags">
          {shown.map((choice, i) => (
            <div
              key={choice.key}
              id={`${id}-${i}`}
              role="option"
              tabIndex={-1}
              aria-selected={i === current}
              className={styles.option}
              onPointerDown={(event) => event.preventDefault()}
              onClick={() => pick(choice)}
              onKeyDown={(event) => event.key === "Enter" && pick(choice)}
            >
              <span className={styles.said}>
                <span className={styles.name}>
                  {choice.key === "new" && <IconPlus size={15} aria-hidden />}
                  {choice.key === "new" ? props.create?.(choice.name) : choice.name}
                </span>
                {choice.above && <span className={styles.above}>{choice.above}</span>}
              </span>
              {Boolean(choice.held) && <span className={styles.held}>{count(choice.held ?? 0)}</span>}
            </div>
          ))}
        </div>
      )}
      {tree && words.trim() && choices.length === 0 && (
        <p className={styles.none} role="status">
          No tag has this name.
        </p>
      )}
    </div>
  );
}

function choicesOf(tree: Tree | undefined, words: string, { create, without, first }: PickerProps): Choice[] {
  if (!tree) return [];
  const typed = words.trim();
  const fits = (node: TaxonomyNode) => !without?.(node, tree);
  const found = (typed ? find(tree, typed) : (first?.(tree) ?? [])).filter(fits).slice(0, SHOWN);
  const choices = found.map((node) => ({
    key: String(node.id),
    named: { node: node.id },
    name: node.name,
    above: pathText(tree, node.id, true),
    held: node.images,
  }));
  const there = found.some(({ name }) => folded(name) === folded(typed));
  if (!create || !typed || there) return choices;
  return [
    ...choices,
    { key: "new", named: { name: typed, create: true }, name: typed, above: "", held: null },
  ];
}

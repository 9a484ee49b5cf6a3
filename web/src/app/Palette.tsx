import { Modal, TextInput } from "@mantine/core";
import { useNavigate } from "@tanstack/react-router";
import { IconSearch } from "@tabler/icons-react";
import { type KeyboardEvent, useId, useMemo, useState } from "react";
import { type Action, actionGroups, inOrder } from "~/lib/actions";
import { useStore } from "~/lib/store";
import { Caps } from "./KeySheet";
import styles from "./Palette.module.css";

/** Every command of the page and of the app, found by its words. */
export default function Palette({ onClose }: { onClose: () => void }) {
  const groups = useStore(actionGroups);
  const [words, setWords] = useState("");
  const [chosen, setChosen] = useState(0);
  const id = useId();
  const navigate = useNavigate();
  const found = useMemo(() => {
    const commands = search(
      inOrder(groups).flatMap(({ actions }) => actions),
      words,
    );
    const q = words.trim();
    const images: Action = {
      label: `Search images for “${q}”`,
      run: () => void navigate({ to: "/search", search: { q } }),
    };
    return q ? [...commands, images] : commands;
  }, [groups, words, navigate]);
  const current = Math.min(chosen, found.length - 1);
  const run = (action: Action | undefined) => {
    if (!action) return;
    onClose();
    setTimeout(action.run); // after the dialog has given the focus back
  };
  const onKey = (event: KeyboardEvent) => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step) setChosen((current + step + found.length) % Math.max(1, found.length));
    else if (event.key === "Enter") run(found[current]);
    else return;
    event.preventDefault();
  };
  return (
    <Modal opened onClose={onClose} title="All commands" size={560} yOffset="12vh" padding="sm">
      <TextInput
        aria-label="Find a command"
        placeholder="What would you like to do?"
        leftSection={<IconSearch size={16} aria-hidden />}
        value={words}
        onChange={(event) => {
          setWords(event.currentTarget.value);
          setChosen(0);
        }}
        onKeyDown={onKey}
        role="combobox"
        aria-expanded
        aria-controls={`${id}-list`}
        aria-activedescendant={found.length > 0 ? `${id}-${current}` : undefined}
        data-autofocus
        size="md"
      />
      <div className={styles.list} id={`${id}-list`} role="listbox" aria-label="Commands">
        {found.map((action, i) => (
          <div
            key={action.label}
            id={`${id}-${i}`}
            role="option"
            tabIndex={-1}
            aria-selected={i === current}
            ref={i === current ? (element) => element?.scrollIntoView({ block: "nearest" }) : undefined}
            className={styles.option}
            onClick={() => run(action)}
            onKeyDown={(event) => event.key === "Enter" && run(action)}
          >
            <span>{action.label}</span>
            {action.keys?.[0] && <Caps keys={action.keys[0]} />}
          </div>
        ))}
      </div>
      {found.length === 1 && words.trim() && (
        <p className={styles.none} role="status">
          No command has these words.
        </p>
      )}
    </Modal>
  );
}

/** Actions that contain every word, those that begin with the first word first. */
export function search(actions: Action[], words: string): Action[] {
  const parts = words.toLowerCase().split(/\s+/).filter(Boolean);
  const unique = [
    ...new Map(actions.filter((action) => !action.keyOnly).map((action) => [action.label, action])).values(),
  ];
  const found = unique.filter(({ label }) => parts.every((part) => label.toLowerCase().includes(part)));
  const begins = (action: Action) => (parts[0] && action.label.toLowerCase().startsWith(parts[0]) ? 0 : 1);
  return found.sort((a, b) => begins(a) - begins(b));
}

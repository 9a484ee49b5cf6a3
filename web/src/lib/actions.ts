/**
 * What can be done on the page, each with its keys: one list feeds the keyboard, the `?` sheet and the palette, so that
 * none of the three can lag behind.
 */
import { useEffect, useId, useRef } from "react";
import { Store } from "./store";

export interface Action {
  label: string;
  /** tinykeys notation, e.g. "Shift+D"; several ways mean the same. */
  keys?: string[];
  run: () => void;
  /** Kept out of the palette: only makes sense by key. */
  keyOnly?: boolean;
}

export interface ActionGroup {
  title: string;
  actions: Action[];
  /** Lies over the page: its keys win over the page's. */
  over?: boolean;
}

/** The group that every page has. */
export const EVERYWHERE = "Everywhere";

/** The groups: what lies over the page, the page, what every page has. Keys of earlier ones win. */
export function inOrder(groups: ReadonlyMap<string, ActionGroup>): ActionGroup[] {
  const rank = ({ title, over }: ActionGroup) => (over ? 0 : title === EVERYWHERE ? 2 : 1);
  return [...groups.values()].sort((a, b) => rank(a) - rank(b));
}

export const actionGroups = new Store<ReadonlyMap<string, ActionGroup>>(new Map());

/** Offers actions while the component is there. `actions` may be new at each render; only labels and keys are compared. */
export function useActions(title: string, actions: Action[], over = false): void {
  const owner = useId();
  const latest = useRef(actions);
  useEffect(() => {
    latest.current = actions;
  });
  const shape = JSON.stringify(actions.map(({ label, keys, keyOnly }) => [label, keys, keyOnly]));
  useEffect(() => {
    const own = latest.current.map((action, i) => ({ ...action, run: () => latest.current[i]?.run() }));
    actionGroups.set(new Map(actionGroups.get()).set(owner, { title, actions: own, over }));
    return () => {
      const rest = new Map(actionGroups.get());
      rest.delete(owner);
      actionGroups.set(rest);
    };
  }, [owner, title, shape, over]);
}

const TYPING = "input:not([type=checkbox]):not([type=radio]), textarea, select, [contenteditable=true]";
const PRESSES = new Set([" ", "Enter"]);
const MOVES = /^(Arrow|Page|Home|End)/;
const MOVED = "[role=slider], [role=radiogroup], input:not([type=checkbox]), [data-own-arrows]";
/** With Ctrl these edit text, wherever text is edited. */
const EDITS = /^[acvxyz]$/i;

/** Whether a key pressed on an element belongs to that element and not to the page. */
export function belongsToElement(target: Element | null, key: string, modified: boolean): boolean {
  if (!target) return false;
  if (target.closest("[role=dialog], [role=menu], [role=listbox]")) return true;
  if (target.closest(TYPING)) return !modified || EDITS.test(key);
  const pressed = target.closest("button, summary, [role=switch], input");
  if (PRESSES.has(key) && pressed) return !pressed.matches("[data-page-keys]");
  if (MOVES.test(key) && target.closest(MOVED)) return true;
  return false;
}

/** How a key is printed: "Shift+D" -> ["Shift", "D"]. */
export function keyCaps(keys: string): string[] {
  const names: Record<string, string> = {
    $mod: /Mac|iPhone|iPad/.test(typeof navigator === "undefined" ? "" : navigator.userAgent) ? "⌘" : "Ctrl",
    ArrowLeft: "←",
    ArrowRight: "→",
    ArrowUp: "↑",
    ArrowDown: "↓",
    Escape: "Esc",
    "Shift+?": "?",
    PageUp: "PgUp",
    PageDown: "PgDn",
  };
  if (names[keys] || keys.length === 1) return [names[keys] ?? keys.toUpperCase()];
  return keys.split("+").map((part) => names[part] ?? (part.length === 1 ? part.toUpperCase() : part));
}

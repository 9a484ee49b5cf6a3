/** The keys of culling, the same on every page: what they change, and in which words. */
import type { Changes, Flag, Label } from "~/api/types";
import type { Action } from "~/lib/actions";
import { allHave, type Marks } from "./marks";

export interface Culling {
  /** Marks of the images that a key would change; none where nothing is chosen. */
  marks: () => Marks[];
  change: (changes: Changes) => void;
  /** The shelf that is looked at, where it isn't the timeline. */
  shelf?: string;
  /** Letters that the page uses itself. */
  without?: string[];
}

const COLOURS: [string, Label][] = [
  ["6", "red"],
  ["7", "yellow"],
  ["8", "green"],
  ["9", "blue"],
];

/** Rating, flag, label, favourite, archive and trash as actions with keys. */
export function cullingActions({ marks, change, shelf, without = [] }: Culling): Action[] {
  const toggle =
    <K extends keyof Marks>(name: K, value: Marks[K], off: Marks[K]) =>
    () =>
      change({ [name]: allHave(marks(), name, value) ? off : value });
  const flag = (value: Flag) => () => change({ flag: value });
  const all: Action[] = [
    { label: "Take the rating away", keys: ["0"], run: () => change({ rating: 0 }) },
    ...[1, 2, 3, 4, 5].map((rating) => ({
      label: rating === 1 ? "Rate 1 star" : `Rate ${rating} stars`,
      keys: [String(rating)],
      run: () => change({ rating }),
    })),
    { label: "Pick", keys: ["P"], run: flag("pick") },
    { label: "Reject", keys: ["X"], run: flag("reject") },
    { label: "Clear pick or reject", keys: ["U"], run: () => change({ flag: null }) },
    ...COLOURS.map(([key, label]) => ({
      label: `Label ${label}`,
      keys: [key],
      run: toggle("label", label, null),
    })),
    { label: "Label purple", run: toggle("label", "purple", null) },
    { label: "Favourite", keys: ["L"], run: toggle("favourite", true, false) },
    ...shelfActions(shelf, change),
  ];
  return all.filter(({ keys }) => !keys?.some((key) => without.includes(key)));
}

function shelfActions(shelf: string | undefined, change: (changes: Changes) => void): Action[] {
  if (shelf === "archive")
    return [
      { label: "Take out of the archive", keys: ["A"], run: () => change({ archived: false }) },
      trash(change),
    ];
  if (shelf === "trash")
    return [{ label: "Take out of the trash", keys: ["R"], run: () => change({ trashed: false }) }];
  if (shelf === "hidden")
    return [{ label: "Show again", keys: ["R"], run: () => change({ hidden: false }) }, trash(change)];
  return [{ label: "Archive", keys: ["A"], run: () => change({ archived: true }) }, trash(change)];
}

function trash(change: (changes: Changes) => void): Action {
  return { label: "Move to the trash", keys: ["Delete"], run: () => change({ trashed: true }) };
}

import {
  IconAbc,
  IconAlbum,
  IconCamera,
  IconFilter,
  IconMapPin,
  IconTag,
  IconWand,
  type Icon,
} from "@tabler/icons-react";
import type { Suggestion } from "~/api/types";
import styles from "./SearchBox.module.css";

const ICONS: Record<string, Icon> = {
  word: IconAbc,
  spelling: IconWand,
  tag: IconTag,
  place: IconMapPin,
  near: IconMapPin,
  camera: IconCamera,
  lens: IconCamera,
  album: IconAlbum,
};
const KINDS: Record<string, string> = {
  word: "word",
  spelling: "did you mean",
  tag: "tag",
  place: "place",
  near: "near",
  camera: "camera",
  lens: "lens",
  album: "album",
};

interface ListProps {
  id: string;
  items: Suggestion[];
  current: number;
  onTake: (item: Suggestion) => void;
}

export function SuggestionList({ id, items, current, onTake }: ListProps) {
  return (
    <div id={`${id}-list`} className={styles.list} role="listbox" aria-label="Suggestions">
      {items.map((item, i) => {
        const Glyph = ICONS[item.kind] ?? IconFilter;
        return (
          // The focus stays in the box, which has the keys.
          // eslint-disable-next-line jsx-a11y/click-events-have-key-events
          <div
            key={`${item.kind} ${item.text}`}
            id={`${id}-${i}`}
            role="option"
            tabIndex={-1}
            aria-selected={i === current}
            className={styles.option}
            onPointerDown={(event) => event.preventDefault()}
            onClick={() => onTake(item)}
          >
            <Glyph size={17} stroke={1.6} aria-hidden />
            <span className={styles.what}>{shown(item)}</span>
            <span className={styles.detail}>{detailOf(item)}</span>
          </div>
        );
      })}
    </div>
  );
}

/** Of a filter its value: the icon and the word at the end say what it is. */
function shown({ kind, text }: Suggestion): string {
  if (!(kind in KINDS) || !text.includes(":")) return text;
  return text.slice(text.indexOf(":") + 1).replaceAll('"', "");
}

function detailOf({ kind, detail }: Suggestion): string {
  if (kind === "word") return detail === "1" ? "1 image" : `${detail} images`;
  if (kind === "field") return detail;
  return [KINDS[kind] === detail ? "" : detail, KINDS[kind]].filter(Boolean).join(" · ");
}

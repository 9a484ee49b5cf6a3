import { ActionIcon, TextInput, Tooltip } from "@mantine/core";
import { useNavigate } from "@tanstack/react-router";
import { IconSearch, IconX, IconCalendar } from "@tabler/icons-react";
import { useEffect, useState } from "react";
import type { BucketList } from "~/api/types";
import { type Chip, chips, type Filters, SHELF_WORDS, without } from "~/lib/filters";
import { count, images, monthYear } from "~/lib/format";
import { useNodes } from "~/taxonomy/nodes";
import type { Tree } from "~/taxonomy/tree";
import { CopyMenu } from "~/ui/CopyMenu";
import { CatalogPicker } from "./CatalogPicker";
import { EmptyTrash } from "./EmptyTrash";
import type { Timeline } from "./engine";
import { FilterMenu } from "./FilterMenu";
import styles from "./TimelineHeader.module.css";

interface HeaderProps {
  timeline: Timeline;
  filters: Filters;
  list: BucketList | undefined;
  onGoTo: () => void;
}

export function TimelineHeader({ timeline, filters, list, onGoTo }: HeaderProps) {
  const navigate = useNavigate({ from: "/" });
  const change = (next: Filters) => void navigate({ search: next });
  const { tree } = useNodes(filters.tag !== undefined);
  const active = chips(filters).map((chip) => named(chip, tree));
  return (
    <header className={styles.header}>
      <div className={styles.where}>
        <HereTitle timeline={timeline} empty={!list || list.total === 0} place={placeOf(filters)} />
        {list && <p className={styles.sum}>{sumUp(list)}</p>}
      </div>
      <div className={styles.tools}>
        <CatalogPicker filters={filters} onChange={change} />
        <NameSearch key={filters.q ?? ""} filters={filters} onChange={change} />
        <FilterMenu filters={filters} onChange={change} />
        <Tooltip label="Go to a date (G)">
          <ActionIcon
            variant="subtle"
            color="gray"
            size="lg"
            className={styles.tool}
            aria-label="Go to a date"
            onClick={onGoTo}
          >
            <IconCalendar size={20} stroke={1.6} />
          </ActionIcon>
        </Tooltip>
        {filters.shelf === "trash" && <EmptyTrash catalog={filters.catalog} />}
        <CopyMenu />
      </div>
      {active.length > 0 && (
        <Chips
          active={active}
          onRemove={(chip) => change(without(filters, chip))}
          onClear={() => change({ catalog: filters.catalog })}
        />
      )}
    </header>
  );
}

/** A chip of a tag says its name, once that is known. */
function named(chip: Chip, tree: Tree | undefined): Chip {
  const node = chip.name === "tag" ? tree?.byId.get(Number(chip.value)) : undefined;
  return node ? { ...chip, text: node.name } : chip;
}

/** What is shown, in a word: the timeline, or a shelf beside it. */
function placeOf({ shelf, missing }: Filters): string {
  if (missing === "true") return "Gone from disk";
  return (shelf && SHELF_WORDS[shelf]) ?? "Timeline";
}

function sumUp({ total, undated }: BucketList): string {
  return undated > 0 ? `${images(total)}, ${count(undated)} without a date` : images(total);
}

/** The month at the top of the view, large: where am I? */
function HereTitle({ timeline, empty, place }: { timeline: Timeline; empty: boolean; place: string }) {
  const [date, setDate] = useState("");
  useEffect(() => {
    const read = () => setDate(timeline.dateHere().slice(0, 7));
    read();
    const stops = [timeline.onMove(read), timeline.subscribe(read)];
    return () => stops.forEach((stop) => stop());
  }, [timeline]);
  const text = empty ? place : date ? monthYear(`${date}-01`) : "Without a date";
  return (
    <>
      <h1 className="visually-hidden">{place}</h1>
      {place !== "Timeline" && <p className={styles.place}>{place}</p>}
      <p className={styles.title} aria-hidden>
        {text}
      </p>
    </>
  );
}

function NameSearch({ filters, onChange }: { filters: Filters; onChange: (filters: Filters) => void }) {
  const [words, setWords] = useState(filters.q ?? "");
  return (
    <form
      role="search"
      className={styles.search}
      onSubmit={(event) => {
        event.preventDefault();
        onChange({ ...filters, q: words.trim() || undefined });
      }}
    >
      <TextInput
        id="search"
        aria-label="Search in file names"
        placeholder="File name"
        leftSection={<IconSearch size={16} aria-hidden />}
        value={words}
        onChange={(event) => setWords(event.currentTarget.value)}
        onKeyDown={(event) => event.key === "Escape" && event.currentTarget.blur()}
        enterKeyHint="search"
      />
    </form>
  );
}

function Chips({
  active,
  onRemove,
  onClear,
}: {
  active: Chip[];
  onRemove: (chip: Chip) => void;
  onClear: () => void;
}) {
  return (
    <ul className={styles.chips} aria-label="Filters">
      {active.map((chip) => (
        <li key={`${chip.name}=${chip.value}`}>
          <button
            type="button"
            className={styles.chip}
            onClick={() => onRemove(chip)}
            aria-label={`Remove filter: ${chip.text}`}
          >
            <span>{chip.text}</span>
            <IconX size={14} aria-hidden />
          </button>
        </li>
      ))}
      {active.length > 1 && (
        <li>
          <button type="button" className={styles.clear} onClick={onClear}>
            Clear all
          </button>
        </li>
      )}
    </ul>
  );
}

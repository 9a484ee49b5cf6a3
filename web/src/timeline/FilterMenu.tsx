import { ActionIcon, Button, Checkbox, Popover, SegmentedControl, TextInput } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { IconAdjustmentsHorizontal } from "@tabler/icons-react";
import { useState } from "react";
import { api } from "~/api/client";
import type { FacetValue } from "~/api/types";
import { LABEL_WORDS, LABELS } from "~/curation/marks";
import { countFilters, type Filters, filterKey, SHELF_WORDS } from "~/lib/filters";
import { count } from "~/lib/format";
import { NodePicker } from "~/taxonomy/NodePicker";
import { DatePair } from "~/ui/DatePair";
import styles from "./FilterMenu.module.css";

const SHOWN = 8;

interface MenuProps {
  filters: Filters;
  onChange: (filters: Filters) => void;
}

export function FilterMenu({ filters, onChange }: MenuProps) {
  const [open, setOpen] = useState(false);
  const active = countFilters(filters);
  return (
    <Popover
      opened={open}
      onChange={setOpen}
      position="bottom-end"
      width={340}
      trapFocus
      shadow="md"
      withRoles={false}
    >
      <Popover.Target>
        <ActionIcon
          variant="subtle"
          color="gray"
          size="lg"
          className={styles.button}
          aria-label={active > 0 ? `Filter, ${active} active` : "Filter"}
          aria-expanded={open}
          onClick={() => setOpen(!open)}
        >
          <IconAdjustmentsHorizontal size={20} stroke={1.6} />
          {active > 0 && <span className={styles.badge}>{active}</span>}
        </ActionIcon>
      </Popover.Target>
      <Popover.Dropdown className={styles.panel} role="dialog" aria-label="Filter">
        <FilterForm filters={filters} onChange={onChange} />
      </Popover.Dropdown>
    </Popover>
  );
}

function FilterForm({ filters, onChange }: MenuProps) {
  const base: Filters = { catalog: filters.catalog };
  const { data } = useQuery({
    queryKey: ["facets", filterKey(base)],
    queryFn: () => api.facets(base),
    staleTime: 60_000,
  });
  const set = (change: Filters) => onChange({ ...filters, ...change });
  const toggle = (name: "camera" | "format", value: string) => {
    const values = filters[name] ?? [];
    const next = values.includes(value) ? values.filter((one) => one !== value) : [...values, value];
    set({ [name]: next.length > 0 ? next : undefined });
  };
  return (
    <div className={styles.form}>
      <NameFilter key={filters.q ?? ""} filters={filters} onChange={onChange} />
      <SegmentedControl
        aria-label="Kind"
        fullWidth
        value={filters.kind ?? "all"}
        onChange={(kind) => set({ kind: kind === "all" ? undefined : kind })}
        data={[
          { value: "all", label: "All" },
          { value: "photo", label: "Photos" },
          { value: "video", label: "Videos" },
        ]}
      />
      <MarkFilters filters={filters} onChange={set} />
      <NodePicker
        label={filters.tag ? "Another tag" : "Tag, with all below it"}
        onPick={(named) => "node" in named && set({ tag: String(named.node) })}
      />
      <DatePair from={filters.from} to={filters.to} onChange={set} />
      <Values
        title="Camera"
        values={data?.cameras}
        chosen={filters.camera}
        onToggle={(value) => toggle("camera", value)}
      />
      <Values
        title="Format"
        values={data?.formats}
        chosen={filters.format}
        onToggle={(value) => toggle("format", value)}
      />
      <div className={styles.switches}>
        <Checkbox
          label="With a place (GPS)"
          checked={filters.has_gps === "true"}
          onChange={(event) => set({ has_gps: event.currentTarget.checked ? "true" : undefined })}
        />
        <Checkbox
          label="Without a date"
          checked={filters.undated === "true"}
          onChange={(event) => set({ undated: event.currentTarget.checked ? "true" : undefined })}
        />
        <Checkbox
          label="Gone from disk"
          checked={filters.missing === "true"}
          onChange={(event) => set({ missing: event.currentTarget.checked ? "true" : undefined })}
        />
      </div>
      {countFilters(filters) > 0 && (
        <Button variant="default" onClick={() => onChange(base)}>
          Clear all filters
        </Button>
      )}
    </div>
  );
}

/** What was decided about the images. */
function MarkFilters({ filters, onChange }: MenuProps) {
  const flags = (filters.flag ?? []).join();
  return (
    <div className={styles.marks}>
      <label>
        Stars
        <select
          value={filters.rating ?? ""}
          onChange={(event) => onChange({ rating: event.currentTarget.value || undefined })}
        >
          <option value="">Any</option>
          {[1, 2, 3, 4, 5].map((rating) => (
            <option key={rating} value={rating}>
              {rating === 5 ? "5" : `${rating} or more`}
            </option>
          ))}
        </select>
      </label>
      <label>
        Flag
        <select
          value={flags}
          onChange={(event) =>
            onChange({ flag: event.currentTarget.value ? event.currentTarget.value.split(",") : undefined })
          }
        >
          <option value="">Any</option>
          <option value="pick">Picked</option>
          <option value="none">Undecided</option>
          <option value="reject">Rejected</option>
          <option value="none,pick">Not rejected</option>
        </select>
      </label>
      <label>
        Label
        <select
          value={filters.label?.[0] ?? ""}
          onChange={(event) =>
            onChange({ label: event.currentTarget.value ? [event.currentTarget.value] : undefined })
          }
        >
          <option value="">Any</option>
          {LABELS.map((label) => (
            <option key={label} value={label}>
              {LABEL_WORDS[label]}
            </option>
          ))}
          <option value="none">None</option>
        </select>
      </label>
      <label>
        Shelf
        <select
          value={filters.shelf ?? ""}
          onChange={(event) =>
            onChange({ shelf: event.currentTarget.value || undefined, missing: undefined })
          }
        >
          <option value="">Timeline</option>
          {Object.entries(SHELF_WORDS).map(([shelf, words]) => (
            <option key={shelf} value={shelf}>
              {words}
            </option>
          ))}
        </select>
      </label>
      <div className={styles.wide}>
        <Checkbox
          label="Favourites"
          checked={filters.favourite === "true"}
          onChange={(event) => onChange({ favourite: event.currentTarget.checked ? "true" : undefined })}
        />
      </div>
    </div>
  );
}

function NameFilter({ filters, onChange }: MenuProps) {
  const [words, setWords] = useState(filters.q ?? "");
  return (
    <form
      className={styles.name}
      onSubmit={(event) => {
        event.preventDefault();
        onChange({ ...filters, q: words.trim() || undefined });
      }}
    >
      <TextInput
        label="File name contains"
        value={words}
        onChange={(event) => setWords(event.currentTarget.value)}
        enterKeyHint="search"
      />
    </form>
  );
}

interface ValuesProps {
  title: string;
  values: FacetValue[] | undefined;
  chosen: string[] | undefined;
  onToggle: (value: string) => void;
}

function Values({ title, values = [], chosen = [], onToggle }: ValuesProps) {
  const [all, setAll] = useState(false);
  if (values.length === 0) return null;
  const shown = all ? values : values.filter(({ value }, i) => i < SHOWN || chosen.includes(value));
  return (
    <fieldset className={styles.values}>
      <legend>{title}</legend>
      {shown.map(({ value, count: held }) => (
        <div key={value} className={styles.value}>
          <Checkbox label={value} checked={chosen.includes(value)} onChange={() => onToggle(value)} />
          <span>{count(held)}</span>
        </div>
      ))}
      {values.length > SHOWN && (
        <button type="button" className={styles.more} onClick={() => setAll(!all)}>
          {all ? "Show fewer" : `Show all ${values.length}`}
        </button>
      )}
    </fieldset>
  );
}

import { Checkbox, TextInput } from "@mantine/core";
import { useState } from "react";
import type { ListingFilters } from "~/api/types";
import { compactDay, count } from "~/lib/format";
import { Pill } from "~/search/Pill";
import rows from "~/search/FilterRow.module.css";
import { CatalogPicker } from "~/timeline/CatalogPicker";
import type { ListingsState } from "./useListingsPage";
import { isBrowsing, isNarrowed, type ListingsView, toggled, UNFILTERED } from "./view";
import { sayPrice, sayState, sayVoice, sayWhenMade } from "./words";
import styles from "./Listings.module.css";

interface FiltersProps {
  it: ListingsState;
  filters: ListingFilters | undefined;
}

/** Among which listings, and by which models. */
export function Filters({ it, filters }: FiltersProps) {
  const { view, go } = it;
  const choose = (change: Partial<ListingsView>) => go({ ...change, open: undefined });
  const shops = filters?.shops.map(({ id, name, listings }) => ({
    value: String(id),
    words: name || `Shop ${id}`,
    held: listings,
  }));
  const said = (words: (value: string) => string, values: ListingFilters["states"] = []) =>
    values.map(({ value, listings }) => ({ value, words: words(value), held: listings }));
  return (
    <div className={rows.row} role="group" aria-label="Filters">
      <Several name="Shop" field="shop" view={view} values={shops ?? []} onChange={choose} />
      <Pill name="Price" said={sayPrices(view)}>
        {() => <PriceFilter view={view} filters={filters} onChange={choose} />}
      </Pill>
      <Several
        name="State"
        field="state"
        view={view}
        values={said(sayState, filters?.states)}
        onChange={choose}
      />
      <Several
        name="Made"
        field="when_made"
        view={view}
        values={said(sayWhenMade, filters?.when_made)}
        onChange={choose}
      />
      <Pill name="Listed" said={sayDays(view)}>
        {() => <DayFilter view={view} onChange={choose} />}
      </Pill>
      {!isBrowsing(view) && <Ways it={it} onChange={choose} />}
      <CatalogPicker filters={{ catalog: view.catalog }} onChange={({ catalog }) => choose({ catalog })} />
      {isNarrowed(view) && (
        <button type="button" className={styles.plain} onClick={() => choose(UNFILTERED)}>
          Without filters
        </button>
      )}
    </div>
  );
}

type Change = (change: Partial<ListingsView>) => void;

interface SeveralProps {
  name: string;
  field: "shop" | "state" | "when_made";
  view: ListingsView;
  values: readonly { value: string; words: string; held: number }[];
  onChange: Change;
}

const LONG = 9;

/** Any of some values. */
function Several({ name, field, view, values, onChange }: SeveralProps) {
  const [words, setWords] = useState("");
  const chosen = view[field]?.split(",") ?? [];
  const found = values.filter((one) => one.words.toLowerCase().includes(words.trim().toLowerCase()));
  const first = values.find(({ value }) => value === chosen[0])?.words ?? chosen[0];
  const said = chosen.length > 1 ? `${first} and ${chosen.length - 1} more` : first;
  if (values.length < 2 && chosen.length === 0) return null;
  return (
    <Pill name={name} said={said ?? null}>
      {() => (
        <div className={rows.form}>
          {values.length > LONG && (
            <TextInput
              aria-label={`${name} contains`}
              placeholder={`${name}…`}
              value={words}
              data-autofocus
              onChange={(event) => setWords(event.currentTarget.value)}
            />
          )}
          <div className={styles.checks} role="group" aria-label={name}>
            {found.map(({ value, words: label, held }) => (
              <Checkbox
                key={value}
                size="sm"
                checked={chosen.includes(value)}
                onChange={() => onChange({ [field]: toggled(view[field], value) })}
                label={
                  <>
                    {label} <span className={styles.quiet}>{count(held)}</span>
                  </>
                }
              />
            ))}
          </div>
          {chosen.length > 0 && (
            <button type="button" className={rows.clear} onClick={() => onChange({ [field]: undefined })}>
              Any {name.toLowerCase()}
            </button>
          )}
        </div>
      )}
    </Pill>
  );
}

interface PartProps {
  view: ListingsView;
  onChange: Change;
}

/** From one price to another, in one currency or in whatever there is. */
function PriceFilter({ view, filters, onChange }: PartProps & Pick<FiltersProps, "filters">) {
  const [low, setLow] = useState(view.price_min ?? "");
  const [high, setHigh] = useState(view.price_max ?? "");
  const wrong = low !== "" && high !== "" && Number(low) > Number(high);
  const tell = (price_min: string, price_max: string) => {
    if (price_min !== "" && price_max !== "" && Number(price_min) > Number(price_max)) return;
    onChange({ price_min: price_min || undefined, price_max: price_max || undefined });
  };
  const { min, max } = filters?.price ?? {};
  return (
    <div className={rows.form}>
      <div className={styles.prices}>
        <TextInput
          type="number"
          inputMode="decimal"
          min={0}
          step="any"
          label="From"
          placeholder={min ?? "0"}
          value={low}
          data-autofocus
          onChange={(event) => {
            setLow(event.currentTarget.value);
            tell(event.currentTarget.value, high);
          }}
        />
        <TextInput
          type="number"
          inputMode="decimal"
          min={0}
          step="any"
          label="To"
          placeholder={max ?? ""}
          value={high}
          error={wrong}
          onChange={(event) => {
            setHigh(event.currentTarget.value);
            tell(low, event.currentTarget.value);
          }}
        />
      </div>
      {wrong && <p className={styles.wrong}>The lowest price is above the highest.</p>}
      <Choices
        name="Currency"
        value={view.currency}
        options={[
          [undefined, "Any"],
          ...(filters?.currencies ?? []).map(({ value }) => [value, value] as const),
        ]}
        onChange={(currency) => onChange({ currency })}
      />
    </div>
  );
}

function DayFilter({ view, onChange }: PartProps) {
  return (
    <div className={rows.pair}>
      <TextInput
        type="date"
        label="Listed from"
        value={view.listed_from ?? ""}
        max={view.listed_until}
        data-autofocus
        onChange={(event) => onChange({ listed_from: event.currentTarget.value || undefined })}
      />
      <TextInput
        type="date"
        label="Until"
        value={view.listed_until ?? ""}
        min={view.listed_from}
        onChange={(event) => onChange({ listed_until: event.currentTarget.value || undefined })}
      />
    </div>
  );
}

const ON = [
  [undefined, "As the settings say"],
  ["original", "Whole pictures"],
  ["cutout", "Without background"],
  ["both", "Both"],
] as const;
const RECIPES = [
  [undefined, "Calibrated consensus"],
  ["rrf", "Reciprocal rank, to compare"],
] as const;

/** What is compared, by which models, and how their opinions become one. */
function Ways({ it, onChange }: { it: ListingsState; onChange: Change }) {
  const { view, found } = it;
  const on = view.on && ON.find(([value]) => value === view.on)![1];
  const chosen = view.models?.split(",");
  const models = found.answer?.models ?? [];
  const names = [...new Map(models.map((one) => [one.name, one])).values()].filter(
    ({ kind }) => kind !== "words",
  );
  const choose = (name: string) => {
    const now = chosen ?? names.filter(({ used }) => used).map((one) => one.name);
    const next = toggled(now.join(), name);
    if (next) onChange({ models: next });
  };
  return (
    <>
      <Pill name="Compare" said={on ?? null}>
        {() => (
          <Choices name="Compare" value={view.on} options={ON} onChange={(next) => onChange({ on: next })} />
        )}
      </Pill>
      <Pill name="Models" said={chosen ? sayChosen(chosen.length) : null}>
        {() => (
          <div className={rows.form}>
            <div className={styles.checks} role="group" aria-label="Models">
              {names.map((one) => (
                <Checkbox
                  key={one.name}
                  size="sm"
                  checked={chosen ? chosen.includes(one.name) : one.used}
                  onChange={() => choose(one.name)}
                  label={sayVoice({ kind: "image" }, one.title)}
                  description={one.used ? undefined : (one.detail ?? undefined)}
                />
              ))}
            </div>
            {chosen && (
              <button type="button" className={rows.clear} onClick={() => onChange({ models: undefined })}>
                All that can answer
              </button>
            )}
          </div>
        )}
      </Pill>
      <Pill name="Ranking" said={view.recipe ? "Reciprocal rank" : null}>
        {() => (
          <Choices
            name="Ranking"
            value={view.recipe}
            options={RECIPES}
            onChange={(recipe) => onChange({ recipe })}
          />
        )}
      </Pill>
    </>
  );
}

interface ChoicesProps {
  name: string;
  value: string | undefined;
  options: readonly (readonly [string | undefined, string])[];
  onChange: (value: string | undefined) => void;
}

/** One of a few. */
function Choices({ name, value, options, onChange }: ChoicesProps) {
  return (
    <div className={rows.choices} role="group" aria-label={name}>
      {options.map(([option, words]) => (
        <button key={words} type="button" aria-pressed={option === value} onClick={() => onChange(option)}>
          {words}
        </button>
      ))}
    </div>
  );
}

function sayChosen(chosen: number): string {
  return chosen === 1 ? "One model" : `${chosen} models`;
}

function sayPrices({ price_min, price_max, currency }: ListingsView): string | null {
  const [low, high] = [price_min, price_max].map((price) => sayPrice(price ?? null, currency ?? null));
  if (low && high) return `${low} to ${high}`;
  if (low) return `From ${low}`;
  return high ? `Up to ${high}` : (currency ?? null);
}

function sayDays({ listed_from, listed_until }: ListingsView): string | null {
  if (listed_from && listed_until) return `${compactDay(listed_from)} – ${compactDay(listed_until)}`;
  if (listed_from) return `From ${compactDay(listed_from)}`;
  return listed_until ? `Until ${compactDay(listed_until)}` : null;
}

import { CatalogPicker } from "~/timeline/CatalogPicker";
import { DateFilter, sayDate } from "./DateFilter";
import { Pill } from "./Pill";
import { valueOf, withValue } from "./pieces";
import { ValueFilter } from "./ValueFilter";
import type { SearchView } from "./view";
import styles from "./FilterRow.module.css";

interface RowProps {
  view: SearchView;
  onQuery: (q: string) => void;
  onCatalog: (catalog: string | undefined) => void;
}

const RATINGS = [
  ["", "Any"],
  [">=1", "1 star or more"],
  [">=2", "2 stars or more"],
  [">=3", "3 stars or more"],
  [">=4", "4 stars or more"],
  ["5", "5 stars"],
  ["0", "Not rated"],
] as const;

/** The usual filters as buttons; each writes into the query what could have been typed. */
export function FilterRow({ view, onQuery, onCatalog }: RowProps) {
  const q = view.q ?? "";
  const filter = (field: string) => ({
    value: valueOf(q, field),
    set: (value: string | null) => onQuery(withValue(q, field, value)),
  });
  const [date, rating] = [filter("date"), filter("rating")];
  return (
    <div className={styles.row} role="group" aria-label="Filters">
      <Pill name="Date" said={date.value && sayDate(date.value)}>
        {(close) => (
          <DateFilter
            value={date.value}
            catalog={view.catalog}
            onChange={(value, done) => {
              date.set(value);
              if (done) close();
            }}
          />
        )}
      </Pill>
      {(["place", "camera", "tag"] as const).map((field) => {
        const { value, set } = filter(field);
        return (
          <Pill key={field} name={NAMES[field]} said={value}>
            {(close) => (
              <ValueFilter
                field={field}
                name={NAMES[field]}
                value={value}
                catalog={view.catalog}
                onChange={(next) => {
                  set(next);
                  close();
                }}
              />
            )}
          </Pill>
        );
      })}
      <Pill name="Rating" said={rating.value && sayRating(rating.value)}>
        {(close) => (
          <div className={styles.choices} role="group" aria-label="Rating">
            {RATINGS.map(([value, words], i) => (
              <button
                key={value}
                type="button"
                aria-pressed={(rating.value ?? "") === value}
                data-autofocus={i === 0 || undefined}
                onClick={() => {
                  rating.set(value || null);
                  close();
                }}
              >
                {words}
              </button>
            ))}
          </div>
        )}
      </Pill>
      <CatalogPicker filters={{ catalog: view.catalog }} onChange={({ catalog }) => onCatalog(catalog)} />
    </div>
  );
}

const NAMES = { place: "Place", camera: "Camera", tag: "Tag" };

function sayRating(value: string): string {
  return RATINGS.find(([known]) => known === value)?.[1] ?? `Rating ${value}`;
}

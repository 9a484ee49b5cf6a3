import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { api } from "~/api/client";
import { compactDay, monthYear } from "~/lib/format";
import { DatePair } from "~/ui/DatePair";
import { type Days, readDays, writeDays } from "./days";
import styles from "./FilterRow.module.css";

const YEARS = 12;

/** Years that the catalog has. */
export function useFacets(catalog: string | undefined) {
  return useQuery({
    queryKey: ["facets", catalog ?? ""],
    queryFn: () => api.facets({ catalog }),
    staleTime: 60_000,
  });
}

interface DateProps {
  value: string | null;
  catalog: string | undefined;
  /** `done`: nothing more is to be chosen. */
  onChange: (value: string | null, done: boolean) => void;
}

/** A year, or any days from one to another. */
export function DateFilter({ value, catalog, onChange }: DateProps) {
  const { data } = useFacets(catalog);
  const years = data?.years.map((year) => year.value).slice(0, YEARS) ?? [];
  const [days, setDays] = useState<Days>(() => readDays(value));
  const change = (part: Days) => {
    const next = { ...days, ...part };
    setDays(next);
    onChange(writeDays(next), false);
  };
  return (
    <div className={styles.form}>
      {years.length > 0 && (
        <div className={styles.years} role="group" aria-label="Year">
          {years.map((year, i) => (
            <button
              key={year}
              type="button"
              aria-pressed={value === year}
              data-autofocus={i === 0 || undefined}
              onClick={() => onChange(value === year ? null : year, true)}
            >
              {year}
            </button>
          ))}
        </div>
      )}
      <DatePair from={days.from} to={days.to} onChange={change} />
      {value !== null && (
        <button type="button" className={styles.clear} onClick={() => onChange(null, true)}>
          Any date
        </button>
      )}
    </div>
  );
}

/** A filter's value as people say it. */
export function sayDate(value: string): string {
  const { from, to } = readDays(value);
  if (from && to) return `${compactDay(from)} – ${compactDay(to)}`;
  if (from) return `From ${compactDay(from)}`;
  if (to) return `Until ${compactDay(to)}`;
  return /^\d{4}-\d{2}$/.test(value) ? monthYear(`${value}-01`) : value;
}

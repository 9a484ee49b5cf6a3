import { TextInput } from "@mantine/core";
import { useState } from "react";
import styles from "./DatePair.module.css";

interface PairProps {
  /** Days as 2019-07-04. */
  from: string | undefined;
  to: string | undefined;
  /** The day that has changed; undefined where it was taken out. */
  onChange: (part: { from?: string | undefined } | { to?: string | undefined }) => void;
}

/** Days from one to another. */
export function DatePair({ from, to, onChange }: PairProps) {
  return (
    <div className={styles.pair}>
      <Day label="From" value={from ?? ""} onChange={(day) => onChange({ from: day })} />
      <Day label="Until" value={to ?? ""} onChange={(day) => onChange({ to: day })} />
    </div>
  );
}

interface DayProps {
  label: string;
  value: string;
  onChange: (day: string | undefined) => void;
}

/** While a year is typed, browsers say each of its digits as a year of its own: 0002, 0020, 0201. These aren't told. */
const EARLIEST = "1000-01-01";

function Day({ label, value, onChange }: DayProps) {
  const [typed, setTyped] = useState(value);
  const [known, setKnown] = useState(value);
  if (value !== known) {
    setKnown(value);
    setTyped(value);
  }
  return (
    <TextInput
      type="date"
      label={label}
      max="9999-12-31"
      value={typed}
      onChange={(event) => {
        const day = event.currentTarget.value;
        setTyped(day);
        if (day === "" || day >= EARLIEST) onChange(day || undefined);
      }}
    />
  );
}

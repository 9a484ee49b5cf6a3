import { TextInput } from "@mantine/core";
import { type KeyboardEvent, useId, useState } from "react";
import type { Suggestion } from "~/api/types";
import { useSuggestions } from "./suggestions";
import styles from "./FilterRow.module.css";

interface ValueProps {
  field: "place" | "camera" | "tag";
  name: string;
  value: string | null;
  catalog: string | undefined;
  onChange: (value: string | null) => void;
}

/** One of the values that a filter can have, found by how it begins. */
export function ValueFilter({ field, name, value, catalog, onChange }: ValueProps) {
  const [text, setText] = useState("");
  const [current, setCurrent] = useState(-1);
  const id = useId();
  const begun = text.replaceAll('"', "").trim();
  const items = useSuggestions(begun.includes(" ") ? `${field}:"${begun}` : `${field}:${begun}`, catalog);
  const at = Math.min(current, items.length - 1);
  const onKey = (event: KeyboardEvent) => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step && items.length > 0) setCurrent((at + step + items.length) % items.length);
    else if (event.key === "Enter" && at >= 0) onChange(plain(items[at]!));
    else if (event.key === "Enter" && begun) onChange(begun);
    else return;
    event.preventDefault();
  };
  return (
    <div className={styles.form}>
      <TextInput
        aria-label={`${name} begins with`}
        placeholder={`${name}…`}
        value={text}
        data-autofocus
        role="combobox"
        aria-expanded={items.length > 0}
        aria-controls={`${id}-list`}
        aria-activedescendant={at >= 0 ? `${id}-${at}` : undefined}
        onChange={(event) => {
          setText(event.currentTarget.value);
          setCurrent(-1);
        }}
        onKeyDown={onKey}
      />
      <div id={`${id}-list`} className={styles.list} role="listbox" aria-label={name}>
        {items.map((item, i) => (
          // The focus stays in the field, which has the keys.
          // eslint-disable-next-line jsx-a11y/click-events-have-key-events
          <div
            key={item.text}
            id={`${id}-${i}`}
            role="option"
            tabIndex={-1}
            aria-selected={i === at}
            ref={i === at ? (element) => element?.scrollIntoView({ block: "nearest" }) : undefined}
            onPointerDown={(event) => event.preventDefault()}
            onClick={() => onChange(plain(item))}
          >
            {plain(item)}
            {item.detail && <span>{item.detail}</span>}
          </div>
        ))}
      </div>
      {value !== null && (
        <button type="button" className={styles.clear} onClick={() => onChange(null)}>
          Any {name.toLowerCase()}
        </button>
      )}
    </div>
  );
}

/** The value without the filter's name and quotation marks. */
function plain({ text }: Suggestion): string {
  return text.slice(text.indexOf(":") + 1).replaceAll('"', "");
}

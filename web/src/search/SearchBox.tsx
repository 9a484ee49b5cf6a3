import { ActionIcon, CloseButton, Tooltip } from "@mantine/core";
import { IconPhotoSearch, IconSearch } from "@tabler/icons-react";
import { type KeyboardEvent, type ReactNode, useEffect, useId, useRef, useState } from "react";
import type { Suggestion } from "~/api/types";
import { BOX, takeWish } from "./focus";
import { SuggestionList } from "./SuggestionList";
import { completed, useSuggestions } from "./suggestions";
import styles from "./SearchBox.module.css";

export const TROUBLE = "search-trouble";

interface BoxProps {
  text: string;
  catalog: string | undefined;
  /** Where the query is wrong; the page says why, in an element with the id `TROUBLE`. */
  wrong: readonly [number, number] | null;
  /** Takes the focus as the page comes up. */
  autoFocus: boolean;
  onType: (text: string) => void;
  /** The query is as it is meant. */
  onEnter: () => void;
  /** Down from the box, into the results. */
  onLeave: () => void;
  onFile: (file: File) => void;
  children?: ReactNode;
}

/** One line for words and filters, with what they may go on to be. */
export function SearchBox(props: BoxProps) {
  const { text, wrong, onType, children } = props;
  const it = useBox(props);
  return (
    <div className={styles.box} data-wrong={wrong ? "" : undefined} ref={it.frame}>
      <IconSearch className={styles.glass} size={20} stroke={1.7} aria-hidden />
      {children}
      <div className={styles.line}>
        <div className={styles.mirror} ref={it.mirror} aria-hidden>
          {wrong && <Underlined text={text} span={wrong} />}
        </div>
        <input
          id={BOX}
          ref={it.input}
          className={styles.input}
          type="text"
          role="combobox"
          aria-label="Search"
          aria-autocomplete="list"
          aria-expanded={it.open}
          aria-controls={`${it.id}-list`}
          aria-activedescendant={it.current >= 0 ? `${it.id}-${it.current}` : undefined}
          aria-invalid={wrong ? true : undefined}
          aria-describedby={wrong ? TROUBLE : undefined}
          placeholder="red truck at the lake 2019"
          autoComplete="off"
          autoCapitalize="off"
          spellCheck={false}
          enterKeyHint="search"
          maxLength={20_000}
          value={text}
          onChange={(event) => it.typed(event.currentTarget.value)}
          onKeyDown={it.onKey}
          onScroll={it.align}
          onBlur={() => it.close()}
        />
      </div>
      {text && (
        <CloseButton
          aria-label="Clear the words"
          onClick={() => {
            onType("");
            it.input.current?.focus();
          }}
        />
      )}
      <FileButton onFile={props.onFile} />
      {it.open && (
        <SuggestionList id={it.id} items={it.items} current={it.current} onTake={(item) => it.take(item)} />
      )}
    </div>
  );
}

/** The state of the box: what is suggested, which of it is chosen. */
function useBox({ text, catalog, autoFocus, onType, onEnter, onLeave }: BoxProps) {
  const id = useId();
  const input = useRef<HTMLInputElement>(null);
  const mirror = useRef<HTMLDivElement>(null);
  const frame = useRef<HTMLDivElement>(null);
  const [asking, setAsking] = useState<string | null>(null);
  const [chosen, setChosen] = useState(-1);
  const items = useSuggestions(asking, catalog);
  const open = asking !== null && items.length > 0;
  const current = open ? Math.min(chosen, items.length - 1) : -1;
  useEffect(() => {
    if (takeWish() || autoFocus) input.current?.focus();
    // Only as the page comes up.
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, []);
  const align = () => {
    if (mirror.current && input.current) mirror.current.scrollLeft = input.current.scrollLeft;
  };
  useEffect(align);
  const close = () => {
    setAsking(null);
    setChosen(-1);
  };
  const ask = () => {
    const end = input.current?.selectionStart ?? text.length;
    setAsking((input.current?.value ?? text).slice(0, end));
    setChosen(-1);
  };
  const typed = (value: string) => {
    onType(value);
    ask();
  };
  const take = (item: Suggestion | undefined) => {
    if (!item || asking === null) return;
    const next = completed(text, asking.length, item);
    onType(next.text);
    setChosen(-1);
    setAsking(next.more ? next.text.slice(0, next.caret) : null);
    requestAnimationFrame(() => {
      input.current?.focus();
      input.current?.setSelectionRange(next.caret, next.caret);
    });
  };
  const onKey = (event: KeyboardEvent) => {
    const { key } = event;
    const step = { ArrowDown: 1, ArrowUp: -1 }[key];
    if (step && open) setChosen(stepped(current, step, items.length));
    else if (key === "ArrowDown" && event.altKey) ask();
    else if (key === "ArrowDown") onLeave();
    else if (key === "Enter" && current >= 0) take(items[current]);
    else if (key === "Enter") {
      close();
      onEnter();
    } else if (key === "Tab" && open && !event.shiftKey) take(items[Math.max(0, current)]);
    else if (key === "Escape" && open) close();
    else if (key === "Escape") onLeave();
    else return;
    event.preventDefault();
    event.stopPropagation();
  };
  return { id, input, mirror, frame, items, open, current, align, close, typed, take, onKey };
}

/** Through the list and, at its ends, back to what was typed (-1). */
function stepped(at: number, step: number, length: number): number {
  return ((at + 1 + step + length + 1) % (length + 1)) - 1;
}

/** The same line once more, invisible but for what is wrong in it. */
function Underlined({ text, span: [start, end] }: { text: string; span: readonly [number, number] }) {
  const shown = end > start ? text.slice(start, end) : text.slice(start, start + 1) || " ";
  return (
    <>
      {text.slice(0, start)}
      <mark>{shown}</mark>
      {text.slice(Math.max(end, start + shown.length))}
    </>
  );
}

function FileButton({ onFile }: { onFile: (file: File) => void }) {
  const chooser = useRef<HTMLInputElement>(null);
  return (
    <>
      <input
        ref={chooser}
        type="file"
        accept="image/*"
        hidden
        aria-label="Picture to search by"
        data-testid="picture"
        onChange={(event) => {
          const file = event.currentTarget.files?.[0];
          if (file) onFile(file);
          event.currentTarget.value = "";
        }}
      />
      <Tooltip label="Search by a picture">
        <ActionIcon
          variant="subtle"
          color="gray"
          size="lg"
          className={styles.tool}
          aria-label="Search by a picture"
          onClick={() => chooser.current?.click()}
        >
          <IconPhotoSearch size={21} stroke={1.7} />
        </ActionIcon>
      </Tooltip>
    </>
  );
}

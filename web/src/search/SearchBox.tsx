import { ActionIcon, CloseButton, Tooltip } from "@mantine/core";
import { IconPhotoSearch, IconSearch } from "@tabler/icons-react";
import {
  type KeyboardEvent,
  type ReactNode,
  type RefObject,
  useEffect,
  useId,
  useRef,
  useState,
} from "react";
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
  takesFocus: boolean;
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
  const input = useRef<HTMLInputElement>(null);
  const mirror = useRef<HTMLDivElement>(null);
  const it = useBox(props, input, mirror);
  return (
    <div className={styles.box} data-wrong={wrong ? "" : undefined}>
      <IconSearch className={styles.glass} size={20} stroke={1.7} aria-hidden />
      {children}
      <div className={styles.line}>
        <div className={styles.mirror} ref={mirror} aria-hidden>
          {wrong && <Underlined text={text} span={wrong} />}
        </div>
        <input
          id={BOX}
          ref={input}
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
            input.current?.focus();
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
function useBox(
  { text, catalog, wrong, takesFocus, onType, onEnter, onLeave }: BoxProps,
  input: RefObject<HTMLInputElement | null>,
  mirror: RefObject<HTMLDivElement | null>,
) {
  const id = useId();
  const [asking, setAsking] = useState<string | null>(null);
  const [chosen, setChosen] = useState(-1);
  const items = useSuggestions(asking, catalog);
  // What is wrong further ahead comes first: the list would lie over the sentence that says so.
  const open = asking !== null && items.length > 0 && !(wrong && wrong[1] < asking.length);
  const current = open ? Math.min(chosen, items.length - 1) : -1;
  useEffect(() => {
    const keyboard = matchMedia("(hover: hover)").matches; // a touch screen’s would cover half of the page
    if (takeWish() || (takesFocus && keyboard)) input.current?.focus();
    // Only as the page comes up.
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, []);
  const align = () => {
    mirror.current?.scrollTo({ left: input.current?.scrollLeft ?? 0 });
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
  /** True where the key is one of the list's. */
  const inList = (key: string, shift: boolean): boolean => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[key];
    if (!open) return false;
    if (step) setChosen(stepped(current, step, items.length));
    else if (key === "Enter" && current >= 0) take(items[current]);
    else if (key === "Tab" && !shift) take(items[Math.max(0, current)]);
    else if (key === "Escape") close();
    else return false;
    return true;
  };
  const inBox = (key: string, alt: boolean): boolean => {
    if (key === "ArrowDown" && alt) ask();
    else if (key === "ArrowDown" || key === "Escape") onLeave();
    else if (key !== "Enter") return false;
    if (key !== "ArrowDown") close();
    if (key === "Enter") onEnter();
    return true;
  };
  const onKey = (event: KeyboardEvent) => {
    if (!inList(event.key, event.shiftKey) && !inBox(event.key, event.altKey)) return;
    event.preventDefault();
    event.stopPropagation();
  };
  return { id, items, open, current, align, close, typed, take, onKey };
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

export function FileButton({ onFile }: { onFile: (file: File) => void }) {
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

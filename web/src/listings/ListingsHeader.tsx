import { CloseButton } from "@mantine/core";
import { IconSearch } from "@tabler/icons-react";
import { type KeyboardEvent, useEffect, useRef } from "react";
import type { ListingAnswer, ListingFilters } from "~/api/types";
import { count } from "~/lib/format";
import { ExampleBar } from "~/search/ExampleBar";
import { BOX, takeWish } from "~/search/focus";
import { FileButton } from "~/search/SearchBox";
import box from "~/search/SearchBox.module.css";
import { CopyMenu } from "~/ui/CopyMenu";
import { Filters } from "./Filters";
import { ModelsNote } from "./ModelsNote";
import type { ListingsState } from "./useListingsPage";
import { byPicture } from "./view";
import { listings } from "./words";
import asking from "~/ui/Asking.module.css";
import styles from "./Listings.module.css";

interface HeaderProps {
  it: ListingsState;
  filters: ListingFilters | undefined;
  /** Down from the box, into the results. */
  onLeave: () => void;
}

/** What is asked, among which listings, and how much was found. */
export function ListingsHeader({ it, filters, onLeave }: HeaderProps) {
  const { view, go } = it;
  const some = filters === undefined || filters.states.length > 0;
  return (
    <header className={asking.header}>
      <h1 className="visually-hidden">Listings</h1>
      <div className={asking.top} role="search">
        <Box it={it} onLeave={onLeave} />
        <CopyMenu />
      </div>
      {byPicture(view) && (
        <ExampleBar
          view={view}
          shown={it.example}
          what="Listings"
          onChange={(change) => go({ ...change, open: undefined })}
        />
      )}
      {some && <Filters it={it} filters={filters} />}
      <Sum it={it} />
    </header>
  );
}

function Sum({ it: { found, browsing } }: { it: ListingsState }) {
  const { items, answer, stale, error } = found;
  if (!items || (browsing && items.length === 0)) return null;
  const many = `${found.more ? "More than " : ""}${listings(items.length)}`;
  const how = answer ? ` in ${count(Math.round(answer.took_ms))} ms` : ", newest first";
  return (
    <div className={styles.sum}>
      <p className={asking.sum} role="status">
        {stale && !error ? "Searching…" : many + how}
      </p>
      {answer && !stale && <Told answer={answer} some={items.length > 0} />}
    </div>
  );
}

/** Which models were asked, and how certain their answer is. */
function Told({ answer, some }: { answer: ListingAnswer; some: boolean }) {
  return (
    <>
      <ModelsNote models={answer.models} />
      {answer.note && some && <p className={styles.doubt}>{answer.note}</p>}
    </>
  );
}

function Box({ it, onLeave }: { it: ListingsState; onLeave: () => void }) {
  const input = useRef<HTMLInputElement>(null);
  useEffect(() => {
    if (takeWish()) input.current?.focus();
  }, []);
  const onKey = (event: KeyboardEvent) => {
    if (event.key === "Enter") it.enter();
    else if (event.key === "ArrowDown" || event.key === "Escape") onLeave();
    else return;
    event.preventDefault();
    event.stopPropagation();
  };
  return (
    <div className={box.box}>
      <IconSearch className={box.glass} size={20} stroke={1.7} aria-hidden />
      <div className={box.line}>
        <input
          id={BOX}
          ref={input}
          className={box.input}
          type="text"
          aria-label="Search listings"
          placeholder="stoneware mug with speckles"
          autoComplete="off"
          enterKeyHint="search"
          maxLength={1000}
          value={it.text}
          onChange={(event) => it.type(event.currentTarget.value)}
          onKeyDown={onKey}
        />
      </div>
      {it.text && (
        <CloseButton
          aria-label="Clear the words"
          onClick={() => {
            it.type("");
            input.current?.focus();
          }}
        />
      )}
      <FileButton onFile={it.byFile} />
    </div>
  );
}

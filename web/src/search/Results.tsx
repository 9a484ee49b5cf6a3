import { type MouseEvent, type ReactNode, type Ref, useImperativeHandle, useRef, useState } from "react";
import type { SearchResult } from "~/api/types";
import { choose, isEmpty, selection } from "~/curation/selection";
import { useStore } from "~/lib/store";
import { makeChoosing } from "~/timeline/choosing";
import { Tile } from "~/timeline/Tile";
import type { Direction } from "~/timeline/travel";
import { ReasonIcon } from "./ReasonIcon";
import { strongest } from "./reasons";
import { idsBetween, leave } from "./trail";
import { useGrid } from "./useGrid";
import type { SearchView } from "./view";
import styles from "./Results.module.css";

export interface ResultsHandle {
  move(direction: Direction): void;
  /** Moves on and chooses everything on the way. */
  extend(direction: Direction): void;
  choose(): void;
  /** Into the results, where the reader was. */
  enter(): void;
  page(step: 1 | -1): void;
  top(): void;
  here(): number | null;
}

interface ResultsProps {
  view: SearchView;
  items: SearchResult[];
  /** Of what was asked before: the answer is on its way. */
  stale: boolean;
  want: (end: number) => void;
  onOpen: (id: number) => void;
  /** The image that the keyboard is on; told as it changes. */
  onCursor: (id: number) => void;
  onWhy: (id: number) => void;
  ref: Ref<ResultsHandle>;
  children?: ReactNode;
}

/** What was found as rows of pictures; each says why it is there. */
export function Results({ view, items, stale, want, onOpen, onCursor, onWhy, ref, children }: ResultsProps) {
  const scroller = useRef<HTMLDivElement>(null);
  const grid = useGrid(scroller, view, items, want);
  const { layout, first, end, put, next } = grid;
  const [choosing] = useState(() =>
    makeChoosing<number>({
      spotOf: (tile) => Number(tile.dataset.id),
      between: (from, to) => Promise.resolve(idsBetween(from, to)),
    }),
  );
  const selected = useStore(selection);
  const go = (index: number) => {
    const image = items[index]?.image.id;
    if (image === undefined) return;
    put(index);
    onCursor(image);
  };
  useImperativeHandle(ref, () => ({
    move: (direction) => go(next(direction)),
    extend(direction) {
      const from = items[grid.reachable]?.image.id;
      const to = next(direction);
      if (from === undefined || !items[to]) return;
      if (isEmpty(selection.get())) choosing.range(from);
      choosing.range(items[to].image.id);
      go(to);
    },
    choose() {
      const image = items[grid.reachable]?.image.id;
      if (image === undefined) return;
      choosing.one(image, image);
      go(grid.reachable);
    },
    enter: () => go(grid.reachable),
    page: grid.page,
    top: () => grid.to(0),
    here: () => grid.cursor,
  }));
  const onClick = (event: MouseEvent) => {
    const target = event.target as Element;
    const why = target.closest<HTMLElement>("[data-why]");
    const tile = target.closest("[data-cell]")?.querySelector<HTMLElement>("a[data-id]");
    if (!tile || event.button !== 0) return;
    const id = Number(tile.dataset.id);
    const index = items.findIndex(({ image }) => image.id === id);
    if (why) {
      go(index);
      onWhy(id);
      return;
    }
    if (choosing.clicked(event, id, id)) {
      event.preventDefault();
      go(index);
      return;
    }
    if (event.metaKey || event.ctrlKey || event.shiftKey) return;
    event.preventDefault();
    leave(view, { image: id });
    onOpen(id);
  };
  const cells = [];
  for (let i = first; i < end; i++)
    cells.push(
      <Cell
        key={items[i]!.image.id}
        item={items[i]!}
        box={[layout.x[i]!, layout.y[i]!, layout.w[i]!, layout.h[i]!]}
        focusable={i === grid.reachable}
        selected={selected.everything || selected.ids.has(items[i]!.image.id)}
      />,
    );
  return (
    <div
      className={styles.scroller}
      ref={scroller}
      onScroll={(event) => !stale && leave(view, { top: event.currentTarget.scrollTop })}
      data-choosing={isEmpty(selected) ? undefined : ""}
      data-stale={stale || undefined}
      data-testid="results"
    >
      {/* A click on a tile is the link's own; here it only stays within the page. */}
      {/* eslint-disable-next-line jsx-a11y/click-events-have-key-events, jsx-a11y/no-static-element-interactions */}
      <div
        className={styles.canvas}
        style={{ height: layout.height }}
        onClick={onClick}
        onContextMenu={(event) => matchMedia("(hover: none)").matches && event.preventDefault()}
        {...choosing.press}
      >
        {cells}
      </div>
      {children}
    </div>
  );
}

/** Takes in all that has been found so far. */
export function chooseFound(items: readonly SearchResult[]): void {
  choose(items.map(({ image }) => image.id));
}

interface CellProps {
  item: SearchResult;
  box: [number, number, number, number];
  focusable: boolean;
  selected: boolean;
}

function Cell({ item: { image, reasons }, box: [left, top, width, height], focusable, selected }: CellProps) {
  const reason = strongest(reasons);
  const saying = `why-${image.id}`;
  return (
    <div className={styles.cell} style={{ left, top, width, height }} data-cell>
      <Tile
        id={image.id}
        bucket=""
        x={0}
        y={0}
        w={width}
        h={height}
        name={image.name}
        takenAt={image.taken_at}
        video={false}
        duration={null}
        state={image.thumbnail ? "done" : "missing"}
        placeholder={image.placeholder}
        thumbnail={keyOf(image.thumbnail)}
        load
        focusable={focusable}
        selected={selected}
        marks={image}
        describedBy={reason ? saying : undefined}
      />
      {reason && (
        <span id={saying} className={styles.why} data-why>
          <ReasonIcon kind={reason.kind} size={14} />
          <span>{reason.text}</span>
        </span>
      )}
    </div>
  );
}

/** The content key in a thumbnail's address, as tiles have it. */
function keyOf(address: string | null): string | null {
  return address?.split("v=")[1] ?? null;
}

import { Button } from "@mantine/core";
import { type Ref, useImperativeHandle, useMemo, useRef } from "react";
import { Card } from "./Card";
import type { Item } from "./useListings";
import type { ListingsState } from "./useListingsPage";
import { keyOf } from "./view";
import { voicesOf, titlesOf } from "./words";
import styles from "./Listings.module.css";

export type Way = "left" | "right" | "up" | "down" | "first" | "last";

export interface GridHandle {
  move(way: Way): void;
  /** Into the cards, where the reader was. */
  enter(): void;
  /** Puts the focus there, and does nothing else. */
  focus(): void;
}

/** Cards in rows; arrows lead from one to the next. */
export function Grid({ it, ref }: { it: ListingsState; ref: Ref<GridHandle> }) {
  const list = useRef<HTMLUListElement>(null);
  const { items, found, view, at } = it;
  const { answer } = found;
  const titles = useMemo(() => titlesOf(answer?.models ?? []), [answer]);
  const asked = useMemo(() => voicesOf(answer?.models ?? []), [answer]);
  const reach = (index: number) => {
    const item = items[Math.max(0, Math.min(items.length - 1, index))];
    if (!item) return;
    it.setCursor(keyOf(item));
    if (view.open) it.open(item);
    show(item);
  };
  const show = (item: Item | undefined) => {
    const link = item && list.current?.querySelector<HTMLElement>(`[data-key="${keyOf(item)}"]`);
    link?.focus();
    link?.closest("li")?.scrollIntoView({ block: "nearest" });
  };
  useImperativeHandle(ref, () => ({
    move: (way) => {
      const columns = columnsOf(list.current);
      const steps = { left: -1, right: 1, up: -columns, down: columns, first: -at, last: items.length };
      reach(at + steps[way]);
    },
    enter: () => reach(at),
    focus: () => show(items[at]),
  }));
  return (
    <>
      <ul
        ref={list}
        className={styles.grid}
        aria-label="Listings"
        data-testid="listings"
        data-stale={found.stale || undefined}
      >
        {items.map((item, i) => (
          <Card
            key={keyOf(item)}
            it={it}
            item={item}
            mark={it.marks[keyOf(item)]?.mark}
            current={i === at}
            opened={view.open === keyOf(item)}
            asked={asked}
            titles={titles}
          />
        ))}
      </ul>
      {found.more && (
        <div className={styles.more}>
          <Button variant="default" loading={found.reading} onClick={found.more}>
            Show more
          </Button>
        </div>
      )}
    </>
  );
}

/** How many cards stand side by side. */
function columnsOf(list: HTMLElement | null): number {
  const cards = [...(list?.children ?? [])] as HTMLElement[];
  const below = cards.findIndex((card) => card.offsetTop > cards[0]!.offsetTop);
  return below < 0 ? Math.max(1, cards.length) : below;
}

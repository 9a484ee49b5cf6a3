/** Choosing images on the timeline: one, a range, a bucket; by pointer, finger and key. */
import { type MouseEvent, type PointerEvent, useMemo } from "react";
import { choose, isEmpty, selection, toggle } from "~/curation/selection";
import type { Timeline } from "./engine";
import { idsBetween } from "./marking";
import type { Spot } from "./travel";

const LONG_PRESS_MS = 450;
const SLOP = 8;

/** Where images stand: `S` is a place among them. */
export interface Order<S> {
  spotOf(tile: HTMLElement): S | null;
  /** Ids from one to another, both included. */
  between(from: S, to: S): Promise<number[]>;
}

export interface Choosing<S = Spot> {
  /** True where the click was about choosing and not about opening. */
  clicked(event: MouseEvent, spot: S, id: number): boolean;
  /** Everything from the image that was chosen last. */
  range(spot: S): void;
  one(spot: S, id: number): void;
  press: {
    onPointerDown(event: PointerEvent): void;
    onPointerMove(event: PointerEvent): void;
    onPointerUp(): void;
    onPointerCancel(): void;
  };
}

/** Remembers where a range begins, and what a long press is. */
export function useChoosing(timeline: Timeline): Choosing {
  return useMemo(
    () =>
      makeChoosing<Spot>({
        spotOf: (tile) => spotOfTile(timeline, tile),
        between: (from, to) => idsBetween(timeline, from, to),
      }),
    [timeline],
  );
}

export function makeChoosing<S>(order: Order<S>): Choosing<S> {
  let anchor: S | null = null;
  let pressing: { timer: ReturnType<typeof setTimeout>; x: number; y: number } | undefined;
  let pressed = false;
  const one = (spot: S, id: number) => {
    toggle([id]);
    anchor = spot;
  };
  const range = (spot: S) => {
    if (anchor === null) anchor = spot;
    const from = anchor;
    void order.between(from, spot).then(choose, () => undefined);
  };
  const stop = () => {
    clearTimeout(pressing?.timer);
    pressing = undefined;
  };
  return {
    one,
    range,
    clicked(event, spot, id) {
      const about = (event.target as Element).closest("[data-check]") !== null;
      const choosing = !isEmpty(selection.get());
      if (pressed) pressed = false;
      else if (event.shiftKey && (choosing || about)) range(spot);
      else if (about || choosing || event.ctrlKey || event.metaKey) one(spot, id);
      else return false;
      return true;
    },
    press: {
      onPointerDown(event) {
        pressed = false;
        const tile = (event.target as Element).closest<HTMLElement>("a[data-id]");
        if (event.pointerType !== "touch" || !tile) return;
        const spot = order.spotOf(tile);
        const timer = setTimeout(() => {
          stop();
          if (spot === null) return;
          pressed = true;
          one(spot, Number(tile.dataset.id));
        }, LONG_PRESS_MS);
        pressing = { timer, x: event.clientX, y: event.clientY };
      },
      onPointerMove(event) {
        if (pressing && Math.hypot(event.clientX - pressing.x, event.clientY - pressing.y) > SLOP) stop();
      },
      onPointerUp: stop,
      onPointerCancel: stop,
    },
  };
}

/** Where a tile stands on the timeline. */
export function spotOfTile(timeline: Timeline, tile: HTMLElement): Spot | null {
  const key = tile.dataset.bucket ?? "";
  const item = timeline.geometry.laid.get(key)?.images.columns.id.indexOf(Number(tile.dataset.id)) ?? -1;
  return item < 0 ? null : { key, item };
}

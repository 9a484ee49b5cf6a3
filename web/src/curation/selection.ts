/** The images that were chosen on the timeline, for doing one thing to all of them. */
import { Store } from "~/lib/store";

export interface Selection {
  ids: ReadonlySet<number>;
  /** True: everything that the view shows, loaded or not. */
  everything: boolean;
}

export const NOTHING: Selection = { ids: new Set(), everything: false };
export const selection = new Store<Selection>(NOTHING);

export function isEmpty({ ids, everything }: Selection): boolean {
  return ids.size === 0 && !everything;
}

/** Takes images in, or out where every one of them is in. */
export function toggle(images: readonly number[]): void {
  const { ids, everything } = selection.get();
  if (images.length === 0) return;
  if (everything) return selection.set({ ids: new Set(images), everything: false });
  const out = images.every((id) => ids.has(id));
  const next = new Set(ids);
  for (const id of images)
    if (out) next.delete(id);
    else next.add(id);
  selection.set({ ids: next, everything: false });
}

/** Takes images in. */
export function choose(images: readonly number[]): void {
  const { ids } = selection.get();
  selection.set({ ids: new Set([...ids, ...images]), everything: false });
}

export function chooseEverything(): void {
  selection.set({ ids: selection.get().ids, everything: true });
}

export function clearSelection(): void {
  selection.set(NOTHING);
}

/** What the keys do on the page Listings. */
import type { RefObject } from "react";
import { useActions } from "~/lib/actions";
import type { GridHandle, Way } from "./Grid";
import type { Mark } from "./marks";
import type { ListingsState } from "./useListingsPage";
import { isFound } from "./useListings";

export function useListingKeys(it: ListingsState, grid: RefObject<GridHandle | null>): void {
  const { current } = it;
  const move = (way: Way) => () => grid.current?.move(way);
  const judge = (verdict: Mark | null) => () => {
    if (!current) return;
    it.mark(current, verdict);
    if (verdict) grid.current?.move("right");
  };
  const only = (keys: string[], label: string, run: () => void) => ({ label, keys, run, keyOnly: true });
  useActions("Listings", [
    only(["ArrowLeft"], "Listing to the left", move("left")),
    only(["ArrowRight"], "Listing to the right", move("right")),
    only(["ArrowUp"], "Listing above", move("up")),
    only(["ArrowDown"], "Listing below", move("down")),
    { label: "First listing", keys: ["Home"], run: move("first") },
    { label: "Last listing", keys: ["End"], run: move("last") },
    ...(it.browsing
      ? [] // nothing is asked that they could match
      : [
          { label: "It is a match", keys: ["M"], run: judge("match") },
          { label: "It is no match", keys: ["N"], run: judge("no") },
        ]),
    {
      label: "More like this",
      keys: ["S"],
      run: () => {
        const picture = current && ((isFound(current) ? current.best : null) ?? current.primary);
        if (picture) it.alike(picture.id);
      },
    },
    { label: "Look at the listing", keys: ["O"], run: () => it.open(it.view.open ? undefined : current) },
    { label: "Close the listing", keys: ["Escape"], run: () => it.open(undefined) },
  ]);
}

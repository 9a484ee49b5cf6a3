/** What the keys do among results. */
import type { RefObject } from "react";
import { clearSelection } from "~/curation/selection";
import { useActions } from "~/lib/actions";
import type { ResultsHandle } from "./Results";

export function useSearchKeys(grid: RefObject<ResultsHandle | null>, why: () => void): void {
  const at = (run: (grid: ResultsHandle) => void) => () => {
    if (grid.current) run(grid.current);
  };
  const only = (keys: string[], label: string, run: () => void) => ({ label, keys, run, keyOnly: true });
  useActions("Search", [
    only(
      ["ArrowLeft"],
      "Image to the left",
      at((it) => it.move("left")),
    ),
    only(
      ["ArrowRight"],
      "Image to the right",
      at((it) => it.move("right")),
    ),
    only(
      ["ArrowUp"],
      "Image above",
      at((it) => it.move("up")),
    ),
    only(
      ["ArrowDown"],
      "Image below",
      at((it) => it.move("down")),
    ),
    only(
      ["PageDown"],
      "Page down",
      at((it) => it.page(1)),
    ),
    only(
      ["PageUp"],
      "Page up",
      at((it) => it.page(-1)),
    ),
    { label: "Best results", keys: ["Home"], run: at((it) => it.top()) },
    { label: "Why is this here?", keys: ["W"], run: why },
    { label: "Choose the image", keys: ["S"], run: at((it) => it.choose()) },
    only(
      ["Shift+ArrowRight"],
      "Choose on to the right",
      at((it) => it.extend("right")),
    ),
    only(
      ["Shift+ArrowLeft"],
      "Choose on to the left",
      at((it) => it.extend("left")),
    ),
    only(
      ["Shift+ArrowDown"],
      "Choose on below",
      at((it) => it.extend("down")),
    ),
    only(
      ["Shift+ArrowUp"],
      "Choose on above",
      at((it) => it.extend("up")),
    ),
    { label: "Choose none", keys: ["Escape"], run: clearSelection },
  ]);
}

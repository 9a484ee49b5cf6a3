import { expect, test } from "vitest";
import { common } from "~/timeline/marking";
import { cullingActions } from "./keys";
import { type Marks, NO_MARKS } from "./marks";
import { choose, chooseEverything, clearSelection, isEmpty, selection, toggle } from "./selection";
import type { Changes } from "~/api/types";

const picked: Marks = { rating: 4, flag: "pick", label: "red", favourite: true };

function pressed(key: string, marks: Marks[], shelf?: string): Changes | undefined {
  let changes: Changes | undefined;
  const actions = cullingActions({ marks: () => marks, change: (given) => (changes = given), shelf });
  actions.find(({ keys }) => keys?.includes(key))?.run();
  return changes;
}

test("a key sets what it names, and takes back a label or favourite that all have", () => {
  expect(pressed("3", [picked])).toEqual({ rating: 3 });
  expect(pressed("0", [picked])).toEqual({ rating: 0 });
  expect(pressed("X", [picked])).toEqual({ flag: "reject" });
  expect(pressed("U", [picked])).toEqual({ flag: null });
  expect(pressed("6", [picked])).toEqual({ label: null });
  expect(pressed("6", [picked, NO_MARKS])).toEqual({ label: "red" });
  expect(pressed("7", [picked])).toEqual({ label: "yellow" });
  expect(pressed("L", [picked])).toEqual({ favourite: false });
  expect(pressed("L", [NO_MARKS, picked])).toEqual({ favourite: true });
});

test("on a shelf the keys lead back from it", () => {
  expect(pressed("A", [])).toEqual({ archived: true });
  expect(pressed("A", [], "archive")).toEqual({ archived: false });
  expect(pressed("Delete", [], "archive")).toEqual({ trashed: true });
  expect(pressed("R", [], "trash")).toEqual({ trashed: false });
  expect(pressed("Delete", [], "trash")).toBeUndefined();
  expect(pressed("R", [], "hidden")).toEqual({ hidden: false });
});

test("images have in common what none of them lacks", () => {
  expect(common([])).toEqual(NO_MARKS);
  expect(common([picked, picked])).toEqual(picked);
  expect(common([picked, { ...picked, rating: 2 }])).toEqual({ ...picked, rating: 0 });
  expect(common([picked, NO_MARKS])).toEqual(NO_MARKS);
});

test("what is chosen twice is chosen no more; everything gives way to one image", () => {
  clearSelection();
  toggle([1, 2]);
  choose([3]);
  toggle([2]);
  expect([...selection.get().ids]).toEqual([1, 3]);
  chooseEverything();
  expect(isEmpty(selection.get())).toBe(false);
  toggle([9]);
  expect(selection.get()).toEqual({ ids: new Set([9]), everything: false });
  toggle([9]);
  expect(isEmpty(selection.get())).toBe(true);
});

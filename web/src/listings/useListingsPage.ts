/** The state of the page Listings, and everything that can be done on it. */
import { useNavigate, useSearch } from "@tanstack/react-router";
import { useState } from "react";
import { usePageCommand } from "~/lib/commands";
import { useTitle } from "~/lib/title";
import { useExample } from "~/search/ExampleBar";
import { keep } from "~/search/uploads";
import { useDraft } from "~/search/useDraft";
import type { ListingCard } from "~/api/types";
import { listingsCall, listingsCommand, listingsPath } from "./command";
import { mark, type Mark, useMarks } from "./marks";
import { useListings } from "./useListings";
import { isBrowsing, keyOf, type ListingsView, topicKey } from "./view";

export type ListingsState = ReturnType<typeof useListingsPage>;

export function useListingsPage() {
  const view = useSearch({ from: "/listings" });
  const navigate = useNavigate();
  const go = (change: Partial<ListingsView>, replace = false) =>
    void navigate({ to: "/listings", search: { ...view, ...change }, replace });
  const draft = useDraft(view.q ?? "", (q) => go({ q, open: undefined }, true));
  const found = useListings(view);
  const example = useExample(view);
  const topic = topicKey(view);
  const marks = useMarks(topic);
  /** The listing that the keyboard is on. */
  const [cursor, setCursor] = useState<string | undefined>(view.open);
  const items = found.items ?? [];
  const at = items.findIndex((item) => keyOf(item) === cursor);
  useTitle(view.q ? `${view.q} · Listings` : "Listings");
  usePageCommand(
    listingsCommand(view, example.file),
    listingsPath(view),
    listingsCall(view, example.file?.split("/").at(-1)),
  );
  return {
    view,
    go,
    found,
    items,
    example,
    topic,
    marks,
    browsing: isBrowsing(view),
    text: draft.text,
    type: draft.type,
    enter: draft.flush,
    at: Math.max(0, at),
    /** The item that keys speak of; undefined where nothing is shown. */
    current: items[Math.max(0, at)],
    setCursor,
    byFile: (file: File) =>
      go({ upload: keep(file, file.name), image: undefined, region: undefined, open: undefined }),
    alike: (image: number) =>
      go({
        q: undefined,
        upload: undefined,
        region: undefined,
        open: undefined,
        image: String(image),
      }),
    open: (listing: ListingCard | undefined) =>
      go({ open: listing && keyOf(listing) }, view.open !== undefined),
    mark: (listing: ListingCard, wanted: Mark | null) =>
      mark(topic, listing, marks[keyOf(listing)]?.mark === wanted ? null : wanted),
  };
}

/** What the words before the caret may go on to be. */
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { useEffect, useState } from "react";
import { searching } from "~/api/search";
import type { Suggestion } from "~/api/types";
import { unitsOf } from "./pieces";

const DELAY_MS = 90;
const NONE: Suggestion[] = [];

/** Suggestions for a text; none where it is null. */
export function useSuggestions(text: string | null, catalog: string | undefined): Suggestion[] {
  const [asked, setAsked] = useState(text);
  useEffect(() => {
    const timer = setTimeout(() => setAsked(text), DELAY_MS);
    return () => clearTimeout(timer);
  }, [text]);
  const { data } = useQuery({
    queryKey: ["suggest", asked, catalog],
    queryFn: ({ signal }) => searching.suggest(asked ?? "", catalog, signal),
    enabled: asked !== null && asked.trim() !== "",
    placeholderData: keepPreviousData,
    staleTime: 30_000,
    retry: false,
  });
  if (text === null || text.trim() === "" || asked === null) return NONE;
  return data?.items ?? NONE;
}

/**
 * The query with a suggestion in the place of what it goes on from; `more` where its value is still to be typed.
 * What stands behind the caret stays.
 */
export function completed(
  query: string,
  caret: number,
  { text, start }: Pick<Suggestion, "text" | "start">,
): { text: string; caret: number; more: boolean } {
  const before = query.slice(0, unitsOf(query, start));
  const rest = query.slice(caret);
  const more = text.endsWith(":");
  const space = more || rest.startsWith(" ") || rest.startsWith(")") ? "" : " ";
  return { text: before + text + space + rest, caret: before.length + text.length + space.length, more };
}

/** The page that an image was opened from, where that is neither the timeline nor a search: the way back leads there. */
import { useRouterState } from "@tanstack/react-router";

declare module "@tanstack/react-router" {
  interface HistoryState {
    origin?: Origin;
  }
}

export interface Origin {
  /** Path and query. */
  href: string;
  /** What the page is called. */
  word: string;
}

/** This page as the origin of an image: for the `state` of a link. */
export function useOrigin(word: string): Origin {
  const href = useRouterState({ select: ({ location }) => location.href });
  return { href, word };
}

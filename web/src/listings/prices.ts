/** A listing's price over time. */
import type { ListingDetails } from "~/api/types";

export interface Step {
  /** Milliseconds since 1970. */
  at: number;
  price: number;
}

/** Each price from the moment on from which it was seen, oldest first; rows in which other things changed are left out. */
export function stepsOf(history: ListingDetails["history"]): Step[] {
  const rows = history
    .flatMap(({ at, price }) => (price === null ? [] : [{ at: Date.parse(at), price: Number(price) }]))
    .sort((a, b) => a.at - b.at);
  return rows.filter(({ price }, i) => rows[i - 1]?.price !== price);
}

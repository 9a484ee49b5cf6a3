/** Why images were found, strongest first. */
import type { SearchReason } from "~/api/types";

/** What all results have in common weighs least, and says nothing about any one of them. */
const COMMON = 0.05;

/** The strongest reason of one's own; null where there is none. */
export function strongest(reasons: readonly SearchReason[]): SearchReason | null {
  return own(reasons)[0] ?? reasons[0] ?? null;
}

export function own(reasons: readonly SearchReason[]): SearchReason[] {
  return reasons.filter(({ weight }) => weight > COMMON);
}

export function common(reasons: readonly SearchReason[]): SearchReason[] {
  return reasons.filter(({ weight }) => weight <= COMMON);
}

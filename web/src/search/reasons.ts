/** Why images were found, in words and signs. */
import {
  IconAbc,
  IconCalendar,
  IconCamera,
  IconEye,
  IconFile,
  IconFilter,
  type Icon,
  IconMapPin,
  IconTag,
} from "@tabler/icons-react";
import type { SearchReason } from "~/api/types";

export const REASON_ICONS: Record<SearchReason["kind"], Icon> = {
  words: IconAbc,
  picture: IconEye,
  tag: IconTag,
  place: IconMapPin,
  camera: IconCamera,
  date: IconCalendar,
  name: IconFile,
  filter: IconFilter,
};

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

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

const ICONS: Record<SearchReason["kind"], Icon> = {
  words: IconAbc,
  picture: IconEye,
  tag: IconTag,
  place: IconMapPin,
  camera: IconCamera,
  date: IconCalendar,
  name: IconFile,
  filter: IconFilter,
};

/** The sign of a kind of reason; the words stand beside it. */
export function ReasonIcon({ kind, size }: { kind: SearchReason["kind"]; size: number }) {
  const Glyph = ICONS[kind];
  return <Glyph size={size} stroke={1.7} aria-hidden />;
}

/** Tiers, relations and reasons of copies as people read them. */
import type { DuplicateGroup, GroupMember, ImageCard, RelationName, TierName } from "~/api/types";
import { count, size } from "~/lib/format";

export const TIER_WORDS: Record<TierName, string> = {
  bytes: "Same file",
  pixels: "Same pixels",
  picture: "Same picture",
  subject: "Same subject",
};

export const TIER_HINTS: Record<TierName, string> = {
  bytes: "Every byte is the same.",
  pixels: "The pixels are the same; only what is written around them differs.",
  picture: "The same picture to the eye: saved again, resized, cropped or edited a little.",
  subject: "The same subject.",
};

const RELATION_WORDS: Record<RelationName, string | null> = {
  same: null,
  crop: "shows a part of the kept one",
  contains: "shows more than the kept one",
  turned: "mirrored or turned",
};

/** "98.4 % alike, 3 of 64 bits apart, shows a part of the kept one". */
export function evidence({ tier, similarity, distance, relation, verified }: GroupMember): string {
  if (!verified) return "Not compared with the kept one directly";
  const parts = [RELATION_WORDS[relation]];
  if (tier === "picture" || tier === "subject") {
    if (similarity !== null) parts.push(`${share(similarity)} alike`);
    if (distance !== null) parts.push(distance === 0 ? "the same hash" : `${distance} of 64 bits apart`);
  }
  return parts.filter(Boolean).join(", ");
}

/** 0.9843 -> "98.4 %"; never 100 for less than that. */
export function share(value: number): string {
  const tenths = value < 1 ? Math.min(999, Math.round(value * 1000)) : 1000;
  return `${tenths % 10 === 0 ? tenths / 10 : (tenths / 10).toFixed(1)} %`;
}

/** The kept one first, as it is shown and numbered. */
export function inOrder(group: DuplicateGroup): GroupMember[] {
  const keeper = group.members.filter(({ image }) => image.id === group.keeper);
  return [...keeper, ...group.members.filter(({ image }) => image.id !== group.keeper)];
}

/** "4032 × 3024"; null where it isn't known. */
export function shape({ width, height }: ImageCard): string | null {
  return width && height ? `${width} × ${height}` : null;
}

/** Folder of an image within its source. */
export function folder({ relative }: ImageCard): string {
  const end = relative.lastIndexOf("/");
  return end < 0 ? "" : relative.slice(0, end);
}

/** "3 copies · 24 MB to gain". */
export function summary(group: DuplicateGroup): string {
  const copies = group.members.length - 1;
  return `${count(copies)} ${copies === 1 ? "copy" : "copies"} · ${size(group.gain)} to gain`;
}

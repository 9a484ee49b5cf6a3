/** Kinds of sequences as people read them. */
import type { Burst, SequenceKind } from "~/api/types";
import { count, duration } from "~/lib/format";

export const KIND_WORDS: Record<SequenceKind, string> = {
  burst: "Burst",
  bracket: "Exposure bracket",
  panorama: "Panorama",
  hdr: "HDR pair",
  timelapse: "Time-lapse",
};

/** Why nothing is to be thrown out of a sequence of that kind; null for bursts. */
export const KEPT_WHOLE: Record<SequenceKind, string | null> = {
  burst: null,
  bracket: "The frames of a bracket belong together: they are one picture at several exposures.",
  panorama: "The frames of a panorama belong together: each shows another part.",
  hdr: "Both belong together: the camera’s own blend and the plain frame.",
  timelapse: "The frames of a time-lapse belong together: it is their number that counts.",
};

/** "7 frames in 2 s". */
export function extent({ members, seconds }: Burst): string {
  const frames = `${count(members.length)} ${members.length === 1 ? "frame" : "frames"}`;
  if (seconds < 0.1) return `${frames} at once`;
  return `${frames} in ${seconds < 10 ? `${seconds.toFixed(1)} s` : duration(seconds)}`;
}

/** Id of the frame that was kept: the only pick, all others rejected; null where that isn't decided. */
export function keptFrame({ members }: Burst): number | null {
  const picks = members.filter(({ image }) => image.flag === "pick");
  const rejects = members.filter(({ image }) => image.flag === "reject");
  return picks.length === 1 && rejects.length === members.length - 1 ? picks[0]!.image.id : null;
}

/** Shapes of answers that the OpenAPI document does not have yet. */
import type { TierName, ImageCard, RunOfGroups, JobGlance } from "./types";

export type SequenceKind = "burst" | "bracket" | "panorama" | "hdr";

export interface PlannedAction {
  group: number;
  image: ImageCard;
  keeper: ImageCard;
  operation: "hide" | "trash";
  merged: string[];
  reasons: string[];
}

export interface Refusal {
  group: number;
  image: number | null;
  reason: string;
}

export interface Plan {
  digest: string;
  groups: number;
  leaving: number;
  freed: number;
  kept: number;
  undecided: number;
  refused: Refusal[];
  actions: PlannedAction[];
  left_off: number;
}

export interface PlanWish {
  catalog: string;
  groups: number[] | null;
  filter?: { tier?: TierName; decided?: boolean };
  policy?: string;
  keepers?: Record<string, number>;
  action?: "hide" | "trash";
  tiers?: TierName[];
}

export interface BurstMember {
  image: ImageCard;
  position: number;
  score: number;
  reasons: string[];
}

export interface Burst {
  id: number;
  kind: SequenceKind;
  best: number;
  started_at: string;
  seconds: number;
  camera: string | null;
  reasons: string[];
  members: BurstMember[];
}

export interface BurstList {
  run: RunOfGroups | null;
  job: JobGlance | null;
  summary: { bursts: number; images: number };
  items: Burst[];
  next: string | null;
}

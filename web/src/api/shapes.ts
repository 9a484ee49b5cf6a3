/** Shapes of answers that the OpenAPI document does not have yet. */
import type { TierName, ImageCard } from "./types";

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

/** The sequences of a view as a line of the command `lumina`. */
import type { BurstQuery } from "~/api/review";
import { quote } from "~/lib/commands";

export function burstsCommand({ catalog, kind }: BurstQuery): string {
  const flags = [catalog ? `--catalog ${quote(catalog)}` : "", kind ? `--kind ${kind}` : ""];
  return ["lumina", "bursts", ...flags].filter(Boolean).join(" ");
}

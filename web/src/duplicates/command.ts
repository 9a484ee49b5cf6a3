/** The groups of a view as a line of the command `lumina`. */
import type { GroupQuery } from "~/api/review";
import { quote } from "~/lib/commands";

export function duplicatesCommand({ catalog, tier }: GroupQuery): string {
  const flags = [catalog ? `--catalog ${quote(catalog)}` : "", tier ? `--tier ${tier}` : ""];
  return ["lumina", "duplicates", ...flags].filter(Boolean).join(" ");
}

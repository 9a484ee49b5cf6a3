/** Views as lines of the command `lumina`. */
import { quote } from "./commands";
import { type Filters, toParams } from "./filters";

/** Filters that are switches on the command line: what stands there for true and for false. */
const SWITCHES: Record<string, [string, string]> = {
  undated: ["--undated", "--dated"],
  has_gps: ["--gps", "--no-gps"],
  missing: ["--missing", ""],
  favourite: ["--favourite", "--no-favourite"],
};

/** The images of a view. */
export function listCommand(filters: Filters): string {
  const flags = [...toParams(filters)].map(([name, value]) => {
    const words = SWITCHES[name];
    if (words) return value === "true" ? words[0] : words[1];
    return `--${name.replaceAll("_", "-")} ${quote(value)}`;
  });
  return ["lumina", "images", ...flags].filter(Boolean).join(" ");
}

/** Views as lines of the command `lumina`. */
import { type Filters, toParams } from "./filters";
import { quote } from "./commands";

/** The images of a view. */
export function listCommand(filters: Filters): string {
  const flags = [...toParams(filters)].map(
    ([name, value]) => `--${name.replaceAll("_", "-")} ${quote(value)}`,
  );
  return ["lumina", "list", ...flags].join(" ");
}

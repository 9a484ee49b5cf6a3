/** What the page of corrections shows, as it stands in its address. */
import type { Search } from "~/lib/filters";

export interface CorrectionsView {
  /** Only questions about this node. */
  node?: string;
  /** Node whose training is looked at. */
  lesson?: string;
}

const NUMBER = /^[1-9]\d{0,15}$/;

export function readCorrections(search: Record<string, unknown>): CorrectionsView {
  const view: CorrectionsView = {};
  for (const name of ["node", "lesson"] as const) {
    const value = String([(search as Search)[name] ?? ""].flat()[0]);
    if (NUMBER.test(value)) view[name] = value;
  }
  return view;
}

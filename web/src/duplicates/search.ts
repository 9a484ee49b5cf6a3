/** What the pages of copies and of sequences show, as it stands in their addresses. */
import type { Search } from "~/lib/filters";

export interface GroupView {
  catalog?: string;
  tier?: string;
  decided?: string;
  sort?: string;
  /** Group that is looked at. */
  group?: string;
}

export interface SequenceView {
  catalog?: string;
  kind?: string;
  burst?: string;
}

const NUMBER = /^[1-9]\d{0,15}$/;
const WORD = /./;

const GROUP: Record<keyof GroupView, RegExp> = {
  catalog: WORD,
  tier: /^(bytes|pixels|picture|subject)$/,
  decided: /^(true|false)$/,
  sort: /^(images|similarity)$/,
  group: NUMBER,
};

const SEQUENCE: Record<keyof SequenceView, RegExp> = {
  catalog: WORD,
  kind: /^(burst|bracket|panorama|hdr|timelapse)$/,
  burst: NUMBER,
};

/** The values of a query that have the right shape. */
function read<T extends object>(search: Record<string, unknown>, shapes: Record<keyof T, RegExp>): T {
  const found: Record<string, string> = {};
  for (const [name, shape] of Object.entries(shapes) as [string, RegExp][]) {
    const value = [(search as Search)[name] ?? []].flat()[0];
    if (value !== undefined && shape.test(String(value))) found[name] = String(value);
  }
  return found as T;
}

export const readView = (search: Record<string, unknown>) => read<GroupView>(search, GROUP);
export const readSequences = (search: Record<string, unknown>) => read<SequenceView>(search, SEQUENCE);

/** As query of the API and of a command: without what is only looked at. */
export function asQuery(view: object): string {
  const params = new URLSearchParams();
  for (const [name, value] of Object.entries(view))
    if (value && name !== "group" && name !== "burst") params.set(name, String(value));
  const text = params.toString();
  return text ? `?${text}` : "";
}

/** Changing a query's text: taking pieces out of it, and writing filters into it, so that it stays one that can be read. */

interface Token {
  text: string;
  start: number;
  end: number;
}

const TOKEN = /[()]|-(?=\()|-?[a-z]+:"[^"]*"?|-?"[^"]*"?|[^\s()]+/gi;
const FILTER = /^(-?)([a-z]+):(.*)$/is;
const JOINS = new Set(["AND", "OR"]);

function tokens(text: string): Token[] {
  return [...text.matchAll(TOKEN)].map(({ 0: found, index }) => ({
    text: found,
    start: index,
    end: index + found.length,
  }));
}

/** A place that the server counts in characters, as JavaScript counts it. */
export function unitsOf(text: string, characters: number): number {
  return [...text].slice(0, characters).join("").length;
}

/** The query without what stands between two places, and without what that leaves hanging. */
export function without(text: string, start: number, end: number): string {
  return write(tidied(tokens(text).filter((token) => token.end <= start || token.start >= end)));
}

/** The value of a filter that images have to meet; null where the query has none. */
export function valueOf(text: string, field: string): string | null {
  const found = filtersOf(text, field)[0];
  return found ? found.text.slice(field.length + 1).replaceAll('"', "") : null;
}

/** The query with a filter's value set, or with the filter taken out (null). */
export function withValue(text: string, field: string, value: string | null): string {
  const old = filtersOf(text, field);
  const [first, ...others] = old;
  if (value === null || !first) {
    const rest = write(tidied(tokens(text).filter(({ start }) => old.every((one) => one.start !== start))));
    return value === null ? rest : appended(rest, written(field, value));
  }
  const kept = tokens(text).filter(({ start }) => others.every((one) => one.start !== start));
  return write(
    tidied(
      kept.map((token) => (token.start === first.start ? { ...token, text: written(field, value) } : token)),
    ),
  );
}

/** The query with its last word as the beginning of one; null where no word stands at its end. */
export function begun(text: string): string | null {
  const word = /(?:^|[\s(])([^\s():"“”*-][^\s():"“”*]+)$/.exec(text)?.[1];
  return word === undefined || word === "NOT" || JOINS.has(word) ? null : `${text}*`;
}

/** A filter as it is written: with quotation marks where it needs them. */
export function written(field: string, value: string): string {
  const plain = value.replace(/["“”„‟]/g, " ").trim();
  return /^[^\s()]+$/.test(plain) ? `${field}:${plain}` : `${field}:"${plain}"`;
}

function filtersOf(text: string, field: string): Token[] {
  return tokens(text).filter(({ text: token }) => {
    const match = FILTER.exec(token);
    return match?.[1] === "" && match[2]!.toLowerCase() === field;
  });
}

/** Behind an OR a filter would belong to what stands there alone: hence the brackets. */
function appended(text: string, filter: string): string {
  if (text === "") return filter;
  let depth = 0;
  const either = tokens(text).some(({ text: token }) => {
    depth += Number(token === "(") - Number(token === ")");
    return depth === 0 && token === "OR";
  });
  return either ? `(${text}) ${filter}` : `${text} ${filter}`;
}

/** Without operators that have nothing to work on, and without empty brackets. */
function tidied(given: Token[]): Token[] {
  const kept = [...given];
  for (let i = 0; i < kept.length;) {
    const gone = hanging(kept[i - 1]?.text, kept[i]!.text, kept[i + 1]?.text);
    if (gone === 0) i++;
    else {
      kept.splice(i, gone);
      i = Math.max(0, i - 2);
    }
  }
  return kept;
}

/** How many tokens from here on are of no use. */
function hanging(before: string | undefined, here: string, after: string | undefined): number {
  const closed = after === undefined || after === ")";
  if (here === "(") return after === ")" ? 2 : 0;
  if (here === "NOT" || here === "-") return closed || JOINS.has(after) ? 1 : 0;
  if (!JOINS.has(here)) return 0;
  return closed || opens(before) ? 1 : 0;
}

/** Whether nothing stands before that an operator could work on. */
function opens(before: string | undefined): boolean {
  return before === undefined || before === "(" || JOINS.has(before);
}

function write(all: Token[]): string {
  return all
    .map(({ text }) => text)
    .join(" ")
    .replaceAll("( ", "(")
    .replaceAll(" )", ")")
    .replaceAll("- (", "-(");
}

/** Dates as people type them. */

const MONTHS = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];

/** `YYYY`, `YYYY-MM` or `YYYY-MM-DD` for "2019", "July 2019", "14 July 2019", "2019/7/14"; null for anything else. */
export function readDate(text: string): string | null {
  const parts = text
    .toLowerCase()
    .split(/[^\p{L}\d]+/u)
    .filter(Boolean);
  const named = parts.findIndex((part) => monthNamed(part) > 0);
  const numbers = parts
    .filter((_, i) => i !== named)
    .map((part) => Number(part.replace(/^(\d+)(st|nd|rd|th)$/, "$1")));
  if (parts.length === 0 || parts.length > 3 || numbers.some((number) => !Number.isInteger(number)))
    return null;
  const yearAt = numbers.findIndex((number) => number >= 1000 && number <= 9999);
  if (yearAt < 0) return null;
  const year = numbers[yearAt]!;
  const rest = numbers.filter((_, i) => i !== yearAt);
  if (named >= 0) return join(year, monthNamed(parts[named]!), rest[0]);
  return join(
    year,
    rest[yearAt === 0 ? 0 : rest.length - 1],
    rest.length > 1 ? rest[yearAt === 0 ? 1 : 0] : undefined,
  );
}

function monthNamed(word: string): number {
  return word.length >= 3 ? MONTHS.indexOf(word.slice(0, 3)) + 1 : 0;
}

function join(year: number, month: number | undefined, day: number | undefined): string | null {
  if (month === undefined) return String(year);
  if (month < 1 || month > 12) return null;
  const text = `${year}-${String(month).padStart(2, "0")}`;
  if (day === undefined) return text;
  const last = new Date(Date.UTC(year, month, 0)).getUTCDate();
  return day >= 1 && day <= last ? `${text}-${String(day).padStart(2, "0")}` : null;
}

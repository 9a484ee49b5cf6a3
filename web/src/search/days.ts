/** Days from one to another as the filter `date:` has them. */
export interface Days {
  from?: string;
  to?: string;
}

const DAY = /^\d{4}-\d{2}-\d{2}$/;

/** The days of a value; nothing where it is a year, a month, or anything that is not made of two days. */
export function readDays(value: string | null): Days {
  if (value === null) return {};
  const [from = "", to] = value.split("..");
  if (to === undefined) {
    if (DAY.test(from)) return { from, to: from };
    const side = /^(>=|<=)(.*)$/.exec(from);
    if (!side || !DAY.test(side[2]!)) return {};
    return side[1] === ">=" ? { from: side[2] } : { to: side[2] };
  }
  return DAY.test(from) && DAY.test(to) ? { from, to } : {};
}

/** The inverse; null where there are none. Two days in the wrong order change places. */
export function writeDays({ from, to }: Days): string | null {
  if (from && to) return from === to ? from : [from, to].sort().join("..");
  if (from) return `>=${from}`;
  return to ? `<=${to}` : null;
}

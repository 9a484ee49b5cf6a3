/** Numbers, times and dates as people read them. Wall-clock times carry no zone and are shown as they are. */

const LOCALE =
  typeof navigator !== "undefined" && navigator.language.startsWith("en") ? navigator.language : "en-GB";

function dateFormat(options: Intl.DateTimeFormatOptions): (iso: string) => string {
  const format = new Intl.DateTimeFormat(LOCALE, { ...options, timeZone: "UTC" });
  return (iso) => {
    const time = Date.parse(iso.length <= 10 ? `${iso}T00:00:00Z` : `${iso.replace(/Z$/, "")}Z`);
    return Number.isNaN(time) ? iso : format.format(time);
  };
}

export const longDay = dateFormat({ weekday: "long", day: "numeric", month: "long", year: "numeric" });
export const shortDay = dateFormat({ weekday: "short", day: "numeric", month: "short", year: "numeric" });
export const compactDay = dateFormat({ day: "numeric", month: "short", year: "numeric" });
export const plainDay = dateFormat({ day: "numeric", month: "long", year: "numeric" });
export const monthYear = dateFormat({ month: "long", year: "numeric" });
export const clock = dateFormat({ hour: "2-digit", minute: "2-digit" });
export const fullTime = dateFormat({
  weekday: "short",
  day: "numeric",
  month: "long",
  year: "numeric",
  hour: "2-digit",
  minute: "2-digit",
  second: "2-digit",
});

const number = new Intl.NumberFormat(LOCALE);

/** 1204 -> "1,204". */
export function count(value: number): string {
  return number.format(value);
}

/** "1 image", "2 images". */
export function images(value: number): string {
  return `${count(value)} ${value === 1 ? "image" : "images"}`;
}

/** Bytes in powers of 1000, as disks are sold. */
export function size(bytes: number): string {
  const units = ["bytes", "kB", "MB", "GB", "TB"];
  let [value, unit] = [bytes, 0];
  while (value >= 1000 && unit < units.length - 1) {
    value /= 1000;
    unit++;
  }
  return `${unit === 0 ? value : value.toFixed(value < 10 ? 1 : 0)} ${units[unit]}`;
}

/** 75 -> "1 min 15 s"; hours drop the seconds. */
export function duration(seconds: number): string {
  const whole = Math.max(0, Math.round(seconds));
  if (whole < 60) return `${whole} s`;
  if (whole < 3600) return `${Math.floor(whole / 60)} min ${whole % 60} s`;
  return `${count(Math.floor(whole / 3600))} h ${Math.floor((whole % 3600) / 60)} min`;
}

/** Length of a video: 75 -> "1:15". */
export function playtime(seconds: number): string {
  const whole = Math.round(seconds);
  const parts = [Math.floor(whole / 3600), Math.floor((whole % 3600) / 60), whole % 60];
  if (parts[0] === 0) parts.shift();
  return parts.map((part, i) => (i === 0 ? String(part) : String(part).padStart(2, "0"))).join(":");
}

/** How long ago a moment (ISO, UTC) was. */
export function ago(iso: string | null, now = Date.now()): string {
  if (!iso) return "never";
  const seconds = (now - Date.parse(iso)) / 1000;
  if (Number.isNaN(seconds)) return iso;
  if (seconds < 45) return "just now";
  return relative(-seconds);
}

/** How long it is until a moment (ISO, UTC): "in 5 minutes"; "in a moment" where that is soon or over. */
export function until(iso: string, now = Date.now()): string {
  const seconds = (Date.parse(iso) - now) / 1000;
  if (Number.isNaN(seconds)) return iso;
  return seconds < 45 ? "in a moment" : relative(seconds);
}

function relative(seconds: number): string {
  const steps: [number, Intl.RelativeTimeFormatUnit][] = [
    [60, "minute"],
    [3600, "hour"],
    [86_400, "day"],
    [2_592_000, "month"],
    [31_536_000, "year"],
  ];
  const [length, unit] = steps.findLast(([step]) => Math.abs(seconds) >= step * 0.75) ?? steps[0]!;
  return new Intl.RelativeTimeFormat(LOCALE, { numeric: "auto" }).format(Math.round(seconds / length), unit);
}

/** A moment (ISO, UTC) as the clock of this room shows it: "14:30", with its day where that is not today. */
export function moment(iso: string, now = new Date()): string {
  const at = new Date(iso);
  const day =
    at.toDateString() === now.toDateString()
      ? {}
      : ({ weekday: "short", day: "numeric", month: "short" } as const);
  return new Intl.DateTimeFormat(LOCALE, { ...day, hour: "2-digit", minute: "2-digit" }).format(at);
}

/** Images per second: "63/s", "0.4/s". */
export function rate(perSecond: number): string {
  return `${perSecond < 10 ? perSecond.toFixed(1) : count(Math.round(perSecond))}/s`;
}

/** A share as per cent that says 100 only when all is done. */
export function percent(part: number, whole: number): string {
  if (whole <= 0) return "0 %";
  const value = (part / whole) * 100;
  const shown = value > 99 && value < 100 ? 99 : value > 0 && value < 1 ? 1 : Math.round(value);
  return `${shown} %`;
}

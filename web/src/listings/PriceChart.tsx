import type { ListingDetails } from "~/api/types";
import { compactDay, count } from "~/lib/format";
import { type Step, stepsOf } from "./prices";
import { sayPrice } from "./words";
import styles from "./Detail.module.css";

const WIDTH = 320;
const HEIGHT = 64;
const EDGE = 5;

/** The price over time, as steps. */
export function PriceChart({ listing }: { listing: ListingDetails }) {
  const steps = stepsOf(listing.history);
  if (steps.length < 2) return null;
  const now = Date.parse(listing.seen_at);
  const [from, until] = [steps[0]!.at, Math.max(now, steps.at(-1)!.at)];
  const prices = steps.map(({ price }) => price);
  const [low, high] = [Math.min(...prices), Math.max(...prices)];
  const x = (at: number) => EDGE + ((at - from) / Math.max(1, until - from)) * (WIDTH - 2 * EDGE);
  const y = (price: number) => HEIGHT - EDGE - ((price - low) / (high - low || 1)) * (HEIGHT - 2 * EDGE);
  const line = steps.map(
    ({ at, price }, i) => `${i === 0 ? "M" : "H"}${x(at)}${i === 0 ? "," : "V"}${y(price)}`,
  );
  const say = (price: number) => sayPrice(String(price), listing.currency) ?? "";
  const changes = steps.length - 1;
  return (
    <figure className={styles.chart}>
      <svg viewBox={`0 0 ${WIDTH} ${HEIGHT}`} role="img" aria-label={inWords(steps, say)}>
        <path d={`${line.join("")}H${x(until)}`} />
        {steps.map(({ at, price }) => (
          <circle key={at} cx={x(at)} cy={y(price)} r={2.6} />
        ))}
      </svg>
      <figcaption>
        <span>{compactDay(new Date(from).toISOString())}</span>
        <span>
          {count(changes)} {changes === 1 ? "change" : "changes"}, {say(low)} to {say(high)}
        </span>
        <span>{compactDay(new Date(until).toISOString())}</span>
      </figcaption>
    </figure>
  );
}

function inWords(steps: readonly Step[], say: (price: number) => string): string {
  const told = steps.map(({ at, price }) => `${say(price)} from ${compactDay(new Date(at).toISOString())}`);
  return `Price: ${told.join(", ")}`;
}

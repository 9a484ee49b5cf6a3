/** What there is to say of marketplaces that are followed and have no listing yet. */
import type { Job, Market, MarketFollow } from "~/api/types";
import { ago, moment, until } from "~/lib/format";

export interface Standing {
  title: string;
  text: string;
  /** Asking now would help. */
  ask: boolean;
}

/** Shorter pauses than this are part of a sync. */
const PAUSE_MS = 60_000;
const BY_ITSELF = "It goes on by itself then, while Lumina is up.";

/** Where a marketplace stands, and what it waits for. `job`: the sync that is under way. */
export function standingOf(market: Market, job: Job | undefined, now = Date.now()): Standing {
  const { limit, waits, follows } = market;
  const blocked = limit.blocked_until;
  if (blocked && Date.parse(blocked) - now > PAUSE_MS)
    return {
      title: `${market.title} may not be asked until ${moment(blocked)}`,
      text: [sentence(limit.reason), BY_ITSELF].filter(Boolean).join(" "),
      ask: false,
    };
  if (waits) return { title: `${market.title} is not asked`, text: waits, ask: false };
  if (market.job)
    return {
      title: "Looking for listings",
      text: job?.message ?? "The first ones appear here in a moment.",
      ask: false,
    };
  const failed = follows.find(({ error }) => error);
  if (failed) return { title: "The last sync did not get through", text: sentence(failed.error), ask: true };
  const due = dueFirst(follows);
  if (due) return { title: "Nothing is synced yet", text: sayDue(due), ask: true };
  return {
    title: "What you follow has no listings",
    text: "Nobody offers anything of that kind, or under that name. Other words may find more.",
    ask: true,
  };
}

/** Of those that were never synced whole, the one whose turn is next. */
function dueFirst(follows: readonly MarketFollow[]): MarketFollow | undefined {
  return follows
    .filter(({ synced_at }) => synced_at === null)
    .sort((a, b) => Date.parse(a.due_at ?? "") - Date.parse(b.due_at ?? ""))[0];
}

function sayDue({ due_at }: MarketFollow): string {
  return `It begins by itself ${due_at ? until(due_at) : "soon"}, while Lumina is up.`;
}

/** How one of what is followed stands, in a few words. `told`: what is said of all already. */
export function sayFollow({ error, synced_at, due_at, unfinished }: MarketFollow, told = ""): string {
  if (error && sentence(error) !== told) return error;
  if (error) return due_at ? `again ${until(due_at)}` : "did not get through";
  if (unfinished) return "begun";
  if (synced_at) return `synced ${ago(synced_at)}`;
  return due_at ? `due ${until(due_at)}` : "not synced yet";
}

const KINDS: Record<MarketFollow["kind"], string> = { shop: "Shop", keywords: "Words", taxonomy: "Category" };

export function sayKind({ kind }: Pick<MarketFollow, "kind">): string {
  return KINDS[kind];
}

/** "it is tired" -> "It is tired." */
function sentence(text: string | null): string {
  if (!text) return "";
  const whole = text.charAt(0).toUpperCase() + text.slice(1);
  return /[.!?]$/.test(whole) ? whole : `${whole}.`;
}

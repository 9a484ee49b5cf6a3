/** Blurred previews: the mean colour at once, the picture as soon as the worker has drawn it. */
import { thumbHashToAverageRGBA } from "thumbhash";
import { bytesOf } from "~/lib/base64";
import { drawPlaceholders } from "./work";

const KEPT = 4000;
const drawn = new Map<string, string>();
const wishes = new Map<string, Set<HTMLElement>>();
let asked = false;

/** The mean colour of a thumbhash as CSS, or undefined where it is broken. */
export function meanColour(hash: string | null): string | undefined {
  if (!hash) return undefined;
  try {
    const { r, g, b } = thumbHashToAverageRGBA(bytesOf(hash));
    return `rgb(${Math.round(r * 255)} ${Math.round(g * 255)} ${Math.round(b * 255)})`;
  } catch {
    return undefined;
  }
}

/** Paints a thumbhash behind an element; returns how to take the wish back. */
export function paintPlaceholder(element: HTMLElement, hash: string): () => void {
  const ready = drawn.get(hash);
  if (ready !== undefined) {
    paint(element, ready);
    return () => undefined;
  }
  const elements = wishes.get(hash) ?? new Set();
  wishes.set(hash, elements.add(element));
  if (!asked) {
    asked = true;
    setTimeout(() => void draw(), 30);
  }
  return () => {
    elements.delete(element);
    if (elements.size === 0) wishes.delete(hash);
  };
}

function paint(element: HTMLElement, picture: string): void {
  if (picture) element.style.backgroundImage = `url("${picture}")`;
}

async function draw(): Promise<void> {
  asked = false;
  const hashes = [...wishes.keys()];
  const taken = new Map(wishes);
  wishes.clear();
  const pictures = await drawPlaceholders(hashes);
  hashes.forEach((hash, i) => {
    drawn.set(hash, pictures[i] ?? "");
    for (const element of taken.get(hash) ?? []) paint(element, pictures[i] ?? "");
  });
  for (const hash of drawn.keys()) {
    if (drawn.size <= KEPT) break;
    drawn.delete(hash);
  }
}

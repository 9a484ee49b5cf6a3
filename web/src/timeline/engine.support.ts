/** A timeline before a server that is made up, and what a reader sees of it: for tests. */
import { vi } from "vitest";
import type { BucketColumns } from "~/api/types";
import type { Bucket } from "./buckets";
import { Timeline } from "./engine";
import { justify, type LayoutOptions } from "./layout";

export const options: LayoutOptions = {
  width: 1000,
  rowHeight: 200,
  gap: 4,
  heading: 46,
  dayGap: 20,
  minDay: 130,
  dayEnd: 18,
};
export const VIEWPORT = 800;

/** A server with `counts[i]` images in the i-th month, counted back from December 2020; ids and shapes are steady. */
export class FakeServer {
  asked: string[] = [];
  broken = new Set<string>();

  constructor(readonly counts: number[]) {}

  buckets(): Bucket[] {
    return this.counts.map((count, i) => {
      const key = this.key(i);
      return { key, start: `${key}-01T10:00:00`, end: `${key}-28T10:00:00`, count, undated: false };
    });
  }

  key(i: number): string {
    const number = 2020 * 12 + 11 - i;
    return `${Math.floor(number / 12)}-${String((number % 12) + 1).padStart(2, "0")}`;
  }

  load = async (key: string, signal: AbortSignal): Promise<BucketColumns> => {
    this.asked.push(key);
    await Promise.resolve();
    signal.throwIfAborted();
    if (this.broken.has(key)) throw new Error("broken");
    const month = this.counts.findIndex((_, i) => this.key(i) === key);
    const all = Array.from({ length: this.counts[month]! }, (_, i) => i);
    return {
      id: all.map((i) => month * 100_000 + i),
      taken_at: all.map(
        (i) => `${key}-${String(28 - Math.floor((i * 28) / all.length)).padStart(2, "0")}T10:00:00`,
      ),
      ratio: all.map((i) => [1.5, 0.67, 1.33, 2.4, 1][(i + month) % 5]!),
      placeholder: all.map(() => null),
      thumbnail: all.map(() => "ab"),
      kind: all.map(() => "photo" as const),
      duration: all.map(() => null),
      state: all.map((i) => (i % 10 === 0 ? ("missing" as const) : ("done" as const))),
      name: all.map((i) => `${i}.jpg`),
      rating: all.map(() => 0),
      flag: all.map(() => null),
      label: all.map(() => null),
      favourite: all.map(() => false),
    };
  };
}

export function open(server: FakeServer): Timeline {
  const timeline = new Timeline(
    { load: server.load, layout: async (input, given) => justify(input, given) },
    options,
  );
  timeline.resize({ ...options }, VIEWPORT);
  timeline.setBuckets(server.buckets());
  return timeline;
}

/** Keeps the clock for tests: loads, layouts and timers run when a test lets them. */
export function stopClock(): void {
  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout", "performance"] });
}

/** Lets loads, layouts and timers run. */
export async function settle(): Promise<void> {
  for (let i = 0; i < 8; i++) await vi.advanceTimersByTimeAsync(60);
}

/** Screen position of the first image in view, by id. */
export function firstInView(timeline: Timeline): { id: number; top: number } | null {
  for (const { laid, first, end, top } of timeline.view.buckets) {
    for (let i = first; laid && i < end; i++) {
      const at = top + laid.layout.y[i]! - timeline.scrollTop;
      if (at + laid.layout.h[i]! > 0) return { id: laid.images.columns.id[i]!, top: at };
    }
  }
  return null;
}

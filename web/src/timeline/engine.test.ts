import fc from "fast-check";
import { beforeEach, describe, expect, it, vi } from "vitest";
import type { BucketColumns } from "~/api/types";
import type { Bucket } from "./buckets";
import { Timeline } from "./engine";
import { justify, type LayoutOptions } from "./layout";
import { neighbour, travel } from "./travel";
import { waitingImages } from "./view";
import { WINDOW } from "./window";

const options: LayoutOptions = {
  width: 1000,
  rowHeight: 200,
  gap: 4,
  heading: 46,
  dayGap: 20,
  minDay: 130,
  dayEnd: 18,
};
const VIEWPORT = 800;

/** A server with `counts[i]` images in the i-th month, counted back from December 2020; ids and shapes are steady. */
class FakeServer {
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

function open(server: FakeServer): Timeline {
  const timeline = new Timeline(
    { load: server.load, layout: async (input, given) => justify(input, given) },
    options,
  );
  timeline.resize({ ...options }, VIEWPORT);
  timeline.setBuckets(server.buckets());
  return timeline;
}

/** Lets loads, layouts and timers run. */
async function settle(): Promise<void> {
  for (let i = 0; i < 8; i++) await vi.advanceTimersByTimeAsync(60);
}

/** Screen position of the first image in view, by id. */
function firstInView(timeline: Timeline): { id: number; top: number } | null {
  for (const { laid, first, end, top } of timeline.view.buckets) {
    for (let i = first; laid && i < end; i++) {
      const at = top + laid.layout.y[i]! - timeline.scrollTop;
      if (at + laid.layout.h[i]! > 0) return { id: laid.images.columns.id[i]!, top: at };
    }
  }
  return null;
}

beforeEach(() => {
  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout", "performance"] });
});

describe("the timeline", () => {
  it("loads what is in view first, then its neighbours, and no more", async () => {
    const server = new FakeServer(Array<number>(60).fill(200));
    open(server);
    await settle();
    expect(server.asked[0]).toBe("2020-12");
    expect(server.asked.length).toBeLessThan(6);
  });

  it("keeps the element small and reaches the last image of a million", async () => {
    const server = new FakeServer(Array<number>(600).fill(1700));
    const timeline = open(server);
    await settle();
    timeline.show(timeline.geometry.total);
    await settle();
    timeline.show(timeline.geometry.total);
    await settle();
    expect(timeline.geometry.total).toBeGreaterThan(16_800_000);
    expect(timeline.view.height).toBeLessThanOrEqual(WINDOW);
    const last = timeline.view.buckets.at(-1)!;
    expect(last.bucket.key).toBe(server.key(599));
    expect(last.laid!.images.columns.id[last.end - 1]).toBe(599 * 100_000 + 1699);
    expect(timeline.scrollTop + VIEWPORT).toBeLessThanOrEqual(timeline.view.height);
  });

  it("keeps the image that the reader came to where it is while new ones fill up its rows", async () => {
    const server = new FakeServer([28, 28]);
    const { load } = server;
    let news = 0;
    server.load = async (key, signal) => {
      const columns = await load(key, signal);
      const put = <T>(column: T[], value: (i: number) => T) => [
        ...Array.from({ length: news }, (_, i) => value(i)),
        ...column,
      ];
      const more = Object.entries(columns).map(([name, column]) => [name, put(column, () => column[0])]);
      const grown = {
        ...(Object.fromEntries(more) as unknown as BucketColumns),
        id: put(columns.id, (i) => 900_000 + i),
        taken_at: put(columns.taken_at, (i) => `2021-01-${31 - i}T10:00:00`),
      };
      return key === "2020-12" ? grown : columns;
    };
    const timeline = open(server);
    await settle();
    timeline.scrolled(600);
    await settle();
    const before = firstInView(timeline)!;
    for (news of [1, 2, 3, 5, 9, 0]) {
      timeline.setBuckets(server.buckets().map((bucket, i) => ({ ...bucket, count: 28 + (i ? 0 : news) })));
      await settle();
    }
    expect(firstInView(timeline)).toEqual(before);
  });

  it("keeps the first visible image where it is while estimates are corrected", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.integer({ min: 1, max: 900 }), { minLength: 5, maxLength: 40 }),
        fc.double({ min: 0.05, max: 0.9, noNaN: true }),
        async (counts, share) => {
          const timeline = open(new FakeServer(counts));
          await settle();
          timeline.show(timeline.geometry.total * share);
          await settle();
          const before = firstInView(timeline);
          const y = timeline.y;
          timeline.scrolled(Math.max(0, timeline.scrollTop - 40)); // wakes the loading of what stands above
          await settle();
          const after = firstInView(timeline);
          if (!before || !after || before.id !== after.id) return;
          expect(after.top - before.top).toBeCloseTo(Math.min(40, y), 0);
        },
      ),
      { numRuns: 25 },
    );
  });

  it("keeps the reader's image in place when the server counts more images above", async () => {
    const server = new FakeServer([50, 60, 70, 400, 400, 400]);
    const timeline = open(server);
    await settle();
    timeline.show(timeline.geometry.top(4) + 900);
    await settle();
    const before = firstInView(timeline)!;
    server.counts[0] = 900;
    server.counts[1] = 1200;
    timeline.setBuckets(server.buckets());
    await settle();
    expect(firstInView(timeline)).toEqual(before);
  });

  it("keeps the reader's image in place when its month is split", async () => {
    const server = new FakeServer([50, 60, 70, 400, 400]);
    const timeline = open(server);
    await settle();
    timeline.show(timeline.geometry.top(3) + 1500);
    await settle();
    const before = firstInView(timeline)!;
    const month = server.key(3);
    const load = server.load;
    server.load = async (key, signal) => {
      if (!key.startsWith(`${month}-`)) return load(key, signal);
      const whole = await load(month, signal);
      const pick = <T>(column: T[]) => column.filter((_, i) => whole.taken_at[i]!.slice(0, 10) === key);
      return Object.fromEntries(
        Object.entries(whole).map(([name, column]) => [name, pick(column as unknown[])]),
      ) as unknown as BucketColumns;
    };
    const timelineOfDays = new Timeline(
      {
        load: (key, signal) => server.load(key, signal),
        layout: async (input, given) => justify(input, given),
      },
      options,
    );
    Object.assign(timeline, { ports: (timelineOfDays as unknown as { ports: unknown }).ports });
    const days = Array.from({ length: 28 }, (_, i) => String(28 - i).padStart(2, "0")).map((day) => {
      const key = `${month}-${day}`;
      return { key, start: `${key}T10:00:00`, end: `${key}T10:00:00`, count: 14, undated: false };
    });
    const buckets = server.buckets();
    timeline.setBuckets([...buckets.slice(0, 3), ...days, ...buckets.slice(4)]);
    await settle();
    expect(timeline.geometry.indexOf(month)).toBe(-1);
    expect(firstInView(timeline)!.id).toBe(before.id);
    expect(firstInView(timeline)!.top).toBeCloseTo(before.top, 0);
  });

  it("stays at the very top while new images come in there", async () => {
    const server = new FakeServer([5, 60]);
    const timeline = open(server);
    await settle();
    server.counts[0] = 400;
    timeline.setBuckets(server.buckets());
    await settle();
    expect(timeline.y).toBe(0);
    expect(firstInView(timeline)!.id).toBe(0);
  });

  it("moves 1:1 with the wheel across a move of the window", async () => {
    const timeline = open(new FakeServer(Array<number>(300).fill(2000)));
    await settle();
    timeline.show(WINDOW - 100_000);
    await settle();
    for (let i = 0; i < 400; i++) {
      const before = timeline.y;
      timeline.scrolled(timeline.scrollTop + 500);
      expect(timeline.y - before).toBe(500);
    }
    expect(timeline.scrollTop).toBeLessThan(WINDOW);
  });

  it("loads nothing while the reader flies past, and all once they rest", async () => {
    const server = new FakeServer(Array<number>(200).fill(500));
    const timeline = open(server);
    await settle();
    const before = server.asked.length;
    for (let i = 1; i <= 20; i++) {
      timeline.showPlace({ bucket: i * 5, within: 0 });
      await vi.advanceTimersByTimeAsync(16);
    }
    expect(server.asked.length - before).toBeLessThan(6);
    await settle();
    expect(server.asked).toContain(server.key(100));
  });

  it("keeps what is there when a bucket can't be read, and reads it when asked again", async () => {
    const server = new FakeServer([10, 10, 10]);
    server.broken.add("2020-11");
    const timeline = open(server);
    await settle();
    const failed = timeline.view.buckets.find(({ bucket }) => bucket.key === "2020-11")!;
    expect(failed.problem).toBeInstanceOf(Error);
    expect(timeline.view.buckets[0]!.laid).toBeDefined();
    server.broken.clear();
    timeline.loader.retry();
    await settle();
    expect(timeline.view.buckets.find(({ bucket }) => bucket.key === "2020-11")!.laid).toBeDefined();
  });

  it("lays out anew for another width around the same image", async () => {
    const timeline = open(new FakeServer(Array<number>(20).fill(300)));
    await settle();
    timeline.show(timeline.geometry.top(6) + 500);
    await settle();
    const before = firstInView(timeline)!;
    timeline.resize({ ...options, width: 500 }, VIEWPORT);
    await settle();
    const seen = timeline.view.buckets.flatMap(({ laid, top }) =>
      (laid?.images.columns.id ?? []).filter((_, i) => {
        const at = top + laid!.layout.y[i]! - timeline.scrollTop;
        return at < VIEWPORT && at + laid!.layout.h[i]! > 0;
      }),
    );
    expect(seen).toContain(before.id);
    const { layout } = timeline.geometry.laid.get(timeline.view.buckets[0]!.bucket.key)!;
    expect(Math.max(...layout.x.map((x, i) => x + layout.w[i]!))).toBeLessThanOrEqual(501);
  });

  it("names the images in view that wait for a thumbnail", async () => {
    const timeline = open(new FakeServer([100]));
    await settle();
    const waiting = waitingImages(timeline.view, 2);
    expect(waiting).toEqual([0, 10]);
  });

  it("opens at an image that isn't loaded", async () => {
    const timeline = open(new FakeServer(Array<number>(40).fill(300)));
    await settle();
    const key = timeline.revealImage(30 * 100_000 + 150, "2018-06-14T10:00:00");
    await settle();
    expect(key).toBe("2018-06");
    const seen = timeline.view.buckets.flatMap(
      ({ laid, first, end }) => laid?.images.columns.id.slice(first, end) ?? [],
    );
    expect(seen).toContain(30 * 100_000 + 150);
  });
});

describe("travelling", () => {
  it("goes to older and newer days, months, years and back", async () => {
    const timeline = open(new FakeServer(Array<number>(40).fill(120)));
    await settle();
    expect(timeline.dateHere()).toBe("2020-12-28");
    await travel(timeline, "day", 1);
    await settle();
    expect(timeline.dateHere()).toBe("2020-12-27");
    await travel(timeline, "month", 1);
    await settle();
    expect(timeline.dateHere()).toBe("2020-11-28");
    await travel(timeline, "year", 1);
    await settle();
    expect(timeline.dateHere()).toBe("2019-12-28");
    await travel(timeline, "month", -1);
    await settle();
    expect(timeline.dateHere()).toBe("2020-01-28");
    await travel(timeline, "day", -1);
    await settle();
    expect(timeline.dateHere()).toBe("2020-02-01");
    await travel(timeline, "year", -1);
    await settle();
    expect(timeline.dateHere()).toBe("2020-12-28");
    expect(await travel(timeline, "year", -1)).toBeNull();
  });

  it("walks through every image with the right arrow and back with the left", async () => {
    const timeline = open(new FakeServer([7, 9, 4]));
    await settle();
    let spot = { key: "2020-12", item: 0 };
    const seen = [0];
    for (let next = neighbour(timeline, spot, "right"); next; next = neighbour(timeline, spot, "right")) {
      spot = next;
      seen.push(timeline.geometry.laid.get(spot.key)!.images.columns.id[spot.item]!);
    }
    expect(seen).toHaveLength(20);
    expect(new Set(seen).size).toBe(20);
    for (let i = 0; i < 19; i++) spot = neighbour(timeline, spot, "left")!;
    expect(spot).toEqual({ key: "2020-12", item: 0 });
    expect(neighbour(timeline, spot, "left")).toBeNull();
  });

  it("moves down a row and up again", async () => {
    const timeline = open(new FakeServer([80, 80]));
    await settle();
    const down = neighbour(timeline, { key: "2020-12", item: 0 }, "down")!;
    const { layout } = timeline.geometry.laid.get("2020-12")!;
    expect(layout.y[down.item]).toBeGreaterThan(layout.y[0]!);
    const up = neighbour(timeline, down, "up")!;
    expect(layout.y[up.item]).toBe(layout.y[0]);
  });
});

import fc from "fast-check";
import { beforeEach, describe, expect, it } from "vitest";
import type { BucketColumns } from "~/api/types";
import { Timeline } from "./engine";
import { FakeServer, firstInView, open, options, settle, stopClock, VIEWPORT } from "./engine.support";
import { justify } from "./layout";

beforeEach(stopClock);

describe("the place of the reader", () => {
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
});

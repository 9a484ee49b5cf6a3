import { beforeEach, describe, expect, it, vi } from "vitest";
import { FakeServer, open, settle, stopClock, VIEWPORT } from "./engine.support";
import { neighbour, travel } from "./travel";
import { waitingImages } from "./view";
import { WINDOW } from "./window";

beforeEach(stopClock);

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

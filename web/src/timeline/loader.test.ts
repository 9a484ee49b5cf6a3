import { describe, expect, it } from "vitest";
import { Loader } from "./loader";

class Desk {
  running = new Map<
    string,
    { resolve: (value: string) => void; reject: (error: unknown) => void; signal: AbortSignal }
  >();
  loaded: string[] = [];
  failed: string[] = [];
  loader = new Loader<string>(
    (key, signal) => new Promise((resolve, reject) => this.running.set(key, { resolve, reject, signal })),
    (key) => this.loaded.push(key),
    (key) => this.failed.push(key),
  );

  async finish(key: string): Promise<void> {
    this.running.get(key)!.resolve(key);
    this.running.delete(key);
    await new Promise((resolve) => setTimeout(resolve));
  }
}

describe("the loader", () => {
  it("loads the most urgent first, three at a time", async () => {
    const desk = new Desk();
    desk.loader.want(["a", "b", "c", "d"]);
    expect([...desk.running.keys()]).toEqual(["a", "b", "c"]);
    await desk.finish("b");
    expect(desk.running.has("d")).toBe(true);
    expect(desk.loaded).toEqual(["b"]);
  });

  it("cancels what is no longer wanted, and never hands it over", async () => {
    const desk = new Desk();
    desk.loader.want(["a"]);
    const { signal } = desk.running.get("a")!;
    desk.loader.want(["b"]);
    expect(signal.aborted).toBe(true);
    await desk.finish("a");
    expect(desk.loaded).toEqual([]);
  });

  it("doesn't ask twice for what runs", () => {
    const desk = new Desk();
    desk.loader.want(["a"]);
    const first = desk.running.get("a");
    desk.loader.want(["b", "a"]);
    expect(desk.running.get("a")).toBe(first);
  });

  it("remembers a failure until it is told to try again", async () => {
    const desk = new Desk();
    desk.loader.want(["a"]);
    desk.running.get("a")!.reject(new Error("no"));
    desk.running.delete("a");
    await new Promise((resolve) => setTimeout(resolve));
    expect(desk.failed).toEqual(["a"]);
    desk.loader.want(["a"]);
    expect(desk.running.has("a")).toBe(false);
    desk.loader.retry();
    expect(desk.running.has("a")).toBe(true);
  });
});

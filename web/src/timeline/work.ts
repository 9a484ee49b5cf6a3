/** The timeline's worker, spoken to in promises: layouts and placeholders are computed beside the page. */
import type { Layout, LayoutInput, LayoutOptions } from "./layout";

export type Request =
  | { id: number; kind: "layout"; input: LayoutInput; options: LayoutOptions }
  | { id: number; kind: "placeholders"; hashes: string[] };
export type Reply = { id: number; layout: Layout } | { id: number; pictures: string[] };

let worker: Worker | undefined;
let lastId = 0;
const waiting = new Map<number, (reply: Reply) => void>();

type Wish = Request extends infer R ? (R extends { id: number } ? Omit<R, "id"> : never) : never;

function post(wish: Wish): Promise<Reply> {
  worker ??= start();
  const id = ++lastId;
  return new Promise((resolve) => {
    waiting.set(id, resolve);
    worker?.postMessage({ ...wish, id });
  });
}

function start(): Worker {
  const started = new Worker(new URL("./timeline.worker.ts", import.meta.url), {
    type: "module",
    name: "timeline",
  });
  started.onmessage = ({ data }: MessageEvent<Reply>) => {
    waiting.get(data.id)?.(data);
    waiting.delete(data.id);
  };
  return started;
}

/** Starts the worker ahead of the first layout. */
export function warmUp(): void {
  worker ??= start();
}

/** A bucket's layout, computed in the worker. */
export async function layOut(input: LayoutInput, options: LayoutOptions): Promise<Layout> {
  const reply = await post({ kind: "layout", input, options });
  if (!("layout" in reply)) throw new Error("not a layout");
  return reply.layout;
}

/** Thumbhashes (base64) as addresses of small pictures, in order; "" where a hash is broken. */
export async function drawPlaceholders(hashes: string[]): Promise<string[]> {
  const reply = await post({ kind: "placeholders", hashes });
  return "pictures" in reply ? reply.pictures : [];
}

/** The server's events: jobs, coverage and new images as they happen. One stream for the whole app. */
import type { QueryClient } from "@tanstack/react-query";
import { Store } from "~/lib/store";
import type { Job } from "./types";

export type Connection = "connecting" | "live" | "lost";
export const connection = new Store<Connection>("connecting");

/**
 * `published`: another set of copies or sequences is shown now; `own`: this page itself has changed images; `undone`:
 * it has taken something back.
 */
export type Change = "catalog" | "coverage" | "published" | "own" | "undone";
type Listener = (event: Change) => void;
const listeners = new Set<Listener>();

/** Calls back when images or their states have changed. */
export function onChange(listener: Listener): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

/** Tells the views that this page itself has changed images, without waiting for the server to say so. */
export function announce(change: "own" | "undone" = "own"): void {
  for (const listener of listeners) listener(change);
}

const RETRY_MS = 2000;
const QUIET_MS = 800;
/** What is read again where images have changed. */
const OF_CATALOG = ["catalogs", "image", "albums", "actions"];

interface JobList {
  items: Job[];
  next: string | null;
}

/** Puts a job that has changed into the list of jobs, newest first. */
export function mergeJob(list: JobList | undefined, job: Job): JobList | undefined {
  if (!list) return list;
  const known = list.items.some((other) => other.id === job.id);
  const items = known ? list.items.map((other) => (other.id === job.id ? job : other)) : [job, ...list.items];
  return { ...list, items };
}

/** Listens while the page is visible; a hidden tab holds no connection. Returns how to stop. */
export function listen(client: QueryClient): () => void {
  let source: EventSource | null = null;
  let retry: ReturnType<typeof setTimeout> | undefined;
  const pending = new Map<string, ReturnType<typeof setTimeout>>();

  const later = (name: string, act: () => void) => {
    if (!pending.has(name))
      pending.set(
        name,
        setTimeout(() => (pending.delete(name), act()), QUIET_MS),
      );
  };
  const changed = (event: Change) => () =>
    later(event, () => {
      for (const listener of listeners) listener(event);
    });
  const stale = onChange((event) => {
    if (event === "published") return;
    const keys = event === "coverage" ? ["coverage"] : ["coverage", ...OF_CATALOG];
    for (const key of keys) void client.invalidateQueries({ queryKey: [key] });
  });
  const close = () => {
    clearTimeout(retry);
    source?.close();
    source = null;
  };
  const open = () => {
    close();
    source = new EventSource("/api/events");
    source.onopen = () => {
      if (connection.get() === "lost") void client.invalidateQueries();
      connection.set("live");
    };
    source.onerror = () => {
      close();
      connection.set("lost");
      retry = setTimeout(open, RETRY_MS);
    };
    source.addEventListener("job", (event: MessageEvent<string>) => {
      const job = JSON.parse(event.data) as Job;
      client.setQueryData<JobList>(["jobs"], (list) => mergeJob(list, job));
    });
    source.addEventListener("catalog", changed("catalog"));
    source.addEventListener("curation", changed("catalog"));
    source.addEventListener("published", changed("published"));
    source.addEventListener("coverage", changed("coverage"));
  };
  const onVisibility = () => (document.hidden ? close() : open());
  document.addEventListener("visibilitychange", onVisibility);
  onVisibility();
  return () => {
    stale();
    document.removeEventListener("visibilitychange", onVisibility);
    for (const timer of pending.values()) clearTimeout(timer);
    close();
  };
}

/** The server's events: jobs, coverage and new images as they happen. One stream for the whole app. */
import type { QueryClient } from "@tanstack/react-query";
import { Store } from "~/lib/store";
import type { Job } from "./types";

export type Connection = "connecting" | "live" | "lost";
export const connection = new Store<Connection>("connecting");

type Listener = (event: "catalog" | "coverage") => void;
const listeners = new Set<Listener>();

/** Calls back when images or their states have changed. */
export function onChange(listener: Listener): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

const RETRY_MS = 2000;
const QUIET_MS = 800;

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
  const changed = (event: "catalog" | "coverage") => () =>
    later(event, () => {
      void client.invalidateQueries({ queryKey: ["coverage"] });
      if (event === "catalog") void client.invalidateQueries({ queryKey: ["catalogs"] });
      for (const listener of listeners) listener(event);
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
    source.addEventListener("coverage", changed("coverage"));
  };
  const onVisibility = () => (document.hidden ? close() : open());
  document.addEventListener("visibilitychange", onVisibility);
  onVisibility();
  return () => {
    document.removeEventListener("visibilitychange", onVisibility);
    for (const timer of pending.values()) clearTimeout(timer);
    close();
  };
}

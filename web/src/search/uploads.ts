/** Pictures to search by that were dropped, pasted or chosen: in this window's memory, by the name in the address. */
import { useSyncExternalStore } from "react";

export interface Upload {
  file: Blob;
  name: string;
  /** Of the file, for showing it. */
  url: string;
}

const KEPT = 12;
const uploads = new Map<string, Upload>();
const listeners = new Set<() => void>();

/** Keeps a file; returns the name that it goes by in addresses. */
export function keep(file: Blob, name = "picture"): string {
  const token = crypto.getRandomValues(new Uint32Array(2)).join("-");
  uploads.set(token, { file, name, url: URL.createObjectURL(file) });
  for (const [old, { url }] of uploads) {
    if (uploads.size <= KEPT) break;
    URL.revokeObjectURL(url);
    uploads.delete(old);
  }
  for (const listener of listeners) listener();
  return token;
}

/** The picture of a name; undefined where the window was loaded anew since. */
export function uploaded(token: string | undefined): Upload | undefined {
  return token === undefined ? undefined : uploads.get(token);
}

export function useUpload(token: string | undefined): Upload | undefined {
  return useSyncExternalStore(
    (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    () => uploaded(token),
  );
}

/** The first picture among what was dropped or pasted. */
export function pictureOf(data: DataTransfer | null): File | undefined {
  return [...(data?.files ?? [])].find(({ type }) => type.startsWith("image/") || type === "");
}

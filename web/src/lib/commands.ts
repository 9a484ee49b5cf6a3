/** "Copy as command" and "copy as API call" of the present view. */
import { useEffect } from "react";
import { Store } from "./store";

export interface Command {
  /** Line for a shell. */
  command: string;
  /** Path and query of the API. */
  path: string;
  /** The whole call, where it is more than a path. */
  call?: string;
}

export const pageCommand = new Store<Command | null>(null);

/** Says how the page's view is asked for on a command line. */
export function usePageCommand(command: string, path: string, call?: string): void {
  useEffect(() => {
    const own = { command, path, call };
    pageCommand.set(own);
    return () => {
      if (pageCommand.get() === own) pageCommand.set(null);
    };
  }, [command, path, call]);
}

/** A word as a POSIX shell takes it literally. */
export function quote(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`;
}

/** A curl line for a path of this server. */
export function curl(path: string, origin = location.origin): string {
  return `curl -s ${quote(origin + path)}`;
}

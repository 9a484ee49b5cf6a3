/** The whole taxonomy, read once and kept while it is true. */
import { useQuery } from "@tanstack/react-query";
import { useMemo } from "react";
import { onChange } from "~/api/events";
import { taxonomy } from "~/api/taxonomy";
import { queryClient } from "~/app/client";
import { treeOf } from "./tree";

const QUIET_MS = 5000;
let timer: ReturnType<typeof setTimeout> | undefined;

/** The tree and the tags are read again. */
export function reread(): void {
  for (const key of ["taxonomy", "tags", "corrections-nodes"])
    void queryClient.invalidateQueries({ queryKey: [key] });
}

onChange((event) => {
  if (event === "own" || event === "undone") return reread();
  if (event !== "catalog" || timer) return; // while images pour in, not with each of them
  timer = setTimeout(() => {
    timer = undefined;
    reread();
  }, QUIET_MS);
});

/** `tree` is there once it was read. */
export function useNodes(enabled = true) {
  const asked = useQuery({
    queryKey: ["taxonomy"],
    queryFn: ({ signal }) => taxonomy.all(signal),
    staleTime: 60_000,
    enabled,
  });
  const { data } = asked;
  const tree = useMemo(() => data && treeOf(data.items), [data]);
  return { ...asked, tree };
}

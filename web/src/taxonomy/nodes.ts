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
  void queryClient.invalidateQueries({ queryKey: ["taxonomy"] });
  rereadTags();
}

function rereadTags(): void {
  for (const key of ["tags", "corrections-nodes"]) void queryClient.invalidateQueries({ queryKey: [key] });
}

onChange((event) => {
  if (event === "undone") return reread();
  if (event === "own") rereadTags();
  else if (event !== "catalog") return;
  // The counts of a whole tree: not with each of the images that pour in, nor with each answer.
  timer ??= setTimeout(() => {
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

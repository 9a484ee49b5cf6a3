/** The marketplaces while there is no listing: read again and again, and asked on a person's wish. */
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { mergeJob } from "~/api/events";
import { markets } from "~/api/market";
import type { JobList, MarketFollow } from "~/api/types";
import { complain } from "~/duplicates/act";

/** How often it is looked whether something has come. */
export const LOOK_MS = 3000;

export function useMarkets() {
  return useQuery({ queryKey: ["market"], queryFn: markets.all, refetchInterval: LOOK_MS });
}

/** Syncs a marketplace now. */
export function useSync() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (name: string) => markets.sync(name),
    onSuccess: (job) => {
      client.setQueryData<JobList>(["jobs"], (jobs) => mergeJob(jobs, job));
      void client.invalidateQueries({ queryKey: ["market"] });
    },
    onError: (error) => complain("ask the marketplace", error),
  });
}

interface Wish {
  market: string;
  kind: MarketFollow["kind"];
  value: string;
}

/** Follows something; it is synced soon after, by itself. */
export function useFollow() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: ({ market, kind, value }: Wish) => markets.follow(market, kind, value),
    onSuccess: () => client.invalidateQueries({ queryKey: ["market"] }),
  });
}

/** What listings can be filtered by. */
import { queryOptions, useQuery, useQueryClient } from "@tanstack/react-query";
import { useEffect, useRef } from "react";
import { listings } from "~/api/listings";
import type { ListingFilters } from "~/api/types";
import { LOOK_MS } from "./useMarkets";

const query = queryOptions({
  queryKey: ["listing-filters"],
  queryFn: listings.filters,
  staleTime: 60_000,
});

/** What listings can be filtered by. */
export function useListingFilters() {
  return useQuery(query);
}

/** The same; where there is no listing, until the first has come, with which the page begins anew. */
export function useFirstListings() {
  const client = useQueryClient();
  const { data: filters } = useQuery({
    ...query,
    refetchInterval: ({ state }) => (isNone(state.data) ? LOOK_MS : false),
  });
  const none = isNone(filters);
  const before = useRef(false);
  useEffect(() => {
    if (before.current && !none) void client.resetQueries({ queryKey: ["listings"] });
    before.current = none;
  }, [client, none]);
  return { filters, none };
}

function isNone(filters: ListingFilters | undefined): boolean {
  return filters?.states.length === 0;
}

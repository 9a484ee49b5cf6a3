/** What listings can be filtered by. */
import { useQuery } from "@tanstack/react-query";
import { listings } from "~/api/listings";

/** What listings can be filtered by; there being none says that there is no marketplace. */
export function useListingFilters() {
  return useQuery({ queryKey: ["listing-filters"], queryFn: listings.filters, staleTime: 60_000 });
}

import { QueryClient } from "@tanstack/react-query";
import { Problem } from "~/api/problem";

/** What was loaded stays on the page; what can't be had is asked for again only where time may help. */
export const queryClient = new QueryClient({
  defaultOptions: {
    queries: {
      staleTime: 10_000,
      gcTime: 10 * 60_000,
      refetchOnWindowFocus: false,
      retry: (failures, error) => failures < 1 && error instanceof Problem && error.status >= 500,
      retryDelay: 700,
      networkMode: "always",
    },
    mutations: { networkMode: "always" },
  },
});

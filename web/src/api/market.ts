/** Marketplaces: what is followed, how far everything is, and asking them. */
import { ask, server } from "./client";
import type { MarketFollow } from "./types";

export const markets = {
  all: () => ask(server.GET("/api/market")),
  follow: (market: string, kind: MarketFollow["kind"], value: string) =>
    ask(server.POST("/api/market/follows", { body: { market, kind, value, every_minutes: EVERY_MINUTES } })),
  sync: (market: string) => ask(server.POST("/api/market/sync", { body: { market } })),
};

const EVERY_MINUTES = 360;

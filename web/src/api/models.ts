/** The networks that look at pictures. */
import { ask, server } from "./client";
import type { components } from "./schema";

export type ModelInfo = components["schemas"]["Model"];

export const models = {
  list: () => ask(server.GET("/api/models")),
  pull: (name: string, acceptTerms = false) =>
    ask(
      server.POST("/api/models/{name}/pull", {
        params: { path: { name } },
        body: { accept_terms: acceptTerms, accept_change: false },
      }),
    ),
  cancel: (name: string) => ask(server.DELETE("/api/models/{name}/pull", { params: { path: { name } } })),
  remove: (name: string) => ask(server.DELETE("/api/models/{name}", { params: { path: { name } } })),
};

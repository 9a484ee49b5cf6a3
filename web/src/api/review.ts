/** Copies and sequences: what was found, what is to be done with them. */
import { ask, server } from "./client";
import type { components, paths } from "./schema";
import type { DuplicateSettings, PlanWish } from "./types";

type Schemas = components["schemas"];

type GroupsQuery = NonNullable<paths["/api/duplicates"]["get"]["parameters"]["query"]>;

type BurstsQuery = NonNullable<paths["/api/bursts"]["get"]["parameters"]["query"]>;

export interface GroupQuery {
  catalog?: string;
  tier?: string;
  decided?: string;
  sort?: string;
}

export interface BurstQuery {
  catalog?: string;
  kind?: string;
}

interface Page {
  cursor?: string;
  limit?: number;
}

export const review = {
  duplicates: (query: GroupQuery & Page, signal?: AbortSignal) =>
    ask(server.GET("/api/duplicates", { params: { query: query as GroupsQuery }, signal })),
  findDuplicates: (catalog: string) =>
    ask(
      server.POST("/api/catalogs/{catalog_id}/detect-duplicates", {
        params: { path: { catalog_id: catalog } },
        body: {},
      }),
    ),
  subjects: (query: { catalog: string } & Page, signal?: AbortSignal) =>
    ask(server.GET("/api/subjects", { params: { query }, signal })),
  findSubjects: (catalog: string) =>
    ask(server.POST("/api/jobs/detect-subjects", { body: { catalog_id: catalog } })),
  chooseKeeper: (group: number, image: number) =>
    ask(
      server.POST("/api/duplicates/{group_id}/keeper", {
        params: { path: { group_id: group } },
        body: { image_id: image },
      }),
    ),
  distinct: (groups: number[]) => ask(server.POST("/api/duplicates/distinct", { body: { groups } })),
  plan: (wish: PlanWish, signal?: AbortSignal) =>
    ask(server.POST("/api/duplicates/plan", { body: wish as Schemas["PlanWanted"], signal })),
  resolve: (wish: PlanWish, digest: string) =>
    ask(server.POST("/api/duplicates/resolve", { body: { ...wish, digest } as Schemas["ResolveWanted"] })),
  settings: (catalog: string) =>
    ask(server.GET("/api/catalogs/{catalog_id}/duplicates", { params: { path: { catalog_id: catalog } } })),
  changeSettings: (catalog: string, change: Partial<DuplicateSettings>) =>
    ask(
      server.PATCH("/api/catalogs/{catalog_id}/duplicates", {
        params: { path: { catalog_id: catalog } },
        body: change,
      }),
    ),
  bursts: (query: BurstQuery & Page, signal?: AbortSignal) =>
    ask(server.GET("/api/bursts", { params: { query: query as BurstsQuery }, signal })),
  keepFrame: (burst: number, image?: number) =>
    ask(
      server.POST("/api/bursts/{burst_id}/keep", {
        params: { path: { burst_id: burst } },
        body: { image_id: image ?? null },
      }),
    ),
  keepBest: (catalog: string) => ask(server.POST("/api/bursts/keep-best", { body: { catalog } })),
  findBursts: (catalog: string) =>
    ask(server.POST("/api/jobs/detect-bursts", { body: { catalog_id: catalog } })),
};

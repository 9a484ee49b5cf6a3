/** Copies and sequences: what was found, what is to be done with them. */
import { call } from "./call";
import { ask, server } from "./client";
import type { paths } from "./schema";
import type { Action, DuplicateSettings, Job } from "./types";
import type { Plan, PlanWish } from "./shapes";

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

/** What a started resolution is known by. */
export interface Started {
  job: Job | string | null;
  action: Action | number;
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
  chooseKeeper: (group: number, image: number) =>
    ask(
      server.POST("/api/duplicates/{group_id}/keeper", {
        params: { path: { group_id: group } },
        body: { image_id: image },
      }),
    ),
  distinct: (groups: number[]) => ask(server.POST("/api/duplicates/distinct", { body: { groups } })),
  plan: (wish: PlanWish, signal?: AbortSignal) =>
    call<Plan>("POST", "/duplicates/plan", { body: wish, signal }),
  resolve: (wish: PlanWish, digest: string) =>
    call<Started>("POST", "/duplicates/resolve", { body: { ...wish, digest } }),
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

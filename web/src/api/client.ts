/** The one door to the server. Every function throws `Problem`, or an AbortError where its signal fired. */
import { asProblem, isAbort, problemOf } from "./problem";
import type {
  BucketColumns,
  BucketList,
  Catalog,
  CatalogCoverage,
  Check,
  Facets,
  FailureGroup,
  FolderList,
  ImageFacts,
  Job,
  NodeInfo,
  SettingValue,
  Source,
} from "./types";
import { type Filters, toParams } from "~/lib/filters";

type Body = Record<string, unknown>;

async function ask<T>(path: string, init: RequestInit = {}): Promise<T> {
  let answer: Response;
  try {
    answer = await fetch(path, init);
  } catch (error) {
    throw isAbort(error) ? error : asProblem(error);
  }
  if (!answer.ok) throw problemOf(answer.status, await answer.json().catch(() => null));
  return (answer.status === 204 ? undefined : await answer.json()) as T;
}

function send<T>(method: string, path: string, body?: Body): Promise<T> {
  const headers = { "content-type": "application/json" };
  return ask<T>(path, { method, headers, body: body ? JSON.stringify(body) : undefined });
}

function withQuery(path: string, params: URLSearchParams): string {
  const text = params.toString();
  return text ? `${path}?${text}` : path;
}

export const api = {
  about: () => ask<{ version: string; schema: string }>("/api/about"),
  catalogs: () => ask<Catalog[]>("/api/catalogs"),
  addCatalog: (name: string) => send<Catalog>("POST", "/api/catalogs", { name }),
  addSource: (catalog: string, path: string) =>
    send<{ source: Source; job: Job }>("POST", `/api/catalogs/${catalog}/sources`, { path }),
  scanSource: (id: number) => send<Job>("POST", `/api/sources/${id}/scan`),
  changeSource: (id: number, change: { ignore_patterns?: string[]; path?: string }) =>
    send<Source>("PATCH", `/api/sources/${id}`, change),
  folders: (path: string) =>
    ask<FolderList>(withQuery("/api/folders", new URLSearchParams(path ? { path } : {}))),
  buckets: (filters: Filters, signal?: AbortSignal) =>
    ask<BucketList>(withQuery("/api/timeline/buckets", toParams(filters)), { signal }),
  bucket: (key: string, filters: Filters, signal?: AbortSignal) => {
    const params = toParams(filters);
    params.set("key", key);
    return ask<BucketColumns>(withQuery("/api/timeline/bucket", params), { signal });
  },
  facets: (filters: Filters) => ask<Facets>(withQuery("/api/facets", toParams(filters))),
  image: (id: number, filters: Filters) => ask<ImageFacts>(withQuery(`/api/images/${id}`, toParams(filters))),
  ungroup: (id: number) => send<{ images: number[] }>("POST", `/api/images/${id}/ungroup`),
  attention: (images: number[]) => send<undefined>("POST", "/api/attention", { images }),
  jobs: () => ask<{ items: Job[]; next: string | null }>("/api/jobs?limit=100"),
  jobErrors: (id: string) => ask<FailureGroup[]>(`/api/jobs/${id}/errors`),
  startJob: (body: {
    kind: string;
    catalog_id?: string;
    source_id?: number;
    stages?: string[];
    paths?: string[];
    failed?: boolean;
  }) => send<Job>("POST", "/api/jobs", body),
  steerJob: (id: string, verb: "cancel" | "pause" | "resume") => send<Job>("POST", `/api/jobs/${id}/${verb}`),
  retryJob: (id: string, code?: string) => send<Job>("POST", `/api/jobs/${id}/retry`, code ? { code } : {}),
  coverage: (catalog?: string) =>
    ask<{ catalogs: CatalogCoverage[] }>(
      withQuery("/api/coverage", new URLSearchParams(catalog ? { catalog } : {})),
    ),
  failures: (catalog: string, stage: string) =>
    ask<FailureGroup[]>(withQuery("/api/coverage/failures", new URLSearchParams({ catalog, stage }))),
  doctor: () => ask<{ checks: Check[] }>("/api/doctor"),
  settings: () => ask<SettingValue[]>("/api/settings"),
  nodes: () => ask<NodeInfo[]>("/api/nodes"),
};

/** Address of a thumbnail or proxy; with its content key it never changes and is cached for good. */
export function pictureUrl(id: number, kind: "thumbnail" | "proxy", key: string | null): string {
  return `/api/images/${id}/${kind}${key ? `?v=${key}` : ""}`;
}

/** Address of the master. */
export function originalUrl(id: number): string {
  return `/api/images/${id}/original`;
}

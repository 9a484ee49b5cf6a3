/** The one door to the server. Every function throws `Problem`, or an AbortError where its signal fired. */
import createClient from "openapi-fetch";
import type { Filters } from "~/lib/filters";
import { asProblem, isAbort, problemOf } from "./problem";
import type { components, paths } from "./schema";

type Schemas = components["schemas"];
/** Filters under the names and types that the API gives them; the URL holds the same as text. */
type Query = NonNullable<paths["/api/timeline/buckets"]["get"]["parameters"]["query"]>;

export const server = createClient<paths>({ baseUrl: "/", headers: { accept: "application/json" } });

interface Answer<T> {
  data?: T;
  error?: unknown;
  response: Response;
}

/** The answer's content; throws the problem where it is none. */
export async function ask<T>(asked: Promise<Answer<T>>): Promise<T> {
  let answer: Answer<T>;
  try {
    answer = await asked;
  } catch (error) {
    throw isAbort(error) ? error : asProblem(error);
  }
  if (!answer.response.ok) throw problemOf(answer.response.status, answer.error);
  return answer.data as T;
}

/** Fields with a value as a form that carries files. */
export function formOf(fields: object): FormData {
  const form = new FormData();
  for (const [name, value] of Object.entries(fields) as [string, unknown][])
    if (value !== undefined && value !== null && value !== "")
      form.append(name, value instanceof Blob ? value : String(value));
  return form;
}

/** The server reads text as what it should be; only the words of it are typed here. */
function queryOf(filters: Filters): Query {
  return filters as unknown as Query;
}

export const api = {
  catalogs: () => ask(server.GET("/api/catalogs")),
  addCatalog: (name: string) => ask(server.POST("/api/catalogs", { body: { name, import_mode: "copy" } })),
  addSource: (catalog: string, path: string) =>
    ask(
      server.POST("/api/catalogs/{catalog_id}/sources", {
        params: { path: { catalog_id: catalog } },
        body: { path },
      }),
    ),
  scanSource: (id: number, acceptLosses = false) =>
    ask(
      server.POST("/api/sources/{source_id}/scan", {
        params: { path: { source_id: id }, query: { accept_losses: acceptLosses } },
      }),
    ),
  changeSource: (id: number, body: Schemas["SourceChange"]) =>
    ask(server.PATCH("/api/sources/{source_id}", { params: { path: { source_id: id } }, body })),
  folders: (path: string) => ask(server.GET("/api/folders", { params: { query: path ? { path } : {} } })),
  buckets: (filters: Filters, signal?: AbortSignal) =>
    ask(server.GET("/api/timeline/buckets", { params: { query: queryOf(filters) }, signal })),
  bucket: (key: string, filters: Filters, signal?: AbortSignal) =>
    ask(server.GET("/api/timeline/bucket", { params: { query: { ...queryOf(filters), key } }, signal })),
  /** Images of some days in the shape of a bucket; only for few, all on one page. */
  bucketOfDays: async (days: { from: string; to: string }, filters: Filters, signal?: AbortSignal) => {
    const query = { ...queryOf({ ...filters, ...days }), limit: 500 };
    return columnsOf((await ask(server.GET("/api/images", { params: { query }, signal }))).items);
  },
  facets: (filters: Filters) => ask(server.GET("/api/facets", { params: { query: queryOf(filters) } })),
  image: (id: number, filters: Filters) =>
    ask(
      server.GET("/api/images/{image_id}", { params: { path: { image_id: id }, query: queryOf(filters) } }),
    ) as Promise<Schemas["ImageFacts"]>, // the client's types take a pair for a list
  ungroup: (id: number) =>
    ask(server.POST("/api/images/{image_id}/ungroup", { params: { path: { image_id: id } } })),
  attention: (images: number[]) => ask(server.POST("/api/attention", { body: { images } })),
  jobs: () => ask(server.GET("/api/jobs", { params: { query: { limit: 100 } } })),
  jobErrors: (id: string) =>
    ask(server.GET("/api/jobs/{job_id}/errors", { params: { path: { job_id: id } } })),
  startJob: (body: Omit<Schemas["NewJob"], "failed"> & { failed?: boolean }) =>
    ask(server.POST("/api/jobs", { body: { failed: false, ...body } })),
  steerJob: (id: string, verb: "cancel" | "pause" | "resume") =>
    ask(server.POST(`/api/jobs/{job_id}/${verb}`, { params: { path: { job_id: id } } })),
  retryJob: (id: string, code?: string) =>
    ask(server.POST("/api/jobs/{job_id}/retry", { params: { path: { job_id: id } }, body: { code } })),
  coverage: () => ask(server.GET("/api/coverage")),
  failures: (catalog: string, stage: string) =>
    ask(server.GET("/api/coverage/failures", { params: { query: { catalog, stage } } })),
  doctor: () => ask(server.GET("/api/doctor")),
  settings: () => ask(server.GET("/api/settings")),
  nodes: () => ask(server.GET("/api/nodes")),
};

function columnsOf(items: Schemas["ImageSummary"][]): Schemas["TimelineBucket"] {
  const column = <T>(value: (item: Schemas["ImageSummary"]) => T) => items.map(value);
  return {
    id: column(({ id }) => id),
    taken_at: column(({ taken_at }) => taken_at),
    ratio: column(({ width, height }) => (width && height ? width / height : 0)),
    placeholder: column(({ placeholder }) => placeholder),
    thumbnail: column(({ thumbnail }) => thumbnail),
    kind: column(({ kind }) => kind),
    duration: column(({ duration }) => duration),
    state: column(({ state }) => state),
    name: column(({ name }) => name),
    rating: column(({ rating }) => rating),
    flag: column(({ flag }) => flag),
    label: column(({ label }) => label),
    favourite: column(({ favourite }) => favourite),
  };
}

/** Address of a thumbnail or proxy; with its content key it never changes and is cached for good. */
export function pictureUrl(id: number, kind: "thumbnail" | "proxy", key: string | null): string {
  return `/api/images/${id}/${kind}${key ? `?v=${key}` : ""}`;
}

/** Address of the master. */
export function originalUrl(id: number): string {
  return `/api/images/${id}/original`;
}

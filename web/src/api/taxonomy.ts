/** The tree of what can be seen, tags of images, what the tagger is in doubt of, and teaching it. */
import type { Filters } from "~/lib/filters";
import { ask, server } from "./client";
import type { components } from "./schema";

type Schemas = components["schemas"];

export type TaxonomyNode = Schemas["TaxonomyNode"];
export type NodeEdited = Schemas["NodeEdited"];
export type NodeChange = Partial<Schemas["NodeChange"]>;
export type Imported = Schemas["Imported"];
export type SpokenName = Schemas["SpokenName"];
export type ImageTag = Schemas["ImageTag"];
export type Correction = Schemas["Correction"];
export type DoubtfulNode = Schemas["DoubtfulNode"];
export type Lesson = Schemas["Lesson"];

/** Images by id, or all that a view shows. */
export type Targets = { images: number[] } | { selection: Filters };
/** A node by its number, or by a name or path; then it may be made. */
export type Named = { node: number } | { name: string; create?: boolean };

const to = (id: number) => ({ node_id: id });

export const taxonomy = {
  all: (signal?: AbortSignal) =>
    ask(server.GET("/api/taxonomy", { params: { query: { all: true, empty: true } }, signal })),
  one: (id: number, signal?: AbortSignal) =>
    ask(server.GET("/api/taxonomy/{node_id}", { params: { path: to(id) }, signal })),
  add: (name: string, parent: number | null, kind: "concept" | "entity", dry: boolean) =>
    ask(
      server.POST("/api/taxonomy", {
        params: { query: { dry_run: dry } },
        body: { name, parent, kind, names: [] },
      }),
    ),
  change: (id: number, change: NodeChange, dry: boolean) =>
    ask(
      server.PATCH("/api/taxonomy/{node_id}", {
        params: { path: to(id), query: { dry_run: dry } },
        body: change as Schemas["NodeChange"], // only what is given becomes another
      }),
    ),
  merge: (id: number, into: number, dry: boolean) =>
    ask(
      server.POST("/api/taxonomy/{node_id}/merge", {
        params: { path: to(id), query: { dry_run: dry } },
        body: { into },
      }),
    ),
  remove: (id: number, below: boolean, dry: boolean) =>
    ask(
      server.DELETE("/api/taxonomy/{node_id}", { params: { path: to(id), query: { below, dry_run: dry } } }),
    ),
  take: (text: string, parent: number | null, dry: boolean) =>
    ask(server.POST("/api/taxonomy/import", { params: { query: { dry_run: dry } }, body: { text, parent } })),
  tags: (image: number, signal?: AbortSignal) =>
    ask(server.GET("/api/images/{image_id}/tags", { params: { path: { image_id: image } }, signal })),
  say: (targets: Targets, named: Named, yes: boolean | null) =>
    ask(
      server.POST("/api/images/tags", {
        // the server reads the text of filters as what it should be
        body: { create: false, ...targets, ...named, yes } as unknown as Schemas["Say"],
      }),
    ),
};

/** Address of the whole tree as a file. */
export const exportUrl = (form: "json" | "keywords") => `/api/taxonomy/export?format=${form}`;

export const learning = {
  corrections: (query: { node?: number; catalog?: string; limit?: number }, signal?: AbortSignal) =>
    ask(server.GET("/api/corrections", { params: { query }, signal })),
  teach: (wanted: Partial<Schemas["Teach"]>) =>
    ask(server.POST("/api/learn", { body: { images: [], refused: [], ...wanted } as Schemas["Teach"] })),
  lesson: (node: number, signal?: AbortSignal) =>
    ask(server.GET("/api/learn/{node_id}", { params: { path: to(node) }, signal })),
  /** `seen`: when the proposal that was looked at was trained. */
  apply: (node: number, seen: string | null) =>
    ask(
      server.POST("/api/learn/{node_id}/apply", { params: { path: to(node) }, body: { trained_at: seen } }),
    ),
  forget: (node: number) =>
    ask(server.DELETE("/api/learn/{node_id}/proposal", { params: { path: to(node) } })),
  tagAll: (catalog: string) =>
    ask(server.POST("/api/jobs/auto-tag", { body: { catalog_id: catalog, all: false } })),
};

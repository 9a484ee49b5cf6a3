/** What people decide about images, albums of them, and the journal of it all. */
import type { Filters } from "~/lib/filters";
import { ask, server } from "./client";
import type { Changes } from "./types";
import type { components } from "./schema";

type Schemas = components["schemas"];

/** Images by id, or all that a view shows. */
export type Targets = { images: number[] } | { selection: Filters };

export const curation = {
  curate: (targets: Targets, changes: Changes) =>
    ask(
      server.POST("/api/images/curate", {
        // the server reads the text of filters as what it should be; changes are only those that are given
        body: { ...targets, changes } as unknown as Schemas["Curate"],
      }),
    ),
  actions: (query: { catalog?: string; cursor?: string }, signal?: AbortSignal) =>
    ask(server.GET("/api/actions", { params: { query: { ...query, limit: 100 } }, signal })),
  undo: (action?: number) => ask(server.POST("/api/undo", { body: action ? { action_id: action } : {} })),
  albums: (catalog?: string) => ask(server.GET("/api/albums", { params: { query: { catalog } } })),
  addAlbum: (catalog: string, name: string, images?: number[]) =>
    ask(server.POST("/api/albums", { body: { catalog_id: catalog, name, images } })),
  renameAlbum: (id: number, name: string) =>
    ask(server.PATCH("/api/albums/{album_id}", { params: { path: { album_id: id } }, body: { name } })),
  removeAlbum: (id: number) =>
    ask(server.DELETE("/api/albums/{album_id}", { params: { path: { album_id: id } } })),
  fillAlbum: (id: number, { add = [], remove = [] }: { add?: number[]; remove?: number[] }) =>
    ask(
      server.POST("/api/albums/{album_id}/images", {
        params: { path: { album_id: id } },
        body: { add, remove },
      }),
    ),
  trash: (catalog?: string) => ask(server.GET("/api/trash", { params: { query: { catalog } } })),
  emptyTrash: (catalog?: string) =>
    ask(server.POST("/api/trash/empty", { body: { dry_run: false, catalog } })),
};

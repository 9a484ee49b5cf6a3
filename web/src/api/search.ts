/** Finding images by words, filters and pictures. */
import { ask, formOf, server } from "./client";
import type { paths } from "./schema";

/** A picture to find others by: a file, or an image of the catalog; `region`: x,y,width,height as fractions. */
export interface Example {
  file?: Blob;
  image?: number;
  region?: string;
}

export interface Asked {
  q: string;
  catalog?: string;
  limit?: number;
}

export const searching = {
  find: (asked: Asked, cursor?: string, signal?: AbortSignal) =>
    ask(server.GET("/api/search", { params: { query: { ...asked, cursor } }, signal })),
  alike: ({ q, catalog, limit }: Asked, { file, image, region }: Example, signal?: AbortSignal) =>
    ask(
      server.POST("/api/search", {
        // the types have text where a file goes; only the serializer below sees it
        body: { image: file, image_id: image, region, q, catalog, limit } as unknown as Form,
        bodySerializer: formOf,
        signal,
      }),
    ),
  suggest: (q: string, catalog?: string, signal?: AbortSignal) =>
    ask(server.GET("/api/search/suggest", { params: { query: { q, catalog } }, signal })),
  tags: () => ask(server.GET("/api/taxonomy")),
};

type Form = paths["/api/search"]["post"]["requestBody"]["content"]["multipart/form-data"];

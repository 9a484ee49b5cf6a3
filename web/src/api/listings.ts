/** Listings of marketplaces: found by a picture, an image or words; browsed; one of them whole. */
import { ask, formOf, server } from "./client";
import type { paths } from "./schema";

/** Filters, under the names of the API. */
export interface ListingNarrowing {
  shop?: string;
  price_min?: string;
  price_max?: string;
  currency?: string;
  state?: string;
  when_made?: string;
  listed_from?: string;
  listed_until?: string;
  catalog?: string;
}

/** A picture, an image of the catalog or words to find listings by; `models`: names, separated by commas. */
export interface ListingQuestion extends ListingNarrowing {
  image?: Blob;
  image_id?: number;
  text?: string;
  region?: string;
  on?: string;
  recipe?: string;
  models?: string;
  limit?: number;
}

type Form = paths["/api/listings/search"]["post"]["requestBody"]["content"]["multipart/form-data"];
type Query = NonNullable<paths["/api/listings"]["get"]["parameters"]["query"]>;

export const listings = {
  find: (question: ListingQuestion, signal?: AbortSignal) =>
    ask(
      server.POST("/api/listings/search", {
        // the types have text where a file goes; only the serializer sees it
        body: question as unknown as Form,
        bodySerializer: formOf,
        signal,
      }),
    ),
  page: (query: ListingNarrowing, cursor?: string, signal?: AbortSignal) =>
    ask(
      server.GET("/api/listings", {
        params: { query: { ...(query as unknown as Query), limit: PAGE, cursor } },
        signal,
      }),
    ),
  filters: () => ask(server.GET("/api/listings/filters")),
  one: (source: number, listing: number) =>
    ask(
      server.GET("/api/listings/{source_id}/{listing_id}", {
        params: { path: { source_id: source, listing_id: listing } },
      }),
    ),
};

const PAGE = 60;

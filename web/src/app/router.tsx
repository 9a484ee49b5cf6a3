import { createRootRoute, createRoute, createRouter, lazyRouteComponent } from "@tanstack/react-router";
import { readSequences, readView } from "~/duplicates/search";
import { readListings } from "~/listings/view";
import { readFilters, parseSearch, type Search, stringifySearch } from "~/lib/filters";
import { readSearch } from "~/search/view";
import { readTaxonomy } from "~/taxonomy/view";
import { readCorrections } from "~/corrections/view";
import { TimelinePage } from "~/timeline/TimelinePage";
import { PageSkeleton } from "~/ui/States";
import { CrashPage, NotFoundPage } from "./Lost";
import { Shell } from "./Shell";

const root = createRootRoute({
  component: Shell,
  notFoundComponent: NotFoundPage,
  errorComponent: CrashPage,
});

const filtered = (search: Record<string, unknown>) => readFilters(search as Search);

const routes = [
  createRoute({ getParentRoute: () => root, path: "/", component: TimelinePage, validateSearch: filtered }),
  createRoute({
    getParentRoute: () => root,
    path: "/image/$id",
    component: lazyRouteComponent(() => import("~/image/ImagePage"), "ImagePage"),
    validateSearch: filtered,
  }),
  createRoute({
    getParentRoute: () => root,
    path: "/search",
    component: lazyRouteComponent(() => import("~/search/SearchPage"), "SearchPage"),
    validateSearch: readSearch,
  }),
  createRoute({
    getParentRoute: () => root,
    path: "/listings",
    component: lazyRouteComponent(() => import("~/listings/ListingsPage"), "ListingsPage"),
    validateSearch: readListings,
  }),
  createRoute({
    getParentRoute: () => root,
    path: "/duplicates",
    component: lazyRouteComponent(() => import("~/duplicates/DuplicatesPage"), "DuplicatesPage"),
    validateSearch: readView,
  }),
  createRoute({
    getParentRoute: () => root,
    path: "/bursts",
    component: lazyRouteComponent(() => import("~/bursts/BurstsPage"), "BurstsPage"),
    validateSearch: readSequences,
  }),
  createRoute({
    getParentRoute: () => root,
    path: "/taxonomy",
    component: lazyRouteComponent(() => import("~/taxonomy/TaxonomyPage"), "TaxonomyPage"),
    validateSearch: readTaxonomy,
  }),
  createRoute({
    getParentRoute: () => root,
    path: "/corrections",
    component: lazyRouteComponent(() => import("~/corrections/CorrectionsPage"), "CorrectionsPage"),
    validateSearch: readCorrections,
  }),
  createRoute({
    getParentRoute: () => root,
    path: "/albums",
    component: lazyRouteComponent(() => import("~/albums/AlbumsPage"), "AlbumsPage"),
  }),
  createRoute({
    getParentRoute: () => root,
    path: "/history",
    component: lazyRouteComponent(() => import("~/history/HistoryPage"), "HistoryPage"),
  }),
  createRoute({
    getParentRoute: () => root,
    path: "/jobs",
    component: lazyRouteComponent(() => import("~/jobs/JobsPage"), "JobsPage"),
  }),
  createRoute({
    getParentRoute: () => root,
    path: "/coverage",
    component: lazyRouteComponent(() => import("~/coverage/CoveragePage"), "CoveragePage"),
  }),
  createRoute({
    getParentRoute: () => root,
    path: "/settings",
    component: lazyRouteComponent(() => import("~/settings/SettingsPage"), "SettingsPage"),
  }),
  createRoute({
    getParentRoute: () => root,
    path: "/doctor",
    component: lazyRouteComponent(() => import("~/doctor/DoctorPage"), "DoctorPage"),
  }),
];

export const router = createRouter({
  routeTree: root.addChildren(routes),
  parseSearch,
  stringifySearch,
  defaultPendingComponent: PageSkeleton,
  defaultPendingMs: 150,
  defaultNotFoundComponent: NotFoundPage,
  scrollRestoration: false,
});

declare module "@tanstack/react-router" {
  interface Register {
    router: typeof router;
  }
}

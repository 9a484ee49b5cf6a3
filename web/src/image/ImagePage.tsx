import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { useNavigate, useParams, useRouterState, useSearch } from "@tanstack/react-router";
import { lazy, type RefObject, Suspense, useEffect, useRef, useState } from "react";
import { api, pictureUrl } from "~/api/client";
import { queryClient } from "~/app/client";
import type { ImageFacts } from "~/api/types";
import { useActions } from "~/lib/actions";
import { useListingFilters } from "~/listings/filters";
import { usePageCommand } from "~/lib/commands";
import { type Filters, filterKey } from "~/lib/filters";
import "~/lib/origin"; // what is in the state of an address
import { useTitle } from "~/lib/title";
import { type Region, writeRegion } from "~/search/region";
import { beside, leave } from "~/search/trail";
import { TagsPanel } from "~/tags/TagsPanel";
import { setCursorOf } from "~/timeline/Grid";
import { timelineFor } from "~/timeline/sources";
import { ProblemNote } from "~/ui/States";
import { Broken, failedStages } from "./Broken";
import { FactsPanel } from "./FactsPanel";
import { NeighbourButtons, Toolbar } from "./Toolbar";
import { ImageMarks } from "./Marks";
import { type Glance, Stage, type StageHandle } from "./Stage";
import { VideoStage } from "./VideoStage";
import styles from "./ImagePage.module.css";

const RegionDialog = lazy(() => import("~/search/RegionDialog"));
const PANEL = "lumina-facts";

function imageQuery(id: number, filters: Filters) {
  return {
    queryKey: ["image", id, filterKey(filters)],
    queryFn: () => api.image(id, filters),
    staleTime: 30_000,
  };
}

export function ImagePage() {
  const id = Number(useParams({ from: "/image/$id" }).id);
  const filters = useSearch({ from: "/image/$id" });
  const { data, error, refetch, isPlaceholderData } = useQuery({
    ...imageQuery(id, filters),
    placeholderData: keepPreviousData,
  });
  const facts = isPlaceholderData ? undefined : data;
  const [panel, setPanel] = useState(() => localStorage.getItem(PANEL) === "open");
  const [tagging, setTagging] = useState(false);
  const page = useRef<HTMLElement>(null);
  const stage = useRef<StageHandle>(null);
  const steps = useSteps(id, filters, facts);
  const alike = useAlike(id, facts);
  const glance = facts ?? glanceOf(id, filters);
  const name = glance?.name ?? "Image";
  useTitle(name);
  usePageCommand(`lumina show ${id}`, `/api/images/${id}`);
  usePreload(facts, filters);
  useEffect(() => page.current?.focus(), []);

  const showPanel = (open: boolean) => {
    localStorage.setItem(PANEL, open ? "open" : "closed");
    setPanel(open);
  };
  const fullScreen = () =>
    void (document.fullscreenElement ? document.exitFullscreen() : page.current?.requestFullscreen());
  const addTag = () => {
    showPanel(true);
    setTagging(true);
  };
  useImageKeys(stage, { ...steps, panel: () => showPanel(!panel), addTag, fullScreen, alike });
  return (
    <main
      id="main"
      ref={page}
      tabIndex={-1}
      className={styles.page}
      data-panel={panel || undefined}
      aria-label={name}
    >
      <div className={styles.stage}>
        <h1 className="visually-hidden">{name}</h1>
        {!facts && <Unknown error={error} glance={glance} onRetry={() => void refetch()} />}
        {glance && <Content key={id} glance={glance} facts={facts} stage={stage} onSwipe={steps.go} />}
        <Toolbar
          facts={facts}
          name={name}
          panel={panel}
          onPanel={() => showPanel(!panel)}
          onBack={steps.back}
          onZoom={() => stage.current?.toggleZoom()}
          onFullScreen={fullScreen}
          onAlike={alike.search}
          onRegion={alike.draw}
          onListings={alike.listings}
          backTo={steps.backTo}
        />
        <NeighbourButtons facts={facts && { ...facts, ...steps.sides }} onGo={steps.go} />
        <ImageMarks facts={facts} />
      </div>
      <Drawing facts={facts} alike={alike} />
      {panel && (
        <FactsPanel
          facts={facts}
          tags={<TagsPanel key={id} image={id} adding={tagging} onAdding={setTagging} />}
          onClose={() => showPanel(false)}
        />
      )}
    </main>
  );
}

interface UnknownProps {
  error: Error | null;
  glance: Glance | undefined;
  onRetry: () => void;
}

/** While an image's facts aren't there: that they come, or why they don't. */
function Unknown({ error, glance, onRetry }: UnknownProps) {
  if (!error && !glance)
    return <div className={styles.waiting} role="status" aria-label="Loading the image" />;
  if (!error) return null;
  return (
    <div className={styles.problem}>
      <ProblemNote error={error} doing="read this image" onRetry={onRetry} />
    </div>
  );
}

/** The image with a frame to be drawn around what is searched for. */
function Drawing({ facts, alike }: { facts: ImageFacts | undefined; alike: ReturnType<typeof useAlike> }) {
  if (!alike.drawing || !facts?.proxy) return null;
  return (
    <Suspense>
      <RegionDialog
        picture={pictureUrl(facts.id, "proxy", facts.proxy)}
        region={null}
        onSearch={alike.search}
        onClose={alike.close}
      />
    </Suspense>
  );
}

interface ContentProps {
  glance: Glance;
  facts: ImageFacts | undefined;
  stage: RefObject<StageHandle | null>;
  onSwipe: (step: 1 | -1) => void;
}

/** A photo, a video, or why there is neither. */
function Content({ glance, facts, stage, onSwipe }: ContentProps) {
  const failed = facts ? failedStages(facts) : [];
  if (facts && !facts.thumbnail && !facts.proxy && failed.length > 0)
    return <Broken facts={facts} failed={failed} />;
  if (facts?.kind === "video") return <VideoStage facts={facts} />;
  return <Stage ref={stage} image={glance} onSwipe={onSwipe} />;
}

interface Wishes {
  go: (step: 1 | -1) => void;
  back: () => void;
  panel: () => void;
  addTag: () => void;
  fullScreen: () => void;
  alike: ReturnType<typeof useAlike>;
}

const PAN = 120;

function useImageKeys(stage: RefObject<StageHandle | null>, wishes: Wishes): void {
  const arrow = (x: number, y: number) => {
    if (stage.current?.isZoomed()) stage.current.pan(-x * PAN, -y * PAN);
    else if (x !== 0) wishes.go(x > 0 ? 1 : -1);
  };
  const { listings } = wishes.alike;
  useActions("Image", [
    { label: "Previous image", keys: ["ArrowLeft"], run: () => arrow(-1, 0) },
    { label: "Next image", keys: ["ArrowRight"], run: () => arrow(1, 0) },
    { label: "Move up in the zoomed image", keys: ["ArrowUp"], keyOnly: true, run: () => arrow(0, -1) },
    { label: "Move down in the zoomed image", keys: ["ArrowDown"], keyOnly: true, run: () => arrow(0, 1) },
    { label: "Zoom in and out", keys: ["Z"], run: () => stage.current?.toggleZoom() },
    { label: "Larger", keys: ["+", "Shift++", "="], run: () => stage.current?.zoom(1.4) },
    { label: "Smaller", keys: ["-"], run: () => stage.current?.zoom(1 / 1.4) },
    { label: "Facts", keys: ["I"], run: wishes.panel },
    { label: "Add a tag", keys: ["T"], run: wishes.addTag },
    { label: "Full screen", keys: ["F"], run: wishes.fullScreen },
    { label: "Images that look like this", keys: ["S"], run: () => wishes.alike.search() },
    { label: "Search a region of the image", keys: ["Shift+S"], run: wishes.alike.draw },
    ...(listings ? [{ label: "Listings that look like this", keys: ["Shift+L"], run: listings }] : []),
    { label: "Back", keys: ["Escape"], run: wishes.back },
  ]);
}

/** What the timeline already knows of an image, until its facts are here. */
function glanceOf(id: number, filters: Filters): Glance | undefined {
  for (const { images } of timelineFor(filters).geometry.laid.values()) {
    const { columns } = images;
    const item = columns.id.indexOf(id);
    if (item < 0) continue;
    const ratio = columns.ratio[item] || 1.5;
    const pictures = {
      placeholder: columns.placeholder[item] ?? null,
      thumbnail: columns.thumbnail[item] ?? null,
      proxy: null,
    };
    return { id, name: columns.name[item] ?? "", ...pictures, width: Math.round(3000 * ratio), height: 3000 };
  }
  return undefined;
}

/** Where the arrows lead, and where the way back: the timeline, or the page that the image was opened from. */
function useSteps(id: number, filters: Filters, facts: ImageFacts | undefined) {
  const navigate = useNavigate();
  const { search, origin } = useRouterState({ select: ({ location }) => location.state });
  const sides = search
    ? beside(search, id)
    : { previous: facts?.previous ?? null, next: facts?.next ?? null };
  const go = (step: 1 | -1) => {
    const next = step === 1 ? sides.next : sides.previous;
    const params = { id: String(next) };
    if (next)
      void navigate({ to: "/image/$id", params, search: filters, state: { search, origin }, replace: true });
  };
  const back = () => {
    if (document.fullscreenElement) void document.exitFullscreen();
    if (search) {
      leave(search, { image: id });
      void navigate({ to: "/search", search });
      return;
    }
    if (origin) return void navigate({ href: origin.href });
    const timeline = timelineFor(filters);
    const key = timeline.revealImage(id, facts?.taken_at ?? null);
    if (key !== null) setCursorOf(timeline, { key, id });
    void navigate({ to: "/", search: filters });
  };
  return { go, back, sides, backTo: search ? "results" : (origin?.word ?? "timeline") };
}

/** Searching for images that look like this one, or like a part of it. */
function useAlike(id: number, facts: ImageFacts | undefined) {
  const navigate = useNavigate();
  const [drawing, setDrawing] = useState(false);
  const some = useListingFilters().data?.states.length;
  return {
    drawing,
    /** Where there are listings. */
    listings: some ? () => void navigate({ to: "/listings", search: { image: String(id) } }) : undefined,
    draw: () => setDrawing(Boolean(facts?.proxy)),
    close: () => setDrawing(false),
    search: (region?: Region) =>
      void navigate({
        to: "/search",
        search: { image: String(id), region: region && writeRegion(region) },
      }),
  };
}

/** The neighbours' facts and proxies, so that the next arrow shows something at once. */
function usePreload(facts: ImageFacts | undefined, filters: Filters): void {
  useEffect(() => {
    for (const id of [facts?.next, facts?.previous]) {
      if (!id) continue;
      void queryClient.fetchQuery(imageQuery(id, filters)).then(
        (other) => {
          if (other.proxy) new Image().src = pictureUrl(id, "proxy", other.proxy);
        },
        () => undefined, // shown when it is opened
      );
    }
  }, [facts, filters]);
}

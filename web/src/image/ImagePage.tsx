import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { useNavigate, useParams, useSearch } from "@tanstack/react-router";
import { type RefObject, useEffect, useRef, useState } from "react";
import { api, pictureUrl } from "~/api/client";
import { queryClient } from "~/app/client";
import type { ImageFacts } from "~/api/types";
import { useActions } from "~/lib/actions";
import { usePageCommand } from "~/lib/commands";
import { type Filters, filterKey } from "~/lib/filters";
import { useTitle } from "~/lib/title";
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
  const page = useRef<HTMLElement>(null);
  const stage = useRef<StageHandle>(null);
  const steps = useSteps(id, filters, facts);
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
  useImageKeys(stage, { go: steps.go, back: steps.back, panel: () => showPanel(!panel), fullScreen });
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
        {error && !facts && (
          <div className={styles.problem}>
            <ProblemNote error={error} doing="read this image" onRetry={() => void refetch()} />
          </div>
        )}
        {!glance && !error && <div className={styles.waiting} role="status" aria-label="Loading the image" />}
        {glance && <Content key={id} glance={glance} facts={facts} stage={stage} onSwipe={steps.go} />}
        <Toolbar
          facts={facts}
          name={name}
          panel={panel}
          onPanel={() => showPanel(!panel)}
          onBack={steps.back}
          onZoom={() => stage.current?.toggleZoom()}
          onFullScreen={fullScreen}
        />
        <NeighbourButtons facts={facts} onGo={steps.go} />
        <ImageMarks facts={facts} />
      </div>
      {panel && <FactsPanel facts={facts} onClose={() => showPanel(false)} />}
    </main>
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
  fullScreen: () => void;
}

const PAN = 120;

function useImageKeys(stage: RefObject<StageHandle | null>, wishes: Wishes): void {
  const arrow = (x: number, y: number) => {
    if (stage.current?.isZoomed()) stage.current.pan(-x * PAN, -y * PAN);
    else if (x !== 0) wishes.go(x > 0 ? 1 : -1);
  };
  useActions("Image", [
    { label: "Previous image", keys: ["ArrowLeft"], run: () => arrow(-1, 0) },
    { label: "Next image", keys: ["ArrowRight"], run: () => arrow(1, 0) },
    { label: "Move up in the zoomed image", keys: ["ArrowUp"], keyOnly: true, run: () => arrow(0, -1) },
    { label: "Move down in the zoomed image", keys: ["ArrowDown"], keyOnly: true, run: () => arrow(0, 1) },
    { label: "Zoom in and out", keys: ["Z"], run: () => stage.current?.toggleZoom() },
    { label: "Larger", keys: ["+", "Shift++", "="], run: () => stage.current?.zoom(1.4) },
    { label: "Smaller", keys: ["-"], run: () => stage.current?.zoom(1 / 1.4) },
    { label: "Facts", keys: ["I"], run: wishes.panel },
    { label: "Full screen", keys: ["F"], run: wishes.fullScreen },
    { label: "Back to the timeline", keys: ["Escape"], run: wishes.back },
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

function useSteps(id: number, filters: Filters, facts: ImageFacts | undefined) {
  const navigate = useNavigate();
  const go = (step: 1 | -1) => {
    const next = step === 1 ? facts?.next : facts?.previous;
    if (next)
      void navigate({ to: "/image/$id", params: { id: String(next) }, search: filters, replace: true });
  };
  const back = () => {
    if (document.fullscreenElement) void document.exitFullscreen();
    const timeline = timelineFor(filters);
    const key = timeline.revealImage(id, facts?.taken_at ?? null);
    if (key !== null) setCursorOf(timeline, { key, id });
    void navigate({ to: "/", search: filters });
  };
  return { go, back };
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

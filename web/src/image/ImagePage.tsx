import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { useNavigate, useParams, useSearch } from "@tanstack/react-router";
import { useEffect, useMemo, useRef, useState } from "react";
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
  const facts = data && !isPlaceholderData && data.id === id ? data : undefined;
  const glance = useGlance(id, filters, facts);
  const [panel, setPanel] = useState(() => localStorage.getItem(PANEL) === "open");
  const page = useRef<HTMLElement>(null);
  const stage = useRef<StageHandle>(null);
  const steps = useSteps(id, filters, facts);
  useTitle(glance?.name ?? "Image");
  usePageCommand(`lumina show ${id}`, `/api/images/${id}`);
  usePreload(facts, filters);
  useEffect(() => page.current?.focus(), []);

  const showPanel = (open: boolean) => {
    localStorage.setItem(PANEL, open ? "open" : "closed");
    setPanel(open);
  };
  const fullScreen = () =>
    void (document.fullscreenElement ? document.exitFullscreen() : page.current?.requestFullscreen());
  const arrow = (x: number, y: number, otherwise?: () => void) => () =>
    stage.current?.isZoomed() ? stage.current.pan(-x * 120, -y * 120) : otherwise?.();
  useActions("Image", [
    { label: "Previous image", keys: ["ArrowLeft"], run: arrow(-1, 0, () => steps.go(-1)) },
    { label: "Next image", keys: ["ArrowRight"], run: arrow(1, 0, () => steps.go(1)) },
    { label: "Move up in the zoomed image", keys: ["ArrowUp"], keyOnly: true, run: arrow(0, -1) },
    { label: "Move down in the zoomed image", keys: ["ArrowDown"], keyOnly: true, run: arrow(0, 1) },
    { label: "Zoom in and out", keys: ["Z"], run: () => stage.current?.toggleZoom() },
    { label: "Larger", keys: ["+", "Shift++", "="], run: () => stage.current?.zoom(1.4) },
    { label: "Smaller", keys: ["-"], run: () => stage.current?.zoom(1 / 1.4) },
    { label: "Facts", keys: ["I"], run: () => showPanel(!panel) },
    { label: "Full screen", keys: ["F"], run: fullScreen },
    { label: "Back to the timeline", keys: ["Escape"], run: steps.back },
  ]);
  const failed = facts ? failedStages(facts) : [];
  const broken = facts !== undefined && !facts.thumbnail && !facts.proxy && failed.length > 0;
  return (
    <main
      id="main"
      ref={page}
      tabIndex={-1}
      className={styles.page}
      data-panel={panel || undefined}
      aria-label={glance?.name ?? "Image"}
    >
      <div className={styles.stage}>
        <h1 className="visually-hidden">{glance?.name ?? "Image"}</h1>
        {error && !facts && (
          <div className={styles.problem}>
            <ProblemNote error={error} doing="read this image" onRetry={() => void refetch()} />
          </div>
        )}
        {facts?.kind === "video" && !broken && <VideoStage key={id} facts={facts} />}
        {broken && <Broken facts={facts} failed={failed} />}
        {glance && facts?.kind !== "video" && !broken && (
          <Stage key={id} ref={stage} image={glance} onSwipe={steps.go} />
        )}
        {!glance && !error && <div className={styles.waiting} role="status" aria-label="Loading the image" />}
        <Toolbar
          facts={facts}
          name={glance?.name}
          panel={panel}
          onPanel={() => showPanel(!panel)}
          onBack={steps.back}
          onZoom={() => stage.current?.toggleZoom()}
          onFullScreen={fullScreen}
        />
        <NeighbourButtons facts={facts} onGo={steps.go} />
      </div>
      {panel && <FactsPanel facts={facts} onClose={() => showPanel(false)} />}
    </main>
  );
}

/** What the timeline already knows of the image, until its facts are here. */
function useGlance(id: number, filters: Filters, facts: ImageFacts | undefined): Glance | undefined {
  return useMemo(() => {
    if (facts) return facts;
    for (const { images } of timelineFor(filters).geometry.laid.values()) {
      const item = images.columns.id.indexOf(id);
      if (item < 0) continue;
      const ratio = images.columns.ratio[item] || 1.5;
      const { columns } = images;
      return {
        id,
        name: columns.name[item] ?? "",
        placeholder: columns.placeholder[item] ?? null,
        thumbnail: columns.thumbnail[item] ?? null,
        proxy: null,
        width: Math.round(3000 * ratio),
        height: 3000,
      };
    }
    return undefined;
  }, [id, filters, facts]);
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

import {
  type Ref,
  useCallback,
  useEffect,
  useImperativeHandle,
  useLayoutEffect,
  useRef,
  useState,
} from "react";
import { originalUrl, pictureUrl } from "~/api/client";
import type { ImageFacts } from "~/api/types";
import { paintPlaceholder } from "~/timeline/placeholders";
import { gestures } from "./gestures";
import { actualScale, clampPose, FIT, fitted, type Pose, type Size, zoomAt } from "./zoom";
import styles from "./Stage.module.css";

/** What is known before the facts are: enough for the first look. */
export type Glance = Pick<
  ImageFacts,
  "id" | "name" | "placeholder" | "thumbnail" | "proxy" | "width" | "height"
> & { format?: string | null };

export interface StageHandle {
  /** Between the whole picture and one pixel for one. */
  toggleZoom(): void;
  zoom(factor: number): void;
  pan(x: number, y: number): void;
  isZoomed(): boolean;
}

/** Formats that every browser of today shows; the others stay with their proxy. */
const SHOWABLE = new Set(["jpeg", "png", "webp", "gif", "avif", "bmp"]);
const PROXY_SIDE = 1440;

interface StageProps {
  image: Glance;
  onSwipe: (step: 1 | -1) => void;
  ref: Ref<StageHandle>;
}

/** The picture, as large as the frame; wheel, pinch, double click and drag look closer. */
export function Stage({ image, onSwipe, ref }: StageProps) {
  const frame = useRef<HTMLDivElement>(null);
  const paper = useRef<HTMLDivElement>(null);
  const pose = useRef<Pose>(FIT);
  const [size, setSize] = useState<Size>({ width: 0, height: 0 });
  const [close, setClose] = useState(false);
  const picture: Size = { width: image.width || 1500, height: image.height || 1000 };
  const density = window.devicePixelRatio || 1;
  const content = size.width > 0 ? fitted(picture, size, density) : { width: 0, height: 0 };
  const latest = useRef({ content, size, picture, onSwipe });
  useLayoutEffect(() => {
    latest.current = { content, size, picture, onSwipe };
  });

  const set = useCallback((next: Pose, smooth = false) => {
    const { content, size } = latest.current;
    pose.current = clampPose(next, content, size);
    const { x, y, scale } = pose.current;
    if (!paper.current) return;
    paper.current.style.transition = smooth ? "transform 0.22s var(--ease)" : "none";
    paper.current.style.transform = `translate(${x}px, ${y}px) scale(${scale})`;
    paper.current.dataset.zoomed = scale > 1 ? "" : "out";
    setClose(scale * content.width * (window.devicePixelRatio || 1) > PROXY_SIDE * 1.1);
  }, []);
  const zoom = useCallback(
    (factor: number, point = { x: 0, y: 0 }, smooth = false) =>
      set(zoomAt(pose.current, factor, point, latest.current.content, latest.current.size), smooth),
    [set],
  );
  const toggle = useCallback(
    (point = { x: 0, y: 0 }) => {
      const { picture, content } = latest.current;
      if (pose.current.scale > 1.01) set(FIT, true);
      else zoom(actualScale(picture, content, window.devicePixelRatio || 1), point, true);
    },
    [set, zoom],
  );

  useLayoutEffect(() => {
    const element = frame.current!;
    const observer = new ResizeObserver(() =>
      setSize({ width: element.clientWidth, height: element.clientHeight }),
    );
    observer.observe(element);
    return () => observer.disconnect();
  }, []);
  useLayoutEffect(() => set(pose.current), [set, size]);
  useEffect(() => {
    return gestures(frame.current!, {
      isZoomed: () => pose.current.scale > 1.01,
      pan: (x, y) => set({ ...pose.current, x: pose.current.x + x, y: pose.current.y + y }),
      zoom,
      toggle,
      swipe: (step) => latest.current.onSwipe(step),
    });
  }, [set, zoom, toggle]);
  useImperativeHandle(ref, () => ({
    toggleZoom: toggle,
    zoom: (factor) => zoom(factor, { x: 0, y: 0 }, true),
    pan: (x, y) => set({ ...pose.current, x: pose.current.x + x, y: pose.current.y + y }, true),
    isZoomed: () => pose.current.scale > 1.01,
  }));

  return (
    <div ref={frame} className={styles.frame} data-testid="stage">
      <div ref={paper} className={styles.paper} style={{ width: content.width, height: content.height }}>
        <Layers image={image} close={close} />
      </div>
    </div>
  );
}

/** Thumbhash, thumbnail, proxy, master: each lies over the one before as soon as it is there. */
function Layers({ image, close }: { image: Glance; close: boolean }) {
  const back = useRef<HTMLDivElement>(null);
  useEffect(() => {
    if (back.current && image.placeholder) return paintPlaceholder(back.current, image.placeholder);
  }, [image.placeholder]);
  const showOriginal = close && SHOWABLE.has(image.format ?? "");
  return (
    <>
      <div ref={back} className={styles.back} />
      {image.thumbnail && (
        <img src={pictureUrl(image.id, "thumbnail", image.thumbnail)} alt="" draggable={false} />
      )}
      {image.proxy && <Sharp src={pictureUrl(image.id, "proxy", image.proxy)} alt={image.name} />}
      {showOriginal && <Sharp src={originalUrl(image.id)} alt="" />}
    </>
  );
}

function Sharp({ src, alt }: { src: string; alt: string }) {
  return (
    <img
      src={src}
      alt={alt}
      draggable={false}
      decoding="async"
      className={styles.sharp}
      ref={(element) => {
        if (element?.complete && element.naturalWidth > 0) element.dataset.shown = "";
      }}
      onLoad={(event) => (event.currentTarget.dataset.shown = "")}
    />
  );
}

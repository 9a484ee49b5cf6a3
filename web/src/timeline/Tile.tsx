import { IconAlertTriangle, IconPlayerPlayFilled } from "@tabler/icons-react";
import { memo, useEffect, useRef, useState } from "react";
import { pictureUrl } from "~/api/client";
import type { ThumbnailState } from "~/api/types";
import { fullTime, playtime } from "~/lib/format";
import { meanColour, paintPlaceholder } from "./placeholders";
import styles from "./Timeline.module.css";

export interface TileProps {
  id: number;
  bucket: string;
  x: number;
  y: number;
  w: number;
  h: number;
  name: string;
  takenAt: string | null;
  video: boolean;
  duration: number | null;
  state: ThumbnailState;
  placeholder: string | null;
  thumbnail: string | null;
  /** False while the reader flies past: then only what was loaded before is shown. */
  load: boolean;
  focusable: boolean;
}

/** Thumbnails that were shown before: the browser has them at hand. */
const seen = new Set<string>();

export const Tile = memo(function Tile(props: TileProps) {
  const { id, x, y, w, h, name, video, duration, state, placeholder, thumbnail } = props;
  const link = useRef<HTMLAnchorElement>(null);
  useEffect(() => {
    if (link.current && placeholder && !(thumbnail && seen.has(thumbnail)))
      return paintPlaceholder(link.current, placeholder);
  }, [placeholder, thumbnail]);
  return (
    <a
      ref={link}
      href={`/image/${id}`}
      className={styles.tile}
      style={{ left: x, top: y, width: w, height: h, backgroundColor: meanColour(placeholder) }}
      data-id={id}
      data-bucket={props.bucket}
      tabIndex={props.focusable ? 0 : -1}
      aria-label={describe(props)}
      draggable={false}
    >
      {thumbnail && <Picture id={id} thumbnail={thumbnail} load={props.load} />}
      {state === "failed" && !thumbnail && (
        <span className={styles.broken}>
          <IconAlertTriangle size={20} stroke={1.6} aria-hidden />
          {w > 90 && <span className={styles.brokenName}>{name}</span>}
        </span>
      )}
      {video && (
        <span className={styles.video}>
          <IconPlayerPlayFilled size={11} aria-hidden />
          {duration !== null && playtime(duration)}
        </span>
      )}
    </a>
  );
});

function Picture({ id, thumbnail, load }: { id: number; thumbnail: string; load: boolean }) {
  const image = useRef<HTMLImageElement>(null);
  const [known] = useState(() => seen.has(thumbnail));
  const [wanted, setWanted] = useState(load || known);
  if (load && !wanted) setWanted(true);
  useEffect(() => {
    const element = image.current;
    return () => {
      if (element && !element.complete) element.removeAttribute("src"); // cancels what is no longer needed
    };
  }, []);
  if (!wanted) return null;
  return (
    <img
      ref={image}
      src={pictureUrl(id, "thumbnail", thumbnail)}
      alt=""
      decoding="async"
      draggable={false}
      data-shown={known || undefined}
      onLoad={(event) => {
        seen.add(thumbnail);
        event.currentTarget.dataset.shown = "";
      }}
    />
  );
}

function describe({ name, takenAt, video, duration, state }: TileProps): string {
  const parts = [video ? "Video" : "Photo", takenAt ? fullTime(takenAt) : "without a date", name];
  if (video && duration !== null) parts.splice(1, 0, playtime(duration));
  if (state === "failed") parts.push("could not be read");
  return parts.join(", ");
}

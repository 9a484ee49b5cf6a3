import { IconAlertTriangle, IconCheck, IconPlayerPlayFilled } from "@tabler/icons-react";
import { memo, useEffect, useRef, useState } from "react";
import { pictureUrl } from "~/api/client";
import type { ThumbnailState } from "~/api/types";
import { MarkSigns } from "~/curation/MarkSigns";
import { describeMarks, type Marks } from "~/curation/marks";
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
  selected: boolean;
  marks: Marks;
  /** Id of the element that says more about it. */
  describedBy?: string;
}

/** Thumbnails that were shown before: the browser has them at hand. */
const seen = new Set<string>();

export const Tile = memo(TileView, same);

/** Marks are made anew with each drawing of a bucket; only what they say counts. */
function same({ marks: a, ...one }: TileProps, { marks: b, ...other }: TileProps): boolean {
  const keys = Object.keys(one) as (keyof typeof one)[];
  return keys.every((key) => one[key] === other[key]) && describeMarks(a) === describeMarks(b);
}

function TileView(props: TileProps) {
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
      data-selected={props.selected || undefined}
      data-rejected={props.marks.flag === "reject" || undefined}
      tabIndex={props.focusable ? 0 : -1}
      aria-label={describe(props)}
      aria-describedby={props.describedBy}
      draggable={false}
    >
      {thumbnail && <Picture id={id} thumbnail={thumbnail} load={props.load} />}
      {state === "failed" && !thumbnail && (
        <span className={styles.broken}>
          <IconAlertTriangle size={20} stroke={1.6} aria-hidden />
          {w > 90 && <span className={styles.brokenName}>{name}</span>}
        </span>
      )}
      <MarkSigns marks={props.marks} narrow={w < 130} />
      <span className={styles.check} data-check aria-hidden>
        <IconCheck size={15} stroke={3} />
      </span>
      {video && (
        <span className={styles.video}>
          <IconPlayerPlayFilled size={11} aria-hidden />
          {duration !== null && playtime(duration)}
        </span>
      )}
    </a>
  );
}

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

function describe({ name, takenAt, video, duration, state, marks, selected }: TileProps): string {
  const parts = [video ? "Video" : "Photo", takenAt ? fullTime(takenAt) : "without a date", name];
  if (video && duration !== null) parts.splice(1, 0, playtime(duration));
  if (state === "failed") parts.push("could not be read");
  const said = describeMarks(marks);
  if (said) parts.push(said);
  if (selected) parts.push("chosen");
  return parts.join(", ");
}

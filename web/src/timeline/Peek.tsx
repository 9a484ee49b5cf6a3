import { useEffect, useRef } from "react";
import { pictureUrl } from "~/api/client";
import { useActions } from "~/lib/actions";
import { fullTime } from "~/lib/format";
import type { Timeline } from "./engine";
import type { Cursor } from "./Grid";
import { paintPlaceholder } from "./placeholders";
import styles from "./Peek.module.css";

interface PeekProps {
  timeline: Timeline;
  cursor: Cursor;
  onClose: () => void;
  onOpen: (id: number) => void;
}

/** A large look at the focused image without leaving the timeline; arrows lead on. */
export function Peek({ timeline, cursor, onClose, onOpen }: PeekProps) {
  useActions("Peek", [{ label: "Close the peek", keys: ["Escape"], run: onClose }], true);
  const laid = timeline.geometry.laid.get(cursor.key);
  const item = laid?.images.columns.id.indexOf(cursor.id) ?? -1;
  if (!laid || item < 0) return null;
  const { columns } = laid.images;
  return (
    <aside className={styles.peek} aria-label="Peek" aria-live="polite">
      <Large
        key={cursor.id}
        id={cursor.id}
        ratio={columns.ratio[item] || 1.5}
        placeholder={columns.placeholder[item] ?? null}
        thumbnail={columns.thumbnail[item] ?? null}
      />
      <p className={styles.caption}>
        <span>{columns.name[item]}</span>
        <span>{columns.taken_at[item] ? fullTime(columns.taken_at[item]) : "Without a date"}</span>
        <button type="button" onClick={() => onOpen(cursor.id)}>
          Open
        </button>
        <button type="button" onClick={onClose}>
          Close
        </button>
      </p>
    </aside>
  );
}

function Large({
  id,
  ratio,
  placeholder,
  thumbnail,
}: {
  id: number;
  ratio: number;
  placeholder: string | null;
  thumbnail: string | null;
}) {
  const frame = useRef<HTMLDivElement>(null);
  useEffect(() => {
    if (frame.current && placeholder) return paintPlaceholder(frame.current, placeholder);
  }, [placeholder]);
  return (
    <div
      ref={frame}
      className={styles.frame}
      style={{ aspectRatio: ratio, width: `min(86vw, calc(74vh * ${ratio}))` }}
    >
      {thumbnail && <img src={pictureUrl(id, "thumbnail", thumbnail)} alt="" />}
      <img
        src={pictureUrl(id, "proxy", null)}
        alt=""
        onError={(event) => (event.currentTarget.hidden = true)}
      />
    </div>
  );
}

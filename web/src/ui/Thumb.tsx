import { IconPhotoOff } from "@tabler/icons-react";
import { useEffect, useRef } from "react";
import type { ImageCard } from "~/api/types";
import { meanColour, paintPlaceholder } from "~/timeline/placeholders";
import styles from "./Thumb.module.css";

interface ThumbProps {
  card: Pick<ImageCard, "placeholder" | "thumbnail" | "proxy">;
  /** The picture at screen size where there is one; else the small one. */
  large?: boolean;
  /** Whole within its frame; else cut to fill it. */
  whole?: boolean;
  alt?: string;
}

/** A picture in a frame that its parent sizes; blurred until it is there. */
export function Thumb({ card, large, whole, alt = "" }: ThumbProps) {
  const frame = useRef<HTMLSpanElement>(null);
  const { placeholder, thumbnail, proxy } = card;
  useEffect(() => {
    if (frame.current && placeholder && !whole) return paintPlaceholder(frame.current, placeholder);
  }, [placeholder, whole]);
  const source = large ? (proxy ?? thumbnail) : thumbnail;
  return (
    <span
      ref={frame}
      className={styles.frame}
      data-whole={whole || undefined}
      style={whole ? undefined : { backgroundColor: meanColour(placeholder) }}
    >
      {large && thumbnail && thumbnail !== source && (
        <img src={thumbnail} alt="" decoding="async" draggable={false} />
      )}
      {source ? (
        <img src={source} alt={alt} decoding="async" draggable={false} />
      ) : (
        <span className={styles.none}>
          <IconPhotoOff size={20} stroke={1.5} aria-hidden />
        </span>
      )}
    </span>
  );
}

import { IconPhotoOff } from "@tabler/icons-react";
import { useEffect, useRef } from "react";
import type { ImageCard } from "~/api/types";
import { meanColour, paintPlaceholder } from "~/timeline/placeholders";
import styles from "./Thumb.module.css";

interface ThumbProps {
  card: Pick<ImageCard, "placeholder" | "thumbnail" | "proxy" | "width" | "height">;
  /** The picture at screen size where there is one; else the small one. */
  large?: boolean;
  /** Whole in its frame, with its own shape; else cut to fill it. */
  whole?: boolean;
  alt?: string;
}

/** A picture in a frame that its parent sizes; blurred until it is there. */
export function Thumb({ card, large, whole, alt = "" }: ThumbProps) {
  const frame = useRef<HTMLSpanElement>(null);
  const { placeholder, thumbnail, proxy, width, height } = card;
  useEffect(() => {
    if (frame.current && placeholder) return paintPlaceholder(frame.current, placeholder);
  }, [placeholder]);
  const source = large ? (proxy ?? thumbnail) : thumbnail;
  const shape = whole && width && height ? `${width} / ${height}` : undefined;
  return (
    <span
      ref={frame}
      className={styles.frame}
      data-whole={whole || undefined}
      style={{ backgroundColor: meanColour(placeholder), aspectRatio: shape }}
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

import { useEffect, useRef } from "react";
import { originalUrl } from "~/api/client";
import type { ImageCard } from "~/api/types";
import { paintPlaceholder } from "~/timeline/placeholders";
import styles from "./Compare.module.css";

const SHOWABLE = new Set(["jpeg", "png", "webp", "gif", "avif", "bmp"]);

/** Thumbhash, thumbnail, proxy, master, each over the one before. */
export function Layers({ card, close }: { card: ImageCard; close: boolean }) {
  const back = useRef<HTMLDivElement>(null);
  useEffect(() => {
    if (back.current && card.placeholder) return paintPlaceholder(back.current, card.placeholder);
  }, [card.placeholder]);
  return (
    <>
      <div ref={back} className={styles.back} />
      {card.thumbnail && <img src={card.thumbnail} alt="" draggable={false} />}
      {card.proxy && <img src={card.proxy} alt={card.name} draggable={false} decoding="async" />}
      {close && SHOWABLE.has(card.format ?? "") && (
        <img src={originalUrl(card.id)} alt="" draggable={false} decoding="async" />
      )}
    </>
  );
}

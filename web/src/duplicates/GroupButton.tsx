import type { ReactNode } from "react";
import type { ImageCard } from "~/api/types";
import { Thumb } from "~/ui/Thumb";
import styles from "./Duplicates.module.css";

const PICTURES = 3;

interface ButtonProps {
  id: number;
  /** The first one names the group. */
  images: readonly ImageCard[];
  current: boolean;
  onOpen: (id: number) => void;
  /** What is said of it below its name. */
  children: ReactNode;
}

/** What opens a group of a list: its first pictures in a pile, its name, and what is said of it. */
export function GroupButton({ id, images, current, onOpen, children }: ButtonProps) {
  return (
    <button
      type="button"
      className={styles.open}
      data-page-keys
      aria-current={current}
      tabIndex={current ? 0 : -1}
      onClick={() => onOpen(id)}
    >
      <span className={styles.pile} aria-hidden>
        {images.slice(0, PICTURES).map((image) => (
          <span key={image.id}>
            <Thumb card={image} />
          </span>
        ))}
      </span>
      <span className={styles.said}>
        <strong>{images[0]?.name}</strong>
        {children}
      </span>
    </button>
  );
}

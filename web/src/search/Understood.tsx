import { IconX } from "@tabler/icons-react";
import type { SearchAnswer, Understood as Piece } from "~/api/types";
import { unitsOf, without } from "./pieces";
import styles from "./Answer.module.css";

interface UnderstoodProps {
  answer: SearchAnswer;
  /** The query as it stands in the address: only then do the places fit. */
  q: string;
  onQuery: (q: string) => void;
}

/** The query as it was taken, piece by piece; each can be taken out. */
export function UnderstoodChips({ answer: { query }, q, onQuery }: UnderstoodProps) {
  if (query.understood.length === 0) return null;
  return (
    <ul className={styles.chips} aria-label="Understood">
      {query.understood.map((piece) => (
        <li key={piece.start}>
          <button
            type="button"
            className={styles.chip}
            data-negated={piece.negated || undefined}
            aria-label={`Take out: ${sayPiece(piece)}`}
            onClick={() => query.text === q && onQuery(cut(q, piece))}
          >
            <span>{sayPiece(piece)}</span>
            <IconX size={13} aria-hidden />
          </button>
        </li>
      ))}
    </ul>
  );
}

/** The query without a piece. */
export function cut(q: string, { start, end }: Pick<Piece, "start" | "end">): string {
  return without(q, unitsOf(q, start), unitsOf(q, end));
}

/** "not camera: nikon", "“red truck”". */
export function sayPiece({ kind, text, negated }: Piece): string {
  const words =
    kind === "word" || kind === "year" ? text : kind === "phrase" ? `“${text}”` : `${kind}: ${text}`;
  return negated ? `not ${words}` : words;
}

import { Link } from "@tanstack/react-router";
import { IconInfoCircle } from "@tabler/icons-react";
import type { SearchWay } from "~/api/types";
import styles from "./Answer.module.css";

/** What could not be looked for, and what would help; nothing where all ways were open. */
export function Ways({ ways }: { ways: SearchWay[] }) {
  const closed = ways.filter(({ state }) => state === "unavailable");
  if (closed.length === 0) return null;
  return (
    <>
      {closed.map(({ kind, detail }) => (
        <p key={kind} className={styles.way} data-testid="way">
          <IconInfoCircle size={16} stroke={1.7} aria-hidden />
          <span>
            {kind === "picture"
              ? "Only names, texts, tags and places were searched."
              : "Words weren’t searched."}{" "}
            {detail}
            {/[.:!]$/.test(detail) ? " " : ". "}
            <Link to="/settings" hash="models">
              Models
            </Link>
          </span>
        </p>
      ))}
    </>
  );
}

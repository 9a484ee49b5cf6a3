import { IconInfoCircle } from "@tabler/icons-react";
import { Link } from "@tanstack/react-router";
import type { ModelState } from "~/api/types";
import { sayAsked, sayVoice } from "./words";
import styles from "./Listings.module.css";

/** Which models took part; those that could not, with what they wait for. */
export function ModelsNote({ models }: { models: readonly ModelState[] }) {
  const told = models.filter(({ used, detail }) => !used || detail);
  const used = models.filter((one) => one.used);
  if (models.length === 0) return null;
  return (
    <details className={styles.models}>
      <summary>
        <IconInfoCircle size={16} stroke={1.7} aria-hidden />
        {sayAsked(models)}
        {told.length > 0 && used.length > 0 && <span className={styles.dot} aria-hidden />}
      </summary>
      <ul>
        {models.map((one) => (
          <li key={`${one.name} ${one.kind}`} data-used={one.used || undefined}>
            <strong>{sayVoice(one, one.title)}</strong>
            <span>{one.detail ?? (one.used ? "Took part." : "Did not take part.")}</span>
          </li>
        ))}
        <li>
          <Link to="/settings" hash="models">
            Models in the settings
          </Link>
        </li>
      </ul>
    </details>
  );
}

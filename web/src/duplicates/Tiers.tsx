import { Link } from "@tanstack/react-router";
import styles from "./Tiers.module.css";

interface TiersProps {
  catalog: string | undefined;
  /** True: images of one subject are shown. */
  subject?: boolean;
}

/** Else the link to all copies would be one to every part of them. */
const EXACT = { exact: true };
const here = (is: boolean) => (is ? "page" : undefined);

/** Copies, which can be put away, and apart from them images of one subject, which can't. */
export function Tiers({ catalog, subject = false }: TiersProps) {
  return (
    <nav className={styles.tiers} aria-label="What is alike">
      <Link to="/duplicates" search={{ catalog }} activeOptions={EXACT} aria-current={here(!subject)}>
        Copies
      </Link>
      <Link
        to="/duplicates"
        search={{ catalog, tier: "subject" }}
        activeOptions={EXACT}
        aria-current={here(subject)}
      >
        Same subject
      </Link>
    </nav>
  );
}

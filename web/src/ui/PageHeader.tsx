import type { ReactNode } from "react";
import { CopyMenu } from "./CopyMenu";
import styles from "./PageHeader.module.css";

/** Title and tools at the head of a page. */
export function PageHeader({
  title,
  lead,
  children,
}: {
  title: string;
  lead?: ReactNode;
  children?: ReactNode;
}) {
  return (
    <header className={styles.header}>
      <div className={styles.words}>
        <h1>{title}</h1>
        {lead && <p>{lead}</p>}
      </div>
      <div className={styles.tools}>
        {children}
        <CopyMenu />
      </div>
    </header>
  );
}

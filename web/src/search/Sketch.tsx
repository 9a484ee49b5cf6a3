import styles from "./SearchPage.module.css";

const ROWS = [
  [3, 4, 2, 4, 3],
  [4, 3, 3, 2, 4],
  [2, 4, 4, 3, 3],
];

/** The shape of what comes. */
export function Sketch() {
  return (
    <div className={styles.sketch} role="status" aria-label="Searching">
      {ROWS.map((row, i) => (
        <div key={i} className={styles.sketchRow}>
          {row.map((share, j) => (
            <span key={j} style={{ flexGrow: share, animationDelay: `${(i * 5 + j) * 60}ms` }} />
          ))}
        </div>
      ))}
    </div>
  );
}

import styles from "./Timeline.module.css";

const ROWS = [
  [3, 4, 2, 4, 3],
  [4, 3, 3, 2, 4],
  [2, 4, 4, 3, 3],
  [4, 2, 3, 4, 3],
];

/** The shape of what comes, before anything is known. */
export function LoadingRows() {
  return (
    <div className={styles.loading} role="status" aria-label="Loading the timeline">
      {ROWS.map((row, i) => (
        <div key={i} className={styles.loadingRow}>
          {row.map((share, j) => (
            <span key={j} style={{ flexGrow: share, animationDelay: `${(i * 5 + j) * 60}ms` }} />
          ))}
        </div>
      ))}
    </div>
  );
}
